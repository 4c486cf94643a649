/** One tree of an Isolation Forest: how it grows, and how long the path to each of its leaves is. */
import type { Random } from "../base/random.ts";
import type { DecisionTree } from "./decision-tree.ts";

/** A random binary tree. All arrays [nodes]. */
export interface IsolationTree extends DecisionTree {
  /** Training points that reached the node, int32. */
  readonly sampleCounts: Int32Array;
  /** Depth + `averagePathLength` of the sample count at leaves, float64; 0 at inner nodes. */
  readonly pathLengths: Float64Array;
}

/** What a tree grows from. */
export interface Growth {
  readonly points: Float32Array;
  readonly dimensions: number;
  /** Points of the tree; each node owns a range, which its split reorders. */
  readonly sample: Uint32Array;
  readonly random: Random;
}

interface NodeRow {
  feature: number;
  threshold: number;
  left: number;
  right: number;
  count: number;
  pathLength: number;
}

/**
 * Grows a tree: random feature among those that vary, uniform threshold between its extremes, until points are alone,
 * equal, or at depth ⌈log2(sample size)⌉. Reorders `growth.sample`.
 */
export function growTree(growth: Growth): IsolationTree {
  const nodes: NodeRow[] = [];
  const maximumDepth = Math.ceil(Math.log2(growth.sample.length));
  const grow = (begin: number, end: number, depth: number): number => {
    const count = end - begin;
    const node = { feature: -1, threshold: 0, left: -1, right: -1, count, pathLength: 0 };
    const index = nodes.push(node) - 1;
    const varying = depth < maximumDepth ? varyingFeatures(growth, begin, end) : [];
    const chosen = varying.length > 0 ? varying[growth.random.integer(varying.length)] : undefined;
    if (chosen === undefined) {
      node.pathLength = depth + averagePathLength(count);
      return index;
    }
    node.feature = chosen.feature;
    node.threshold = drawThreshold(chosen, growth.random);
    const middle = partition(growth, begin, end, node);
    node.left = grow(begin, middle, depth + 1);
    node.right = grow(middle, end, depth + 1);
    return index;
  };
  grow(0, growth.sample.length, 0);
  return {
    featureIndices: Int32Array.from(nodes, (node) => node.feature),
    thresholds: Float32Array.from(nodes, (node) => node.threshold),
    left: Int32Array.from(nodes, (node) => node.left),
    right: Int32Array.from(nodes, (node) => node.right),
    sampleCounts: Int32Array.from(nodes, (node) => node.count),
    pathLengths: Float64Array.from(nodes, (node) => node.pathLength),
  };
}

/**
 * Average path length of an unsuccessful search in a binary search tree of n keys:
 * c(n) = 2·(ln(n - 1) + γ) - 2·(n - 1)/n, with the exact values c(2) = 1 and c(1) = 0.
 *
 * @param n - Number of keys, integer >= 1.
 * @see Liu, Ting and Zhou 2008, Eq. 1
 */
export function averagePathLength(n: number): number {
  if (n <= 1) return 0;
  if (n === 2) return 1;
  const eulerGamma = 0.5772156649015329;
  return 2 * (Math.log(n - 1) + eulerGamma) - (2 * (n - 1)) / n;
}

interface FeatureRange {
  readonly feature: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** The features that take more than one value within the node; none where all its points are equal. */
function varyingFeatures({ points, dimensions, sample }: Growth, begin: number, end: number): FeatureRange[] {
  const ranges: FeatureRange[] = [];
  for (let feature = 0; feature < dimensions; feature++) {
    let minimum = Infinity;
    let maximum = -Infinity;
    for (let i = begin; i < end; i++) {
      const value = points[(sample[i] ?? 0) * dimensions + feature] ?? 0;
      if (value < minimum) minimum = value;
      if (value > maximum) maximum = value;
    }
    if (minimum < maximum) ranges.push({ feature, minimum, maximum });
  }
  return ranges;
}

/** A float32 in [minimum, maximum): both sides of the split get a point, also where no float32 lies between. */
function drawThreshold({ minimum, maximum }: FeatureRange, random: Random): number {
  const threshold = Math.fround(minimum + random.uniform() * (maximum - minimum));
  return threshold < maximum ? threshold : minimum;
}

/** Moves the points that go left to the front of the node's range; returns where the right ones begin. */
function partition(
  { points, dimensions, sample }: Growth,
  begin: number,
  end: number,
  node: NodeRow,
): number {
  let middle = begin;
  for (let i = begin; i < end; i++) {
    const point = sample[i] ?? 0;
    if ((points[point * dimensions + node.feature] ?? 0) > node.threshold) continue;
    sample[i] = sample[middle] ?? 0;
    sample[middle++] = point;
  }
  return middle;
}
