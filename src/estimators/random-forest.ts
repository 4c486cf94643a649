/** Random forest for regression: the mean of trees grown on draws of the points. Breiman 2001, "Random Forests", Machine Learning 45. */
import { checkInteger } from "../base/check.ts";
import type { Random } from "../base/random.ts";
import { type Tensor, treeEnsemble } from "../graph/index.ts";
import { treesToEnsemble } from "./decision-tree.ts";
import { float32Points } from "./float32-points.ts";
import { fitRegressionTree, type RegressionTree, type RegressionTreeOptions } from "./regression-tree.ts";

/** How a forest grows; its trees as theirs, but for their number of features: a third by default, at least one (paper). */
export interface RandomForestOptions extends Omit<RegressionTreeOptions, "random"> {
  /** Trees, integer >= 1. Default 100 (scikit-learn's). */
  readonly trees?: number;
  /** Points drawn with replacement for each tree, integer >= 1. Default: as many as there are (paper). */
  readonly sampleSize?: number;
  readonly random: Random;
}

/**
 * A forest of regression trees, each grown on points drawn with replacement, each split on features drawn for it.
 *
 * @param features - [N * dimensions], point after point; finite within float32's range; N >= 1.
 * @param targets - [N], finite.
 * @returns The trees; the same data and random state give the same ones.
 * @throws {OptionError} E_OPTION if an option is out of range.
 * @throws {ShapeError} E_SHAPE if the length is no multiple of `dimensions`.
 * @throws {DataError} E_DATA as {@link fitRegressionTree}.
 * @see Breiman 2001, sections 1 and 11
 */
export function fitRandomForest(
  features: ArrayLike<number>,
  targets: ArrayLike<number>,
  dimensions: number,
  options: RandomForestOptions,
): RegressionTree[] {
  const points = float32Points("fitRandomForest", features, dimensions);
  const count = points.length / dimensions;
  const { trees = 100, sampleSize = count, random, ...growth } = options;
  const { featuresPerSplit = Math.max(1, Math.floor(dimensions / 3)) } = growth;
  checkInteger("trees", trees, { minimum: 1 });
  checkInteger("sampleSize", options.sampleSize ?? 1, { minimum: 1 });
  return Array.from({ length: trees }, () => {
    const drawn = new Float32Array(sampleSize * dimensions);
    const drawnTargets = new Float64Array(sampleSize);
    for (let i = 0; i < sampleSize; i++) {
      const point = random.integer(Math.max(1, count));
      drawn.set(points.subarray(point * dimensions, (point + 1) * dimensions), i * dimensions);
      drawnTargets[i] = targets[point] ?? Number.NaN;
    }
    return fitRegressionTree(drawn, drawnTargets, dimensions, { ...growth, featuresPerSplit, random });
  });
}

/**
 * The mean prediction of trees in a graph; one tree is a forest too.
 *
 * @param points - float32 [M, D].
 * @returns float32 [M, 1].
 */
export function forestPrediction(points: Tensor, trees: readonly RegressionTree[]): Tensor {
  return treeEnsemble(points, treesToEnsemble(trees.map((tree) => ({ tree, values: tree.values }))));
}
