/**
 * Regression trees: splits that leave the least squared error of two means.
 * Breiman, Friedman, Olshen and Stone 1984, "Classification and Regression Trees", chapter 8.
 */
import { checkInteger } from "../base/check.ts";
import { DataError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { type DecisionTree, leafOf } from "./decision-tree.ts";
import { float32Points } from "./float32-points.ts";

/** A tree that predicts a number. */
export interface RegressionTree extends DecisionTree {
  /** Mean target of the training points that reached the node, float64 [nodes]. */
  readonly values: Float64Array;
}

/** How far a tree grows. */
export interface RegressionTreeOptions {
  /** Training points of a leaf at least, integer >= 1. Default 5 (Breiman 2001's for regression). */
  readonly smallestLeaf?: number;
  /** Depth of the deepest leaf at most, integer >= 1. Default: no limit. */
  readonly deepest?: number;
  /** Features that each split chooses from, drawn anew with `random`; integer >= 1. Default: all. */
  readonly featuresPerSplit?: number;
  /** Source of those draws. */
  readonly random?: Random;
}

/** What a tree grows from: rows as numbers of points, the same for each feature, in the order of that feature's values. */
interface Growth {
  readonly points: Float32Array;
  readonly targets: Float64Array;
  readonly dimensions: number;
  /** float32 [dimensions] of int32 [N]: each node owns a range, which its split reorders. */
  readonly orders: readonly Int32Array[];
  /** Which side of the split at hand a point is on. */
  readonly isLeft: Uint8Array;
  readonly room: Int32Array;
}

interface NodeRow {
  feature: number;
  threshold: number;
  left: number;
  right: number;
  value: number;
}

/** A split of a node: what goes left has `feature <= threshold`. */
interface Split {
  readonly feature: number;
  readonly threshold: number;
  readonly leftCount: number;
  /** Σ_left² / n_left + Σ_right² / n_right: the higher, the less squared error. */
  readonly merit: number;
}

/**
 * Grows a tree on points and their targets: each node takes the feature and threshold that leave the least squared error,
 * the threshold half-way between two neighbouring values; it ends where targets are equal, where a leaf would get too few
 * points, or at the deepest depth. Of splits that are as good, the one of the first feature is taken.
 *
 * @param features - [N * dimensions], point after point; finite within float32's range; N >= 1.
 * @param targets - [N], finite.
 * @throws {OptionError} E_OPTION if an option is out of range.
 * @throws {ShapeError} E_SHAPE if the length is no multiple of `dimensions`.
 * @throws {DataError} E_DATA if there are no points, not a finite target for each, or a feature is not finite in float32.
 * @see Breiman et al. 1984, section 8.4
 * @example
 * const tree = fitRegressionTree([0, 1, 2, 3], [5, 5, 9, 9], 1, { smallestLeaf: 1 });
 * Array.from(regressionTreeValues(tree, [1.4, 1.6], 1)); //=> [5, 9]
 */
export function fitRegressionTree(
  features: ArrayLike<number>,
  targets: ArrayLike<number>,
  dimensions: number,
  options: RegressionTreeOptions = {},
): RegressionTree {
  const { smallestLeaf = 5, deepest = Number.MAX_SAFE_INTEGER, featuresPerSplit = dimensions } = options;
  checkInteger("smallestLeaf", smallestLeaf, { minimum: 1 });
  checkInteger("deepest", deepest, { minimum: 1 });
  const points = float32Points("fitRegressionTree", features, dimensions);
  checkInteger("featuresPerSplit", featuresPerSplit, { minimum: 1, maximum: dimensions });
  const growth = growthOf(points, checkedTargets(targets, points.length / dimensions), dimensions);
  const nodes: NodeRow[] = [];
  const grow = (begin: number, end: number, depth: number): number => {
    const node = { feature: -1, threshold: 0, left: -1, right: -1, value: meanOf(growth, begin, end) };
    const index = nodes.push(node) - 1;
    const split =
      depth < deepest
        ? bestSplit(growth, begin, end, { smallestLeaf, candidates: candidateFeatures(dimensions, options) })
        : undefined;
    if (split === undefined) return index;
    part(growth, begin, end, split);
    const middle = begin + split.leftCount;
    node.feature = split.feature;
    node.threshold = split.threshold;
    node.left = grow(begin, middle, depth + 1);
    node.right = grow(middle, end, depth + 1);
    return index;
  };
  grow(0, growth.targets.length, 0);
  return {
    featureIndices: Int32Array.from(nodes, (node) => node.feature),
    thresholds: Float32Array.from(nodes, (node) => node.threshold),
    left: Int32Array.from(nodes, (node) => node.left),
    right: Int32Array.from(nodes, (node) => node.right),
    values: Float64Array.from(nodes, (node) => node.value),
  };
}

/**
 * What a tree predicts for points.
 *
 * @param features - [N * dimensions], point after point; finite within float32's range.
 * @returns float64 [N].
 * @throws {ShapeError} E_SHAPE if the length is no multiple of `dimensions`.
 * @throws {DataError} E_DATA if a feature is not finite in float32.
 */
export function regressionTreeValues(
  tree: RegressionTree,
  features: ArrayLike<number>,
  dimensions: number,
): Float64Array {
  const points = float32Points("regressionTreeValues", features, dimensions);
  return Float64Array.from(
    { length: points.length / dimensions },
    (_, i) => tree.values[leafOf(tree, points, i * dimensions)] ?? 0,
  );
}

function checkedTargets(targets: ArrayLike<number>, count: number): Float64Array {
  const values = Float64Array.from(targets);
  if (count === 0 || values.length !== count || !values.every(Number.isFinite)) {
    throw new DataError(
      "E_DATA",
      `fitRegressionTree: expected at least one point and a finite target for each, got ${count} points and ${values.length} targets, ${values.filter(Number.isFinite).length} of them finite.`,
    );
  }
  return values;
}

function growthOf(points: Float32Array, targets: Float64Array, dimensions: number): Growth {
  const count = targets.length;
  const orders = Array.from({ length: dimensions }, (_, feature) => {
    const column = Float32Array.from({ length: count }, (_, i) => points[i * dimensions + feature] ?? 0);
    return Int32Array.from({ length: count }, (_, i) => i).sort(
      (a, b) => (column[a] ?? 0) - (column[b] ?? 0) || a - b,
    );
  });
  return { points, targets, dimensions, orders, isLeft: new Uint8Array(count), room: new Int32Array(count) };
}

function candidateFeatures(
  dimensions: number,
  { featuresPerSplit = dimensions, random }: RegressionTreeOptions,
): ArrayLike<number> {
  if (random === undefined || featuresPerSplit >= dimensions)
    return Array.from({ length: dimensions }, (_, i) => i);
  return random.permutation(dimensions).subarray(0, featuresPerSplit).sort();
}

function meanOf({ orders, targets }: Growth, begin: number, end: number): number {
  const order = orders[0] ?? new Int32Array();
  let sum = 0;
  for (let i = begin; i < end; i++) sum += targets[order[i] ?? 0] ?? 0;
  return sum / (end - begin);
}

function bestSplit(
  growth: Growth,
  begin: number,
  end: number,
  { smallestLeaf, candidates }: { readonly smallestLeaf: number; readonly candidates: ArrayLike<number> },
): Split | undefined {
  const { targets, orders } = growth;
  if (end - begin < 2 * smallestLeaf) return undefined;
  // Sums are of deviations from the node's mean: they stay small, so that little is lost to rounding.
  const mean = meanOf(growth, begin, end);
  const order = orders[0] ?? new Int32Array();
  let squares = 0;
  for (let i = begin; i < end; i++) squares += ((targets[order[i] ?? 0] ?? 0) - mean) ** 2;
  let best: Split | undefined;
  let least = squares * 1e-12; // what rounding may make of no gain at all
  for (let c = 0; c < candidates.length; c++) {
    const split = bestOfFeature(growth, begin, end, {
      feature: candidates[c] ?? 0,
      smallestLeaf,
      mean,
      least,
    });
    if (split === undefined) continue;
    best = split;
    least = split.merit;
  }
  return best;
}

/** The best split on one feature whose merit is above `least`. */
function bestOfFeature(
  { points, targets, dimensions, orders }: Growth,
  begin: number,
  end: number,
  options: {
    readonly feature: number;
    readonly smallestLeaf: number;
    readonly mean: number;
    readonly least: number;
  },
): Split | undefined {
  const { feature, smallestLeaf, mean } = options;
  const order = orders[feature] ?? new Int32Array();
  const valueAt = (i: number) => points[(order[i] ?? 0) * dimensions + feature] ?? 0;
  let best: Split | undefined;
  let least = options.least;
  let sum = 0; // of the deviations on the left; those on the right make up for it
  for (let i = begin; i < end - smallestLeaf; i++) {
    sum += (targets[order[i] ?? 0] ?? 0) - mean;
    const leftCount = i + 1 - begin;
    if (leftCount < smallestLeaf) continue;
    const merit = (sum * sum) / leftCount + (sum * sum) / (end - begin - leftCount);
    if (merit <= least) continue;
    const [lower, upper] = [valueAt(i), valueAt(i + 1)];
    if (lower === upper) continue;
    const middle = Math.fround(lower / 2 + upper / 2);
    best = { feature, threshold: middle < upper ? middle : lower, leftCount, merit };
    least = merit;
  }
  return best;
}

/** Brings the points of the left side to the front of the node's range, in every feature's order. */
function part(growth: Growth, begin: number, end: number, { feature, leftCount }: Split): void {
  const { orders, isLeft, room } = growth;
  const chosen = orders[feature] ?? new Int32Array();
  for (let i = begin; i < end; i++) isLeft[chosen[i] ?? 0] = i < begin + leftCount ? 1 : 0;
  for (const order of orders) {
    let [toLeft, toRight] = [begin, 0];
    for (let i = begin; i < end; i++) {
      const point = order[i] ?? 0;
      if (isLeft[point] === 1) order[toLeft++] = point;
      else room[toRight++] = point;
    }
    order.set(room.subarray(0, toRight), toLeft);
  }
}
