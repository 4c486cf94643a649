/** Our default scoring: what the network marks as a defect, and how far its features are from those of good images. */
import { invariant } from "../base/check.ts";
import { averageCells, concat, constant, conv2d, pad, resizeLinear, type Tensor } from "../graph/index.ts";
import { FeatureMemoryFit, memoryDistance } from "./feature-memory.ts";
import { gaussianBlur } from "./map-filter.ts";
import type { NetworkOutput, Readout } from "./readout.ts";

const largestGrid = 32; // places along a side that are compared with the memory (ours: cost grows with its square)
const logitSmoothing = 1 / 64; // standard deviations as fractions of the patch's side (ours)
const distanceSmoothing = 1 / 48;

/**
 * One call at a low noise level, without added noise, read twice: the logits of a head trained on synthetic defects, and the
 * distance of the network's early features to the nearest in a memory of good images' features.
 */
export const combinedReadout: Readout = {
  summary: "defect head trained on synthetic defects, and distance to a memory of good features",
  timestep: 50,
  addsNoise: false,
  plantsDefects: true,
  observe: placeFeatures,
  fit: async (images, { count, random }) => {
    let memory: FeatureMemoryFit | undefined;
    for await (const { shape, data } of images) {
      const [patches = 1, dimensions = 1, height = 1, width = 1] = shape;
      const size = dimensions * height * width;
      memory ??= new FeatureMemoryFit(count * patches, height * width, dimensions, random);
      const values = Float32Array.from(data, Number);
      for (let patch = 0; patch < patches; patch++)
        memory.add(values.subarray(patch * size, (patch + 1) * size));
    }
    invariant(memory, "a readout fitted on no images");
    const learned = memory.finish();
    return {
      maps: (output) => {
        const { defectLogits } = output;
        invariant(defectLogits, "a network without a defect head");
        const side = Number(defectLogits.shape[3]);
        const distance = resizeLinear(memoryDistance(placeFeatures(output), learned), side, side);
        return concat(
          [
            gaussianBlur(defectLogits, Math.max(1, side * logitSmoothing)),
            gaussianBlur(distance, Math.max(1, side * distanceSmoothing)),
          ],
          1,
        );
      },
    };
  },
};

/** Stem and first encoder level, averaged over 3 x 3 places, on a grid of at most 32 x 32: float32 [M, D, h, w]. */
function placeFeatures({ trace: { stem, encoder } }: NetworkOutput): Tensor {
  const [first] = encoder;
  invariant(first, "a network without levels");
  const features = neighbourhoodMean(concat([stem, first], 1));
  const side = Number(features.shape[2]);
  const factor = Math.ceil(side / largestGrid);
  return side % factor === 0 ? averageCells(features, factor) : features;
}

/** Mean over 3 x 3 places of each channel, edges repeated. */
function neighbourhoodMean(x: Tensor): Tensor {
  const channels = Number(x.shape[1]);
  const data = new Float32Array(channels * 9).fill(1 / 9);
  const weight = constant({ dtype: "float32", shape: [channels, 1, 3, 3], data });
  return conv2d(pad(x, [0, 0, 1, 1], [0, 0, 1, 1], "edge"), weight, { groups: channels });
}
