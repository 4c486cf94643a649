/** Operators as records: ONNX name, shape rule, gradient rule and float64 meaning, side by side. */
import { ShapeError } from "../base/errors.ts";
import type { Graph } from "./graph.ts";
import type { Reference } from "./reference-array.ts";
import { type AttributeValue, formatType, type Node, type Tensor, type TensorType } from "./tensor.ts";

/** How an attribute is written in ONNX. */
export type AttributeKind = "int" | "float" | "string" | "ints" | "floats" | "strings" | "graph";

/** Attributes of one operator; optional ones may be undefined and are then left out. */
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

/** Evaluates a graph in float64: named inputs in, named outputs out. */
export type EvaluateGraph = (
  graph: Graph,
  feeds: Readonly<Record<string, Reference>>,
) => Readonly<Record<string, Reference>>;

/** A network that was made elsewhere, as it stands in a graph. */
export interface EmbeddedNetwork {
  /** Bytes of an ONNX model whose only input and outputs are the following. */
  readonly model: Uint8Array;
  /** Name of its input there. */
  readonly input: string;
  /** Name there and type of each output. */
  readonly outputs: readonly { readonly name: string; readonly type: TensorType }[];
}

/** What a gradient rule is given. */
export interface VjpContext<A> {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Gradient of the loss with respect to each output; undefined where an output does not reach the loss. */
  readonly outputGradients: readonly (Tensor | undefined)[];
  readonly attributes: A;
  /** Which inputs need a gradient; rules skip the others. */
  readonly needs: readonly boolean[];
}

/** An operator. `A` are its attributes as TypeScript sees them. */
export interface OpDefinition<A> {
  /** ONNX operator type, spelled as in the specification. */
  readonly type: string;
  /** ONNX operator domain; "" is ai.onnx. */
  readonly domain?: "" | "com.microsoft" | "ai.onnx.ml";
  /** How each attribute is encoded. */
  readonly attributes: { readonly [K in keyof A]-?: AttributeKind };
  /** Types of the outputs. @throws {ShapeError} E_SHAPE or E_DTYPE on operands that do not fit. */
  readonly infer: (
    inputs: readonly TensorType[],
    attributes: A,
    operands: readonly Tensor[],
  ) => readonly TensorType[];
  /**
   * Vector-Jacobian product: gradients of the inputs, undefined where there is none. A result that is broadcast against
   * its input is summed back by the caller, once for all operators. Absent: the operator has no gradient.
   */
  readonly vjp?: (context: VjpContext<A>) => readonly (Tensor | undefined)[];
  /**
   * For an operator that is not one of ONNX: the same thing in operators that are. Its `type` then never reaches a file.
   * Defining it as one operator lets it have a gradient rule that beats the one its parts would give.
   */
  readonly lower?: (inputs: readonly Tensor[], attributes: A) => readonly Tensor[];
  /** That outputs hold values of the float32 operands, moved, and nothing else; all other operands say where to. */
  readonly moves?: true;
  /** For an operator that stands for a whole network: what is put in its place in a file. Its `type` never gets there. */
  readonly network?: EmbeddedNetwork;
  /** The meaning, in float64 on the host; `evaluateBody` is for operators with a graph among their attributes. */
  readonly evaluate: (
    inputs: readonly Reference[],
    attributes: A,
    evaluateBody: EvaluateGraph,
  ) => readonly Reference[];
}

/** An operator whose attribute types have been erased, as nodes carry it. */
export type AnyOp = OpDefinition<Attributes>;

/** An operator ready to be applied. */
export interface Op<A> extends OpDefinition<A> {
  /** Adds a node; shapes are checked here, at the line that wrote it. */
  readonly apply: (inputs: readonly (Tensor | undefined)[], attributes: A) => readonly Tensor[];
}

/**
 * Declares an operator.
 *
 * @param definition - The record; see {@link OpDefinition}.
 * @returns The record with `apply`.
 */
export function defineOp<A extends Attributes>(definition: OpDefinition<A>): Op<A> {
  // The node stores the record with attributes it was applied with, so the two always fit: the one erased cast of the graph.
  const erased = definition as unknown as AnyOp;
  const apply = (inputs: readonly (Tensor | undefined)[], attributes: A): readonly Tensor[] => {
    const present = inputs.filter((tensor) => tensor !== undefined);
    const types = definition.infer(present, attributes, present);
    const outputs: Tensor[] = [];
    const node: Node = { kind: "node", op: erased, attributes, inputs, outputs };
    types.forEach((type, index) => {
      outputs.push({ dtype: type.dtype, shape: type.shape, producer: node, index });
    });
    return outputs;
  };
  return { ...definition, apply };
}

/** The only output of an application. */
export function single(outputs: readonly Tensor[]): Tensor {
  const [output] = outputs;
  if (output === undefined || outputs.length !== 1) {
    throw new ShapeError("E_SHAPE", `internal: expected one output, got ${outputs.length}.`);
  }
  return output;
}

/** Operand `index`, which the operator's own functions always pass. */
export function at<T>(items: readonly (T | undefined)[], index: number): T {
  const item = items[index];
  if (item === undefined)
    throw new ShapeError("E_SHAPE", `internal: expected an operand at ${index}, got none.`);
  return item;
}

/** Throws E_DTYPE unless all operands have one dtype; returns it. */
export function sameDType(types: readonly TensorType[], where: string): TensorType["dtype"] {
  const first = at(types, 0);
  const other = types.find((type) => type.dtype !== first.dtype);
  if (other !== undefined) {
    throw new ShapeError(
      "E_DTYPE",
      `${where}: expected operands of one dtype, got ${formatType(first)} and ${formatType(other)}. Cast one of them.`,
    );
  }
  return first.dtype;
}
