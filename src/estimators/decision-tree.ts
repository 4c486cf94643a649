/** Binary trees that ask for one feature at a time, in the form that all our forests share, and their place in a model file. */
import type { TreeEnsembleAttributes } from "../graph/index.ts";

/** A binary tree; node 0 is the root, children have higher numbers than their parent. All arrays [nodes]. */
export interface DecisionTree {
  /** Feature an inner node splits on, int32; -1 at leaves. */
  readonly featureIndices: Int32Array;
  /** A feature `<=` this goes left, float32; 0 at leaves. */
  readonly thresholds: Float32Array;
  /** Left child, int32; -1 at leaves. */
  readonly left: Int32Array;
  /** Right child, int32; -1 at leaves. */
  readonly right: Int32Array;
}

/**
 * The leaf that a point ends in.
 *
 * @param points - float32 points, flat.
 * @param offset - Where the point's features begin.
 */
export function leafOf(tree: DecisionTree, points: Float32Array, offset: number): number {
  const { featureIndices, thresholds, left, right } = tree;
  let node = 0;
  for (let feature = featureIndices[0] ?? -1; feature >= 0; feature = featureIndices[node] ?? -1) {
    const goesLeft = (points[offset + feature] ?? 0) <= (thresholds[node] ?? 0);
    node = (goesLeft ? left[node] : right[node]) ?? 0;
  }
  return node;
}

/**
 * Trees as a tree ensemble whose one output is the mean over the trees of the value of a point's leaf.
 *
 * Decisions equal {@link leafOf}'s exactly, since thresholds and points are float32 in both; values are rounded to float32.
 *
 * @param trees - Trees with a value for each node.
 * @see ONNX operator reference, ai.onnx.ml TreeEnsembleRegressor, version 3
 */
export function treesToEnsemble(
  trees: readonly { readonly tree: DecisionTree; readonly values: Float64Array }[],
): TreeEnsembleAttributes {
  const nodes = trees.flatMap(({ tree, values }, treeId) =>
    Array.from(tree.featureIndices, (feature, node) => {
      const isLeaf = feature < 0;
      return {
        treeId,
        node,
        isLeaf,
        feature: isLeaf ? 0 : feature,
        threshold: tree.thresholds[node] ?? 0,
        left: isLeaf ? 0 : (tree.left[node] ?? 0),
        right: isLeaf ? 0 : (tree.right[node] ?? 0),
        value: values[node] ?? 0,
      };
    }),
  );
  const leaves = nodes.filter((node) => node.isLeaf);
  return {
    aggregate_function: "AVERAGE",
    n_targets: 1,
    nodes_treeids: nodes.map((node) => node.treeId),
    nodes_nodeids: nodes.map((node) => node.node),
    nodes_featureids: nodes.map((node) => node.feature),
    nodes_modes: nodes.map((node) => (node.isLeaf ? "LEAF" : "BRANCH_LEQ")),
    nodes_values: nodes.map((node) => node.threshold),
    nodes_truenodeids: nodes.map((node) => node.left),
    nodes_falsenodeids: nodes.map((node) => node.right),
    nodes_missing_value_tracks_true: nodes.map(() => 0),
    target_treeids: leaves.map((leaf) => leaf.treeId),
    target_nodeids: leaves.map((leaf) => leaf.node),
    target_ids: leaves.map(() => 0),
    target_weights: leaves.map((leaf) => leaf.value),
  };
}
