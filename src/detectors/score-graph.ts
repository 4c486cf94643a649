/** The graph of a detector: from pictures to map, score, p-value and decision in one network call. */
import type { Random } from "../base/random.ts";
import { sizeOf } from "../base/shape.ts";
import { noiseSchedule, noisingCoefficients } from "../diffusion/index.ts";
import {
  add,
  buildGraph,
  cast,
  constant,
  type Graph,
  greater,
  greaterOrEqual,
  max,
  mul,
  reduceMax,
  reduceSum,
  reshape,
  scalar,
  slice,
  sub,
  type Tensor,
} from "../graph/index.ts";
import { bindParameters, namedParameters, type UNet } from "../nn/index.ts";
import type { MapScale } from "./map-scale.ts";
import { cutPatches, joinPatches, type PatchGrid, patchGrid, splitPatches } from "./patch-grid.ts";
import { type PlaceScales, standardized } from "./place-scale.ts";
import { imageInput, resizePixels, toNetworkRange } from "./preprocess.ts";
import type { FittedReadout, NetworkOutput, Readout } from "./readout.ts";

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

/** Input `image`; output `observation` float32 [K·N, ...]: what the readout is fitted on. */
export function observationGraph(network: TrainedNetwork): Graph {
  const call = callNetwork(network);
  return finished(network, call.image, { observation: network.readout.observe(call.output) });
}

/** Input `image`; output `maps` float32 [N, C, S, S]: what scales are measured on; standardised at each place if `places` are given. */
export function mapsGraph(network: TrainedNetwork, readout: FittedReadout, places?: PlaceScales): Graph {
  const call = callNetwork(network);
  const maps = joinPatches(readout.maps(call.output), call.grid);
  return finished(network, call.image, { maps: places === undefined ? maps : standardized(maps, places) });
}

/**
 * The detector; without a decision, its map and score only.
 *
 * Input `image` uint8 [N, H, W, 3]. Outputs `anomaly_map` float32 [N, 1, S, S], `anomaly_score` and `p_value` float32 [N],
 * `is_anomalous` bool [N].
 */
export function detectorGraph(
  network: TrainedNetwork,
  fitted: {
    readonly readout: FittedReadout;
    readonly places?: PlaceScales | undefined;
    readonly scales: readonly MapScale[];
    readonly decision?: Decision;
  },
): Graph {
  const { image, grid, output } = callNetwork(network);
  const { readout, places, scales, decision } = fitted;
  const maps = joinPatches(readout.maps(output), grid);
  const map = fused(places === undefined ? maps : standardized(maps, places), scales);
  const score = readout.score
    ? splitPatches(readout.score(output), grid).reduce((a, b) => max(a, b))
    : reshape(reduceMax(map, { axes: [1, 2, 3], keepDims: false }), ["N", 1]);
  const outputs = { [outputNames.map]: map, [outputNames.score]: reshape(score, ["N"]) };
  if (decision === undefined) return finished(network, image, outputs);
  return finished(network, image, {
    ...outputs,
    [outputNames.pValue]: conformalPValue(score, decision.calibrationScores),
    [outputNames.isAnomalous]: greater(reshape(score, ["N"]), scalar(decision.threshold)),
  });
}

/** Pictures resized, cut, noised once to the readout's step, and one call of the network. */
function callNetwork(network: TrainedNetwork): { image: Tensor; grid: PatchGrid; output: NetworkOutput } {
  const { unet, readout, imageSizePx, patchSizePx } = network;
  const image = imageInput();
  const grid = patchGrid(imageSizePx, patchSizePx);
  const patches = cutPatches(toNetworkRange(resizePixels(image, imageSizePx)), grid);
  const timestep = Float32Array.of(readout.timestep);
  const trace = unet.trace(
    noised(network, patches),
    constant({ dtype: "float32", shape: [1], data: timestep }),
  );
  const channel = (start: number, end: number) => slice(trace.output, { axis: 1, start, end });
  const noise = readout.plantsDefects ? channel(0, 3) : trace.output;
  return {
    image,
    grid,
    output: { noise, defectLogits: readout.plantsDefects ? channel(3, 4) : null, trace },
  };
}

/** √ᾱ·x, plus the fixed noise √(1-ᾱ)·ε where the readout adds it: a picture always gets the same score. */
function noised({ readout, patchSizePx, random }: TrainedNetwork, patches: Tensor): Tensor {
  const level = noisingCoefficients(noiseSchedule("linear"), readout.timestep);
  const scaled = mul(patches, scalar(level.signal));
  if (!readout.addsNoise) return scaled;
  const shape = [1, 3, patchSizePx, patchSizePx];
  const noise = random
    .split("score noise")
    .normals(sizeOf(shape))
    .map((value) => value * level.noise);
  return add(scaled, constant({ dtype: "float32", shape, data: noise }));
}

/** The highest of the maps, each brought to its scale: 0 is an average pixel of a good image, 1 what few good images exceed. */
function fused(maps: Tensor, scales: readonly MapScale[]): Tensor {
  const column = (values: readonly number[]) =>
    constant({ dtype: "float32", shape: [1, scales.length, 1, 1], data: Float32Array.from(values) });
  const factors = scales.map(({ mean, usualMaximum }) => 1 / Math.max(usualMaximum - mean, 1e-6));
  const scaled = mul(sub(maps, column(scales.map(({ mean }) => mean))), column(factors));
  return reduceMax(scaled, { axes: [1] });
}

/** (1 + #{calibration scores >= score}) / (n + 1), float32 [N]. */
function conformalPValue(score: Tensor, calibrationScores: Float32Array): Tensor {
  const count = calibrationScores.length;
  const others = constant({ dtype: "float32", shape: [1, count], data: calibrationScores });
  const noLower = reduceSum(cast(greaterOrEqual(others, score), "float32"), { axes: [1], keepDims: false });
  return mul(add(noLower, scalar(1)), scalar(1 / (count + 1)));
}

function finished(network: TrainedNetwork, image: Tensor, outputs: Readonly<Record<string, Tensor>>): Graph {
  const names = Object.keys(outputs);
  const bound = bindParameters(Object.values(outputs), namedParameters(network.unet), network.parameters);
  const entries = names.map((name, i) => [name, bound[i] ?? image] as const);
  return buildGraph({ name: "radar", inputs: [image], outputs: Object.fromEntries(entries) });
}
