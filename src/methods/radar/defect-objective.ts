/** Learning two things at once: to predict noise, and to find defects planted in good images. */
import { addNoise, type NoiseSchedule, timestepValues } from "../../diffusion/index.ts";
import { add, input, mul, reduceMean, scalar, slice, type Tensor } from "../../graph/index.ts";
import { namedParameters, type UNet } from "../../nn/index.ts";
import { binaryCrossEntropy, meanSquaredError } from "../../train/loss.ts";
import type { Objective } from "../../train/train-step.ts";

const defectWeight = 3; // of a pixel inside a defect; others count 1 (ours)

/** An objective with what the network gives for the whole batch. */
export interface DefectObjective extends Objective {
  /** float32 [N, C, P, P]: noise, logit, and what else the network gives. */
  readonly output: Tensor;
}

/**
 * Mean squared error of the predicted noise on noised good images, plus cross-entropy of the defect logits on images with
 * planted defects. The first `plantedCount` images of a batch are planted, the others are for the noise.
 *
 * Inputs: `x0` and `noise` float32 [N, 3, P, P] (the noise of planted images is 0: they are only scaled to their step),
 * `timesteps` int64 [N], `mask` float32 [plantedCount, 1, P, P].
 *
 * @param model - With 4 output channels or more: noise, logit, others that have no part in the loss.
 * @param plantedCount - In 1 .. N - 1.
 */
export function defectObjective(
  model: UNet,
  schedule: NoiseSchedule,
  batchShape: readonly [number, number, number, number],
  plantedCount: number,
): DefectObjective {
  const [count, , height, width] = batchShape;
  const x0 = input("x0", "float32", batchShape);
  const noise = input("noise", "float32", batchShape);
  const timesteps = input("timesteps", "int64", [count]);
  const mask = input("mask", "float32", [plantedCount, 1, height, width]);
  const output = model.apply(addNoise(x0, noise, timesteps, schedule), timestepValues(timesteps, schedule));
  const noised = { axis: 0, start: plantedCount, end: count };
  const noiseLoss = meanSquaredError(
    slice(slice(output, noised), { axis: 1, start: 0, end: 3 }),
    slice(noise, noised),
  );
  const planted = slice(output, { axis: 0, start: 0, end: plantedCount });
  const entropy = binaryCrossEntropy(slice(planted, { axis: 1, start: 3, end: 4 }), mask);
  const weight = add(scalar(1), mul(mask, scalar(defectWeight - 1)));
  const defectLoss = reduceMean(mul(entropy, weight), { keepDims: false });
  return {
    parameters: namedParameters(model),
    loss: add(noiseLoss, defectLoss),
    terms: { noiseLoss, defectLoss },
    inputs: [x0, noise, timesteps, mask],
    output,
  };
}
