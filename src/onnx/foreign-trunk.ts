/** The trunk of a network from elsewhere: the tensors through which everything goes, such as the end of each stage of a ResNet. */
import type { GraphProto, NodeProto } from "onnx-buf";

/** Operators that take only the extents of a tensor: nothing of the picture goes through them. */
const ofExtents: ReadonlySet<string> = new Set(["Shape", "Size"]);

/** Operators of one value at a time, which may follow the last convolution. */
const pointwise: ReadonlySet<string> = new Set([
  "Add",
  "BatchNormalization",
  "Clip",
  "Elu",
  "Gelu",
  "HardSigmoid",
  "HardSwish",
  "LeakyRelu",
  "Mul",
  "PRelu",
  "Relu",
  "Sigmoid",
]);

/**
 * Tensors of a network that come from its input, and those of them that all later ones come from.
 *
 * A tensor is such a cut when, once it is computed, nothing computed earlier is needed any more: inside a residual block the
 * shortcut still is, at its end it is not. Borders put around a cut make no other one, and what comes after the last convolution is
 * left out; it is no picture any more.
 *
 * @param graph - Its nodes are in the order in which they run.
 * @param options - `isReadable`: whether a node can be put into a model of ours; there are no cuts from the first that cannot on.
 */
export function foreignTrunk(
  { node: nodes }: GraphProto,
  { input, isReadable }: { readonly input: string; readonly isReadable: (node: NodeProto) => boolean },
): { readonly tensors: readonly string[]; readonly cuts: readonly string[] } {
  const flowing = new Set([input]);
  const carrying: NodeProto[] = [];
  for (const node of nodes) {
    if (ofExtents.has(node.opType) || !node.input.some((name) => flowing.has(name))) continue;
    carrying.push(node);
    for (const name of node.output) if (name !== "") flowing.add(name);
  }
  const uses = new Map<string, number>();
  for (const name of carrying.flatMap((node) => node.input)) {
    if (flowing.has(name)) uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  const pending = new Set([input]); // computed and still needed
  const cuts: string[] = [];
  for (const node of carrying.slice(0, convolvingLength(carrying))) {
    if (!isReadable(node)) break;
    for (const name of node.input) {
      const left = (uses.get(name) ?? 0) - 1;
      uses.set(name, left);
      if (left <= 0) pending.delete(name);
    }
    const [output = ""] = node.output;
    if (pending.size === 0 && node.opType !== "Pad") cuts.push(output);
    for (const name of node.output) if ((uses.get(name) ?? 0) > 0) pending.add(name);
  }
  flowing.delete(input);
  return { tensors: [...flowing], cuts };
}

/** Number of nodes up to the last convolution and what is pointwise after it. */
function convolvingLength(nodes: readonly NodeProto[]): number {
  let length = nodes.findLastIndex(({ opType }) => opType === "Conv") + 1;
  while (length > 0 && pointwise.has(nodes[length]?.opType ?? "")) length++;
  return length;
}
