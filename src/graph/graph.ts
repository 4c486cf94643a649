/** A finished graph: named inputs and outputs, and its nodes in an order in which they can run. */
import { GraphError } from "../base/errors.ts";
import type { AttributeValue, Constant, Node, Tensor } from "./tensor.ts";

/** What runs: everything the outputs need. */
export interface Graph {
  readonly name: string;
  /** Tensors fed at run time, in the order given to {@link buildGraph}. */
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly { readonly name: string; readonly tensor: Tensor }[];
  /** Nodes, each after those it depends on. */
  readonly nodes: readonly Node[];
  readonly constants: readonly Constant[];
  /** Of a body: how many of its inputs, the last ones, it takes from the graph around it; ONNX lets it read them there. */
  readonly captured: number;
}

/**
 * Collects what `outputs` depend on.
 *
 * @param options - `inputs`: every tensor to be fed; one that no output needs is kept, so that feeds stay the same.
 * `captured`: see {@link Graph}, default 0.
 * @throws {GraphError} E_GRAPH if an output depends on an input that is not listed, or an input shares its name
 * with another or with an output.
 */
export function buildGraph(options: {
  name: string;
  inputs: readonly Tensor[];
  outputs: Readonly<Record<string, Tensor>>;
  captured?: number;
}): Graph {
  const outputs = Object.entries(options.outputs).map(([name, tensor]) => ({ name, tensor }));
  const { nodes, leaves } = topologicalOrder(outputs.map((output) => output.tensor));
  const listed = new Map(options.inputs.map((tensor) => [tensor.producer, tensor]));
  const names = new Set<string>();
  for (const { producer } of options.inputs) {
    if (producer.kind !== "input" || names.has(producer.name)) {
      const what = producer.kind === "input" ? `two inputs named ${producer.name}` : `a ${producer.kind}`;
      throw new GraphError(
        "E_GRAPH",
        `buildGraph: expected distinct inputs made by input(...), got ${what}.`,
      );
    }
    names.add(producer.name);
  }
  for (const { name } of outputs) {
    if (!names.has(name)) continue;
    throw new GraphError(
      "E_GRAPH",
      `buildGraph: expected outputs named other than inputs, got ${name} for both. Rename one.`,
    );
  }
  const constants: Constant[] = [];
  for (const leaf of leaves) {
    if (leaf.kind === "constant") constants.push(leaf);
    else if (leaf.kind === "input" && !listed.has(leaf)) {
      throw new GraphError(
        "E_GRAPH",
        `buildGraph: expected every input the outputs need in inputs, got none for ${leaf.name}. Add it.`,
      );
    }
  }
  const { name, inputs, captured = 0 } = options;
  return { name, inputs, outputs, nodes, constants, captured };
}

/** Whether an attribute is a graph: the body of a loop. */
export function isGraph(value: AttributeValue | undefined): value is Graph {
  return typeof value === "object" && "nodes" in value;
}

/** Nodes and leaves behind `outputs`, dependencies first; iterative, so that depth is bounded by memory only. */
export function topologicalOrder(outputs: readonly Tensor[]): {
  nodes: Node[];
  leaves: Set<Tensor["producer"]>;
} {
  const nodes: Node[] = [];
  const leaves = new Set<Tensor["producer"]>();
  const seen = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  const visit = (tensor: Tensor | undefined): void => {
    if (tensor === undefined) return;
    const { producer } = tensor;
    if (producer.kind !== "node") leaves.add(producer);
    else if (!seen.has(producer)) {
      seen.add(producer);
      stack.push({ node: producer, next: 0 });
    }
  };
  for (const output of outputs) {
    visit(output);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (top.next < top.node.inputs.length) visit(top.node.inputs[top.next++]);
      else {
        nodes.push(top.node);
        stack.pop();
      }
    }
  }
  return { nodes, leaves };
}
