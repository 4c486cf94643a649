/** Tree ensembles: ai.onnx.ml TreeEnsembleRegressor (version 3), one output. */
import { ShapeError } from "../../base/errors.ts";
import { at, defineOp, single } from "../op.ts";
import { referenceZeros } from "../reference-array.ts";
import { formatType, type Tensor } from "../tensor.ts";

/** Attributes of a tree ensemble with BRANCH_LEQ nodes, spelled as in ONNX; node lists are parallel. */
export interface TreeEnsembleAttributes {
  readonly aggregate_function: string;
  readonly n_targets: number;
  readonly nodes_treeids: readonly number[];
  readonly nodes_nodeids: readonly number[];
  readonly nodes_featureids: readonly number[];
  readonly nodes_modes: readonly string[];
  readonly nodes_values: readonly number[];
  readonly nodes_truenodeids: readonly number[];
  readonly nodes_falsenodeids: readonly number[];
  readonly nodes_missing_value_tracks_true: readonly number[];
  readonly target_treeids: readonly number[];
  readonly target_nodeids: readonly number[];
  readonly target_ids: readonly number[];
  readonly target_weights: readonly number[];
  readonly [name: string]: string | number | readonly number[] | readonly string[];
}

const treeEnsembleOp = defineOp<TreeEnsembleAttributes>({
  type: "TreeEnsembleRegressor",
  domain: "ai.onnx.ml",
  attributes: {
    aggregate_function: "string",
    n_targets: "int",
    nodes_treeids: "ints",
    nodes_nodeids: "ints",
    nodes_featureids: "ints",
    nodes_modes: "strings",
    nodes_values: "floats",
    nodes_truenodeids: "ints",
    nodes_falsenodeids: "ints",
    nodes_missing_value_tracks_true: "ints",
    target_treeids: "ints",
    target_nodeids: "ints",
    target_ids: "ints",
    target_weights: "floats",
  },
  infer: (inputs) => {
    const x = at(inputs, 0);
    if (x.shape.length !== 2) {
      throw new ShapeError("E_SHAPE", `treeEnsemble: expected x [N, features], got ${formatType(x)}.`);
    }
    return [{ dtype: "float32", shape: [at(x.shape, 0), 1] }];
  },
  evaluate: (inputs, ensemble) => {
    const x = at(inputs, 0);
    const [rows, features] = [at(x.shape, 0), at(x.shape, 1)];
    const out = referenceZeros([rows, 1]);
    const trees = treesOf(ensemble);
    for (let row = 0; row < rows; row++) {
      const point = x.data.subarray(row * features, (row + 1) * features);
      let sum = 0;
      for (const nodes of trees) sum += leafWeight(nodes, point);
      out.data[row] = ensemble.aggregate_function === "AVERAGE" ? sum / trees.length : sum;
    }
    return [out];
  },
});

/**
 * The prediction of a tree ensemble; no gradient.
 *
 * @param x - Points, float32 [N, features].
 * @returns float32 [N, 1].
 */
export function treeEnsemble(x: Tensor, attributes: TreeEnsembleAttributes): Tensor {
  return single(treeEnsembleOp.apply([x], attributes));
}

interface TreeNode {
  readonly isLeaf: boolean;
  readonly feature: number;
  readonly threshold: number;
  readonly left: number;
  readonly right: number;
  weight: number;
}

function treesOf(a: TreeEnsembleAttributes): Map<number, TreeNode>[] {
  const trees = new Map<number, Map<number, TreeNode>>();
  a.nodes_treeids.forEach((tree, i) => {
    const nodes = trees.get(tree) ?? new Map<number, TreeNode>();
    trees.set(tree, nodes);
    nodes.set(at(a.nodes_nodeids, i), {
      isLeaf: a.nodes_modes[i] === "LEAF",
      feature: at(a.nodes_featureids, i),
      threshold: at(a.nodes_values, i),
      left: at(a.nodes_truenodeids, i),
      right: at(a.nodes_falsenodeids, i),
      weight: 0,
    });
  });
  a.target_treeids.forEach((tree, i) => {
    const leaf = trees.get(tree)?.get(at(a.target_nodeids, i));
    if (leaf !== undefined) leaf.weight = at(a.target_weights, i);
  });
  return [...trees.values()];
}

function leafWeight(nodes: ReadonlyMap<number, TreeNode>, point: Float64Array): number {
  let node = nodes.get(0);
  while (node !== undefined && !node.isLeaf) {
    node = nodes.get((point[node.feature] ?? 0) <= node.threshold ? node.left : node.right);
  }
  return node?.weight ?? 0;
}
