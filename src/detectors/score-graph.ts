/** The graph of a detector: from pictures to map, score, p-value and decision in one network call. */
import type { Random } from "../base/random.ts";
import { sizeOf } from "../base/shape.ts";
import { noiseSchedule, noisingCoefficients } from "../diffusion/index.ts";
import {
  add,
  buildGraph,
  cast,
  constant,
  exp,
  type Graph,
  greater,
  greaterOrEqual,
  max,
  mul,
  reduceSum,
  reshape,
  scalar,
  type Tensor,
  treeEnsemble,
} from "../graph/index.ts";
import { bindParameters, namedParameters, type UNet } from "../nn/index.ts";
import type { IsolationForest } from "./isolation-forest.ts";
import { forestToTreeEnsemble } from "./isolation-forest-encoding.ts";
import { averagePathLength } from "./isolation-tree.ts";
import { cutPatches, joinPatches, patchGrid, splitPatches } from "./patch-grid.ts";
import { imageInput, resizePixels, toNetworkRange } from "./preprocess.ts";
import type { Readout } from "./readout.ts";

/** A trained network and how it is called. */
export interface TrainedNetwork {
  readonly unet: UNet;
  /** Parameters, float32 [P]. */
  readonly parameters: Float32Array;
  /** Side of the square that pictures are resized to, in pixels. */
  readonly imageSizePx: number;
  /** Side of the patches that the network sees, in pixels. */
  readonly patchSizePx: number;
  readonly readout: Readout;
  /** Source of the fixed noise. */
  readonly random: Random;
}

/** When an image is called anomalous. */
export interface Decision {
  /** Scores of the held-out normal images. */
  readonly calibrationScores: Float32Array;
  /** isAnomalous = score > threshold. */
  readonly threshold: number;
}

/** Names of the outputs of a model file. */
export const outputNames = {
  map: "anomaly_map",
  score: "anomaly_score",
  pValue: "p_value",
  isAnomalous: "is_anomalous",
} as const;

/**
 * The graph as far as it is fitted: features alone; with a forest, map and score; with a decision too, everything.
 *
 * Input `image` uint8 [N, H, W, 3]. Outputs `features` float32 [K·N, F], or `anomaly_map` float32 [N, 1, S, S],
 * `anomaly_score` and `p_value` float32 [N], `is_anomalous` bool [N].
 */
export function detectorGraph(
  network: TrainedNetwork,
  fitted: { readonly forest?: IsolationForest; readonly decision?: Decision } = {},
): Graph {
  const image = imageInput();
  const grid = patchGrid(network.imageSizePx, network.patchSizePx);
  const pixels = toNetworkRange(resizePixels(image, network.imageSizePx));
  const patches = cutPatches(pixels, grid);
  const reading = network.readout.read({ noise: predictNoise(network, patches) });
  const { forest, decision } = fitted;
  if (forest === undefined) return finished(network, image, { features: reading.features });
  const scores = forestScore(reading.features, forest); // [K·N, 1]
  const score = splitPatches(scores, grid).reduce((a, b) => max(a, b)); // [N, 1]
  const outputs: Record<string, Tensor> = {
    [outputNames.map]: joinPatches(reading.map, grid),
    [outputNames.score]: reshape(score, ["N"]),
  };
  if (decision === undefined) return finished(network, image, outputs);
  return finished(network, image, {
    ...outputs,
    [outputNames.pValue]: conformalPValue(score, decision.calibrationScores),
    [outputNames.isAnomalous]: greater(reshape(score, ["N"]), scalar(decision.threshold)),
  });
}

/** ε̂ of patches noised once to the readout's step; the noise is fixed, so that a picture always gets the same score. */
function predictNoise({ unet, readout, patchSizePx, random }: TrainedNetwork, patches: Tensor): Tensor {
  const level = noisingCoefficients(noiseSchedule("linear"), readout.timestep);
  const shape = [1, 3, patchSizePx, patchSizePx];
  const noise = random
    .split("score noise")
    .normals(sizeOf(shape))
    .map((value) => value * level.noise);
  const scaled = mul(patches, scalar(level.signal));
  const xt = readout.addsNoise ? add(scaled, constant({ dtype: "float32", shape, data: noise })) : scaled;
  const timestep = Float32Array.of(readout.timestep);
  return unet.apply(xt, constant({ dtype: "float32", shape: [1], data: timestep }));
}

/** 2^(-E[h] / c(ψ)), float32 [M, 1]. @see Liu, Ting and Zhou 2008, Eq. 2 */
function forestScore(features: Tensor, forest: IsolationForest): Tensor {
  const pathLength = treeEnsemble(features, forestToTreeEnsemble(forest));
  return exp(mul(pathLength, scalar(-Math.LN2 / averagePathLength(forest.sampleSize))));
}

/** (1 + #{calibration scores >= score}) / (n + 1), float32 [N]. */
function conformalPValue(score: Tensor, calibrationScores: Float32Array): Tensor {
  const count = calibrationScores.length;
  const others = constant({ dtype: "float32", shape: [1, count], data: calibrationScores });
  const noLower = reduceSum(cast(greaterOrEqual(others, score), "float32"), { axes: [1], keepDims: false });
  return mul(add(noLower, scalar(1)), scalar(1 / (count + 1)));
}

function finished(network: TrainedNetwork, image: Tensor, outputs: Record<string, Tensor>): Graph {
  const names = Object.keys(outputs);
  const bound = bindParameters(Object.values(outputs), namedParameters(network.unet), network.parameters);
  const entries = names.map((name, i) => [name, bound[i] ?? image] as const);
  return buildGraph({ name: "radar", inputs: [image], outputs: Object.fromEntries(entries) });
}
