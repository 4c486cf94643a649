/** How much a graph computes, counted from its shapes. */
import { fixedShape, sizeOf } from "../src/base/shape.ts";
import { type Graph, lowerGraph, type Tensor } from "../src/graph/index.ts";

/** Nodes of a graph as it is written, and what its products and convolutions compute. */
export interface Operations {
  readonly nodes: number;
  /** 10⁹ multiplications and additions of MatMul, Conv and ConvTranspose; everything else is next to nothing. */
  readonly gflop: number;
}

/** Counts a graph whose extents are all known. */
export function countOperations(graph: Graph): Operations {
  const { nodes } = lowerGraph(graph);
  let flop = 0;
  for (const { op, inputs, outputs } of nodes) {
    const extents = (tensor: Tensor | undefined) => fixedShape(tensor?.shape ?? [], op.type);
    const [x, w, y] = [extents(inputs[0]), extents(inputs[1]), extents(outputs[0])];
    if (op.type === "MatMul") flop += 2 * sizeOf(y) * (x.at(-1) ?? 0);
    if (op.type === "Conv") flop += 2 * sizeOf(y) * sizeOf(w.slice(1));
    if (op.type === "ConvTranspose") flop += 2 * sizeOf(x) * sizeOf(w.slice(1));
  }
  return { nodes: nodes.length, gflop: flop / 1e9 };
}
