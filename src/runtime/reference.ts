/** The float64 evaluator: what every operator means, slowly. The oracle of the numeric tests. */
import { BackendError } from "../base/errors.ts";
import type { Graph, Tensor } from "../graph/index.ts";
import { type Reference, referenceOf } from "../graph/reference-array.ts";

export { referenceOf };

/**
 * Evaluates a graph in float64.
 *
 * @param feeds - One array per input of the graph.
 * @returns One array per output.
 * @throws {BackendError} E_BACKEND if a feed is missing.
 */
export function evaluateGraph(
  graph: Graph,
  feeds: Readonly<Record<string, Reference>>,
): Record<string, Reference> {
  const values = new Map<Tensor["producer"], readonly Reference[]>();
  for (const { producer } of graph.inputs) {
    if (producer.kind !== "input") continue;
    const value = feeds[producer.name];
    if (value === undefined)
      throw new BackendError(
        `evaluateGraph: expected a feed for every input, got none for ${producer.name}.`,
      );
    values.set(producer, [value]);
  }
  for (const leaf of graph.constants) values.set(leaf, [referenceOf(leaf.value)]);
  const resultOf = (tensor: Tensor): Reference => {
    const value = values.get(tensor.producer)?.[tensor.index];
    if (value === undefined)
      throw new BackendError("evaluateGraph: internal: a tensor was used before it was computed.");
    return value;
  };
  for (const node of graph.nodes) {
    const inputs = node.inputs.filter((tensor) => tensor !== undefined).map(resultOf);
    values.set(node, node.op.evaluate(inputs, node.attributes, evaluateGraph));
  }
  return Object.fromEntries(graph.outputs.map(({ name, tensor }) => [name, resultOf(tensor)]));
}
