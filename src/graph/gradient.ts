/** Reverse-mode differentiation: a walk back over the nodes, one rule per operator. */
import { GraphError, ShapeError } from "../base/errors.ts";
import { sameShape } from "../base/shape.ts";
import { topologicalOrder } from "./graph.ts";
import { add } from "./ops/elementwise.ts";
import { reshape } from "./ops/movement.ts";
import { reduceSum } from "./ops/reduction.ts";
import { type Node, scalar, type Tensor } from "./tensor.ts";

/**
 * Gradients of a scalar with respect to tensors of its graph.
 *
 * @param loss - float32 [].
 * @param parameters - Tensors that `loss` depends on; the walk stops at them, so they may themselves be computed.
 * @returns One float32 tensor per parameter, of the parameter's shape.
 * @throws {ShapeError} E_SHAPE if `loss` is not a scalar.
 * @throws {GraphError} E_NO_GRADIENT if `loss` does not depend on a parameter, or only through an operator without a rule
 * or with attributes that its rule does not cover.
 */
export function gradient(loss: Tensor, parameters: readonly Tensor[]): Tensor[] {
  if (loss.shape.length !== 0) {
    throw new ShapeError(
      "E_SHAPE",
      `gradient: expected a scalar loss, got shape [${loss.shape.join(", ")}]. Reduce it first.`,
    );
  }
  const needed = nodesBetween(loss, new Set(parameters));
  const gradients = new Map<Tensor, Tensor>([[loss, scalar(1)]]);
  for (const node of needed.nodes.reverse()) propagate(node, needed.tensors, gradients);
  return parameters.map((parameter, i) => {
    const result = gradients.get(parameter);
    if (result === undefined) {
      throw new GraphError(
        "E_NO_GRADIENT",
        `gradient: expected the loss to depend on parameter ${i}, got no path to it.`,
      );
    }
    return result;
  });
}

/** Nodes on a path from a parameter to the loss, and the tensors that carry a gradient. */
function nodesBetween(loss: Tensor, parameters: Set<Tensor>): { nodes: Node[]; tensors: Set<Tensor> } {
  const tensors = new Set<Tensor>(parameters);
  const nodes: Node[] = [];
  for (const node of topologicalOrder([loss]).nodes) {
    if (!node.inputs.some((tensor) => tensor !== undefined && tensors.has(tensor))) continue;
    if (node.outputs.some((tensor) => parameters.has(tensor))) continue;
    nodes.push(node);
    for (const output of node.outputs) if (output.dtype === "float32") tensors.add(output);
  }
  return { nodes, tensors };
}

function propagate(node: Node, wanted: Set<Tensor>, gradients: Map<Tensor, Tensor>): void {
  const outputGradients = node.outputs.map((output) => gradients.get(output));
  if (outputGradients.every((value) => value === undefined)) return;
  const inputs = node.inputs.filter((tensor) => tensor !== undefined);
  const needs = inputs.map((tensor) => wanted.has(tensor));
  if (node.op.vjp === undefined) {
    throw new GraphError(
      "E_NO_GRADIENT",
      `gradient: expected operators with a gradient, got ${node.op.type}, which has none.`,
    );
  }
  const results = node.op.vjp({
    inputs,
    outputs: node.outputs,
    outputGradients,
    attributes: node.attributes,
    needs,
  });
  inputs.forEach((tensor, i) => {
    const result = results[i];
    if (!needs[i]) return;
    if (result === undefined) {
      throw new GraphError(
        "E_NO_GRADIENT",
        `gradient: expected a gradient for operand ${i} of ${node.op.type}, got none.`,
      );
    }
    const summed = sumTo(result, tensor);
    const before = gradients.get(tensor);
    gradients.set(tensor, before === undefined ? summed : add(before, summed));
  });
}

/** Sums a gradient over the axes along which its operand was stretched: the transpose of broadcasting. */
function sumTo(value: Tensor, operand: Tensor): Tensor {
  if (sameShape(value.shape, operand.shape)) return value;
  const extra = value.shape.length - operand.shape.length;
  const axes = value.shape.flatMap((dim, i) =>
    i < extra || (operand.shape[i - extra] === 1 && dim !== 1) ? [i] : [],
  );
  return reshape(reduceSum(value, { axes, keepDims: extra === 0 }), operand.shape);
}
