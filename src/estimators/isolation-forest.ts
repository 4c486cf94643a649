/**
 * Isolation Forest: anomalies are few and different, so random splits part them from the rest early.
 * Liu, Ting and Zhou 2008, "Isolation Forest", ICDM, doi:10.1109/ICDM.2008.17.
 */

import { checkInteger } from "../base/check.ts";
import { DataError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { leafOf } from "./decision-tree.ts";
import { float32Points } from "./float32-points.ts";
import { averagePathLength, growTree, type IsolationTree } from "./isolation-tree.ts";

/** A fitted forest: plain data. */
export interface IsolationForest {
  /** Features of a point. */
  readonly dimensions: number;
  /** Points each tree was grown from (the paper's ψ). */
  readonly sampleSize: number;
  readonly trees: readonly IsolationTree[];
}

/** Options of {@link fitIsolationForest}. */
export interface IsolationForestOptions {
  /** Number of trees, integer >= 1. Default 100 (paper). */
  readonly trees?: number;
  /** Points drawn without replacement for each tree, integer >= 2; all points if there are fewer. Default 256 (paper). */
  readonly sampleSize?: number;
  /** Source of the draws and splits. */
  readonly random: Random;
}

/**
 * A forest of random trees over feature vectors.
 *
 * Each tree draws its points, then splits on a random feature that still varies, at a uniform threshold between its
 * extremes, until a node holds one point, or equal points, or depth ⌈log2(sampleSize)⌉ is reached. Features are rounded
 * to float32 first and thresholds are float32, so that an ONNX tree ensemble decides exactly alike.
 *
 * @param features - float64 [N * dimensions], point after point; finite within float32's range; N >= 2.
 * @param dimensions - Features of a point, integer >= 1.
 * @returns The forest; the same features and random state give the same forest.
 * @throws {OptionError} E_OPTION if an option is out of range.
 * @throws {ShapeError} E_SHAPE if the length is no multiple of `dimensions`.
 * @throws {DataError} E_DATA if there are fewer than two points or a feature is not finite in float32.
 * @see Liu, Ting and Zhou 2008, Algorithms 1 and 2
 * @example
 * const features = Float64Array.of(0, 0.1, 0.2, 0.1, 0, 9);
 * const forest = fitIsolationForest(features, 1, { random: new Random(0) });
 * isolationForestScores(forest, Float64Array.of(9))[0] > 0.6; //=> true
 */
export function fitIsolationForest(
  features: Float64Array,
  dimensions: number,
  options: IsolationForestOptions,
): IsolationForest {
  const { trees = 100, random } = options;
  checkInteger("trees", trees, { minimum: 1 });
  checkInteger("sampleSize", options.sampleSize ?? 256, { minimum: 2 });
  const points = float32Points("fitIsolationForest", features, dimensions);
  const count = points.length / dimensions;
  if (count < 2) {
    throw new DataError("E_DATA", `fitIsolationForest: expected at least 2 points, got ${count}.`);
  }
  const sampleSize = Math.min(options.sampleSize ?? 256, count);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const grown = Array.from({ length: trees }, () => {
    drawToFront(order, sampleSize, random);
    return growTree({ points, dimensions, sample: order.slice(0, sampleSize), random });
  });
  return { dimensions, sampleSize, trees: grown };
}

/**
 * Anomaly scores s(x) = 2^(-E[h(x)] / c(ψ)), with h the path length of x in each tree and ψ the sample size.
 *
 * @param forest - From {@link fitIsolationForest} or a decoded one.
 * @param features - float64 [N * dimensions], point after point; finite within float32's range.
 * @returns float64 [N] in (0, 1); about 0.5 for points like all others, towards 1 for isolated ones.
 * @throws {ShapeError} E_SHAPE if the length is no multiple of the forest's dimensions.
 * @throws {DataError} E_DATA if a feature is not finite in float32.
 * @see Liu, Ting and Zhou 2008, Eq. 2
 */
export function isolationForestScores(forest: IsolationForest, features: Float64Array): Float64Array {
  const { dimensions, sampleSize, trees } = forest;
  const points = float32Points("isolationForestScores", features, dimensions);
  const scores = new Float64Array(points.length / dimensions);
  for (const tree of trees) {
    for (let i = 0; i < scores.length; i++) {
      scores[i] = (scores[i] ?? 0) + (tree.pathLengths[leafOf(tree, points, i * dimensions)] ?? 0);
    }
  }
  const scale = trees.length * averagePathLength(sampleSize);
  return scores.map((sum) => 2 ** (-sum / scale));
}

/** Brings a random subset to the first `size` places (the first steps of Fisher and Yates). */
function drawToFront(order: Uint32Array, size: number, random: Random): void {
  for (let i = 0; i < size; i++) {
    const j = i + random.integer(order.length - i);
    const drawn = order[j] ?? 0;
    order[j] = order[i] ?? 0;
    order[i] = drawn;
  }
}
