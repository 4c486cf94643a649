/** Rewriting graphs: putting other tensors in place of some, and operators of ONNX in place of composite ones. */
import { invariant } from "../base/check.ts";
import { sizeOf } from "../base/shape.ts";
import { buildGraph, type Graph, isGraph, topologicalOrder } from "./graph.ts";
import { referenceOf } from "./reference-array.ts";
import { type AttributeValue, constant, type Node, type Tensor } from "./tensor.ts";

/**
 * The same tensors, computed from others. Bodies of loops are closed, so there is nothing to replace in them.
 *
 * @param outputs - Tensors to be rebuilt.
 * @param replacements - What stands in for which tensor, e.g. constants for parameters.
 * @returns One tensor per output; `outputs` themselves are untouched.
 */
export function substitute(outputs: readonly Tensor[], replacements: ReadonlyMap<Tensor, Tensor>): Tensor[] {
  return rewrite(outputs, replacements, copyNode);
}

/** The same graph, bodies of loops too, with every operator that has a `lower` rule replaced by what the rule builds. */
export function lowerGraph(graph: Graph): Graph {
  const outputs = rewrite(
    graph.outputs.map((output) => output.tensor),
    new Map(),
    (node, inputs) =>
      node.op.lower === undefined
        ? withLoweredBodies(copyNode(node, inputs))
        : node.op.lower(
            inputs.filter((tensor) => tensor !== undefined),
            node.attributes,
          ),
  );
  return buildGraph({
    name: graph.name,
    inputs: graph.inputs,
    captured: graph.captured,
    outputs: Object.fromEntries(graph.outputs.map(({ name }, i) => [name, outputs[i] as Tensor])),
  });
}

/** Largest tensor that is worked out beforehand, in values: more would fill model files (ours). */
const mostFolded = 4096;

/**
 * The same tensors; what depends on constants alone is one, worked out in float64, where it has few values. ONNX Runtime does so for
 * operators of ONNX, but not for its own, and what follows those.
 */
export function foldConstants(outputs: readonly Tensor[]): Tensor[] {
  return rewrite(outputs, new Map(), (node, inputs) => {
    const values = inputs.flatMap((tensor) =>
      tensor?.producer.kind === "constant" ? tensor.producer.value : [],
    );
    if (values.length < inputs.length || !isFoldable(node)) return copyNode(node, inputs);
    const results = node.op.evaluate(values.map(referenceOf), node.attributes, noBodies);
    return results.map(({ shape, data }) =>
      constant({ dtype: "float32", shape, data: Float32Array.from(data) }),
    );
  });
}

function isFoldable({ op, attributes, outputs }: Node): boolean {
  const isFew = ({ dtype, shape }: Tensor) =>
    dtype === "float32" && shape.every((dim) => typeof dim === "number") && sizeOf(shape) <= mostFolded;
  return op.network === undefined && !Object.values(attributes).some(isGraph) && outputs.every(isFew);
}

/** For evaluating operators that have no body. */
export function noBodies(): never {
  invariant(false, "a body of an operator without one");
}

function rewrite(
  outputs: readonly Tensor[],
  replacements: ReadonlyMap<Tensor, Tensor>,
  rebuild: (node: Node, inputs: readonly (Tensor | undefined)[]) => readonly Tensor[],
): Tensor[] {
  const replaced = new Map(replacements);
  const current = (tensor: Tensor): Tensor => replaced.get(tensor) ?? tensor;
  for (const node of topologicalOrder(outputs).nodes) {
    const rebuilt = rebuild(
      node,
      node.inputs.map((tensor) => tensor && current(tensor)),
    );
    rebuilt.forEach((tensor, i) => {
      const original = node.outputs[i];
      if (original !== undefined && tensor !== original && !replacements.has(original))
        replaced.set(original, tensor);
    });
  }
  return outputs.map(current);
}

/** The outputs of a node as they are, or of its copy with other bodies. */
function withLoweredBodies(outputs: readonly Tensor[]): readonly Tensor[] {
  const node = outputs[0]?.producer;
  if (node?.kind !== "node" || !Object.values(node.op.attributes).includes("graph")) return outputs;
  const lowered = (value: AttributeValue | undefined) => (isGraph(value) ? lowerGraph(value) : value);
  const attributes = Object.entries(node.attributes).map(([name, value]) => [name, lowered(value)]);
  return copyOf({ ...node, attributes: Object.fromEntries(attributes) });
}

function copyNode(node: Node, inputs: readonly (Tensor | undefined)[]): readonly Tensor[] {
  if (inputs.every((tensor, i) => tensor === node.inputs[i])) return node.outputs;
  return copyOf({ ...node, inputs });
}

/** New outputs of a node that stands for another. */
function copyOf(node: Node): readonly Tensor[] {
  const outputs: Tensor[] = [];
  const copy: Node = { ...node, outputs };
  for (const { dtype, shape, index } of node.outputs) outputs.push({ dtype, shape, index, producer: copy });
  return outputs;
}
