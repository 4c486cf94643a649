/** An Isolation Forest as JSON data and as the attributes of an ONNX tree ensemble. */
import { describe } from "../base/check.ts";
import { DataError } from "../base/errors.ts";
import { exp, mul, scalar, type Tensor, type TreeEnsembleAttributes, treeEnsemble } from "../graph/index.ts";
import { treesToEnsemble } from "./decision-tree.ts";
import type { IsolationForest } from "./isolation-forest.ts";
import { averagePathLength, type IsolationTree } from "./isolation-tree.ts";

/** A tree as lists of numbers, one entry per node; fields as in {@link IsolationTree}, without the path lengths. */
export interface EncodedTree {
  readonly featureIndices: readonly number[];
  readonly thresholds: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly sampleCounts: readonly number[];
}

/** A forest as data that JSON holds without loss. */
export interface EncodedForest {
  readonly dimensions: number;
  readonly sampleSize: number;
  readonly trees: readonly EncodedTree[];
}

/** The forest as JSON data; path lengths are left out, since they follow from the rest. */
export function encodeForest(forest: IsolationForest): EncodedForest {
  const { dimensions, sampleSize, trees } = forest;
  return {
    dimensions,
    sampleSize,
    trees: trees.map((tree) => ({
      featureIndices: Array.from(tree.featureIndices),
      thresholds: Array.from(tree.thresholds),
      left: Array.from(tree.left),
      right: Array.from(tree.right),
      sampleCounts: Array.from(tree.sampleCounts),
    })),
  };
}

/**
 * The forest of {@link encodeForest}'s data, for instance from a parsed file.
 *
 * Everything is checked, so that scoring can neither loop nor read outside a tree.
 *
 * @param data - An {@link EncodedForest}; anything else is refused.
 * @throws {DataError} E_DATA naming the field that is wrong.
 */
export function decodeForest(data: unknown): IsolationForest {
  const dimensions = decodeInteger(field(data, "dimensions"), "dimensions", 1);
  const sampleSize = decodeInteger(field(data, "sampleSize"), "sampleSize", 2);
  const trees = field(data, "trees");
  if (!Array.isArray(trees) || trees.length === 0)
    throw wrong("trees", "a list of at least one tree", describe(trees));
  return {
    dimensions,
    sampleSize,
    trees: trees.map((tree, t) => decodeTree(tree, `trees[${t}]`, dimensions)),
  };
}

/**
 * The forest as a tree ensemble whose one output is the mean path length E[h(x)] over the trees.
 *
 * The score is then 2^(-E[h(x)] / c(sampleSize)), which {@link averagePathLength} scales.
 */
export function forestToTreeEnsemble(forest: IsolationForest): TreeEnsembleAttributes {
  return treesToEnsemble(forest.trees.map((tree) => ({ tree, values: tree.pathLengths })));
}

/**
 * Anomaly scores 2^(-E[h] / c(ψ)) of points in a graph.
 *
 * @param points - float32 [M, D].
 * @returns float32 [M, 1], in (0, 1).
 * @see Liu, Ting and Zhou 2008, equation 2
 */
export function forestScore(points: Tensor, forest: IsolationForest): Tensor {
  const pathLength = treeEnsemble(points, forestToTreeEnsemble(forest));
  return exp(mul(pathLength, scalar(-Math.LN2 / averagePathLength(forest.sampleSize))));
}

function decodeTree(data: unknown, path: string, dimensions: number): IsolationTree {
  const list = (name: string, accepts: (value: number) => boolean, expected: string): number[] => {
    const values = field(data, name);
    if (!Array.isArray(values)) throw wrong(`${path}.${name}`, "a list of numbers", describe(values));
    return values.map((value: unknown, i) => {
      if (typeof value === "number" && accepts(value)) return value;
      throw wrong(`${path}.${name}[${i}]`, expected, describe(value));
    });
  };
  const isChild = (value: number) => Number.isInteger(value) && value >= -1;
  const isFeature = (value: number) => isChild(value) && value < dimensions;
  const isFloat32 = (value: number) => Number.isFinite(value) && Math.fround(value) === value;
  const isCount = (value: number) => Number.isInteger(value) && value >= 1;
  const feature = `a feature below ${dimensions}, or -1 for a leaf`;
  const tree = {
    featureIndices: Int32Array.from(list("featureIndices", isFeature, feature)),
    thresholds: Float32Array.from(list("thresholds", isFloat32, "a finite float32 number")),
    left: Int32Array.from(list("left", isChild, "a node number, or -1 at a leaf")),
    right: Int32Array.from(list("right", isChild, "a node number, or -1 at a leaf")),
    sampleCounts: Int32Array.from(list("sampleCounts", isCount, "an integer >= 1")),
  };
  return { ...tree, pathLengths: pathLengthsOf(tree, path) };
}

/** Path lengths at the leaves, in one pass from the root; refuses what is no tree in parent-before-child order. */
function pathLengthsOf(tree: Omit<IsolationTree, "pathLengths">, path: string): Float64Array {
  const { featureIndices, left, right, sampleCounts } = tree;
  const nodes = featureIndices.length;
  for (const [name, values] of Object.entries(tree)) {
    if (values.length === nodes && nodes > 0) continue;
    const expected = `as long as featureIndices (${nodes}) and not empty`;
    throw wrong(`${path}.${name}`, expected, `${values.length} entries`);
  }
  const depths = new Int32Array(nodes).fill(-1);
  depths[0] = 0;
  const pathLengths = new Float64Array(nodes);
  for (let node = 0; node < nodes; node++) {
    const depth = depths[node] ?? -1;
    if (depth < 0)
      throw wrong(path, "a tree in which all nodes but the first have a parent", `none for node ${node}`);
    const isLeaf = featureIndices[node] === -1;
    if (isLeaf) pathLengths[node] = depth + averagePathLength(sampleCounts[node] ?? 1);
    for (const [side, child] of Object.entries({ left: left[node] ?? -1, right: right[node] ?? -1 })) {
      const isFree = child > node && depths[child] === -1;
      if (isLeaf ? child !== -1 : !isFree) {
        const expected = isLeaf ? "-1, since the node is a leaf" : "a later node without another parent";
        throw wrong(`${path}.${side}[${node}]`, expected, describe(child));
      }
      if (!isLeaf) depths[child] = depth + 1;
    }
  }
  return pathLengths;
}

function decodeInteger(value: unknown, path: string, minimum: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= minimum) return value;
  throw wrong(path, `an integer >= ${minimum}`, describe(value));
}

function field(data: unknown, name: string): unknown {
  return typeof data === "object" && data !== null ? Reflect.get(data, name) : undefined;
}

function wrong(path: string, expected: string, got: string): DataError {
  return new DataError(
    "E_DATA",
    `decodeForest: expected ${path} to be ${expected}, got ${got}. Fit the forest again or restore the file.`,
  );
}
