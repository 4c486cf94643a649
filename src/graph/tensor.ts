/** Symbolic tensors: a dtype, a shape and what produces them. They hold no values. */
import type { NdArray } from "../base/array.ts";
import { ShapeError } from "../base/errors.ts";
import { type DType, formatTensor, type Shape } from "../base/shape.ts";
import type { Graph } from "./graph.ts";
import type { AnyOp } from "./op.ts";

/** What is known of a tensor before it has values. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A value of the graph: output `index` of its `producer`. */
export interface Tensor extends TensorType {
  readonly producer: Producer;
  readonly index: number;
}

/** What a tensor comes from: fed at run time, fixed when built, or computed by a node. */
export type Producer = Input | Constant | Node;

/** A tensor fed at run time under `name`. */
export interface Input {
  readonly kind: "input";
  readonly name: string;
}

/** A tensor whose values are part of the graph (an ONNX initializer). */
export interface Constant {
  readonly kind: "constant";
  readonly value: NdArray;
}

/** One application of an operator. An absent optional operand is `undefined`. */
export interface Node {
  readonly kind: "node";
  readonly op: AnyOp;
  readonly attributes: Readonly<Record<string, AttributeValue | undefined>>;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly Tensor[];
}

/** Values an ONNX attribute can have here; a graph is the body of a loop. */
export type AttributeValue = number | string | readonly number[] | readonly string[] | Graph;

/**
 * A tensor to be fed at run time.
 *
 * @param name - Name of the ONNX graph input.
 * @param shape - Extents; a string names one known only at run time.
 */
export function input(name: string, dtype: DType, shape: Shape): Tensor {
  return { dtype, shape, index: 0, producer: { kind: "input", name } };
}

/** A tensor with fixed values. */
export function constant(value: NdArray): Tensor {
  return { dtype: value.dtype, shape: value.shape, index: 0, producer: { kind: "constant", value } };
}

/** A float32 constant without dimensions. */
export function scalar(value: number): Tensor {
  return constant({ dtype: "float32", shape: [], data: Float32Array.of(value) });
}

/** An int64 constant of one dimension, as ONNX wants shapes and axes. */
export function int64s(values: readonly number[]): Tensor {
  const data = BigInt64Array.from(values, (value) => BigInt(value));
  return constant({ dtype: "int64", shape: [values.length], data });
}

/** The integers of a constant int64 operand. */
export function constantInts(x: Tensor): number[] {
  if (x.producer.kind !== "constant") {
    throw new ShapeError("E_SHAPE", `internal: expected a constant operand, got a ${x.producer.kind}.`);
  }
  return Array.from(x.producer.value.data, Number);
}

/** Text of a tensor for messages: `float32[8, 3, 32, 32]`. */
export function formatType(type: TensorType): string {
  return formatTensor(type.dtype, type.shape);
}
