/** Which nodes of a graph some of its tensors come from. */
import type { NodeProto } from "onnx-buf";

/**
 * The nodes that tensors need, back to where there is no node behind a name.
 *
 * @param makers - The node behind every tensor that one computes.
 */
export function neededNodes(
  outputs: readonly string[],
  makers: ReadonlyMap<string, NodeProto>,
): ReadonlySet<NodeProto> {
  const needed = new Set<NodeProto>();
  const waiting = [...outputs];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const node = makers.get(name);
    if (node === undefined || needed.has(node)) continue;
    needed.add(node);
    waiting.push(...node.input);
  }
  return needed;
}

/** The node behind every tensor that one computes. */
export function makersIn(nodes: readonly NodeProto[]): Map<string, NodeProto> {
  return new Map(nodes.flatMap((node) => node.output.map((name) => [name, node] as const)));
}
