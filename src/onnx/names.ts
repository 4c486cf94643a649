/** Names of the tensors of an ONNX file. */
import type { Graph, Tensor } from "../graph/index.ts";

/**
 * The name of every tensor: inputs and outputs of the model as the caller named them, the rest numbered. A body's names are
 * numbered on from those around it, since ONNX lets none of them mean two things.
 */
export class Names {
  readonly #names = new Map<unknown, string[]>();
  readonly #outputs: string[];
  readonly #numbering: Numbering;

  /** @param captured - Of a body: names around it of the inputs that it takes from there, its last ones. */
  constructor(graph: Graph, around?: Names, captured: readonly string[] = []) {
    const numbering = around === undefined ? new Numbering() : around.#numbering;
    const named = (name: string) => (around === undefined ? numbering.take(name) : numbering.next("b"));
    this.#numbering = numbering;
    const own = graph.inputs.length - captured.length;
    for (const [i, { producer }] of graph.inputs.entries()) {
      if (producer.kind === "input") this.#names.set(producer, [captured[i - own] ?? named(producer.name)]);
    }
    this.#outputs = graph.outputs.map(({ name, tensor }) => {
      const given = named(name);
      const own = this.#list(tensor);
      if (tensor.producer.kind === "node") own[tensor.index] ??= given;
      return given;
    });
  }

  /** The name of an output of the graph. */
  ofOutput(index: number): string {
    return this.#outputs[index] ?? "";
  }

  /** Names in the body of a loop. @param captured - See the constructor. */
  within(body: Graph, captured: readonly string[]): Names {
    return new Names(body, this, captured);
  }

  /** A name that nothing has. */
  fresh(): string {
    return this.#numbering.next("n");
  }

  of(tensor: Tensor): string {
    const own = this.#list(tensor);
    const name = own[tensor.index] ?? this.#numbering.next("t");
    own[tensor.index] = name;
    return name;
  }

  ofLeaf(leaf: Tensor["producer"]): string {
    const own = this.#names.get(leaf) ?? [];
    own[0] ??= this.#numbering.next("c");
    this.#names.set(leaf, own);
    return own[0];
  }

  #list(tensor: Tensor): string[] {
    const own = this.#names.get(tensor.producer) ?? [];
    this.#names.set(tensor.producer, own);
    return own;
  }
}

/** Gives no name twice. */
export class Numbering {
  readonly #taken = new Set<string>();
  #next = 0;

  /** Keeps a name from being given. */
  take(name: string): string {
    this.#taken.add(name);
    return name;
  }

  /** A name that nothing has. */
  next(prefix: string): string {
    for (;;) {
      const name = `${prefix}${this.#next++}`;
      if (!this.#taken.has(name)) return name;
    }
  }
}
