/** Parameters and the modules that own them. A module is a plain object; its parameters are found by field path. */
import type { NdArray } from "../base/array.ts";
import { invariant } from "../base/check.ts";
import type { Random } from "../base/random.ts";
import { sizeOf } from "../base/shape.ts";
import { constant, input, reshape, slice, substitute, type Tensor } from "../graph/index.ts";

/** Fills a parameter's values. */
export type Initializer = (values: Float32Array, random: Random) => void;

/** A trainable tensor: a leaf of the graph that {@link bindParameters} gives values to. */
export interface Parameter extends Tensor {
  readonly shape: readonly number[];
  readonly initialize: Initializer;
}

/** A parameter with its field path, e.g. "down.0.blocks.1.conv1.weight". */
export interface NamedParameter {
  readonly name: string;
  readonly parameter: Parameter;
}

/** A new trainable float32 tensor. */
export function parameter(shape: readonly number[], initialize: Initializer): Parameter {
  return { ...input("parameter", "float32", shape), shape, initialize };
}

/** All parameters of a module, depth first in the order of its fields: the order of every flat parameter vector. */
export function namedParameters(module: object, prefix = ""): NamedParameter[] {
  return Object.entries(module).flatMap(([field, value]: [string, unknown]) => {
    if (typeof value !== "object" || value === null) return [];
    if (isParameter(value)) return [{ name: prefix + field, parameter: value }];
    return namedParameters(value, `${prefix}${field}.`);
  });
}

/** Number of trainable values. */
export function parameterCount(parameters: readonly NamedParameter[]): number {
  return parameters.reduce((sum, { parameter: { shape } }) => sum + sizeOf(shape), 0);
}

/**
 * Initial values of all parameters in one vector; each draws from a stream of its own name, so adding a layer moves no other.
 *
 * @returns float32 [P].
 */
export function initialValues(parameters: readonly NamedParameter[], random: Random): Float32Array {
  const values = new Float32Array(parameterCount(parameters));
  let start = 0;
  for (const { name, parameter: leaf } of parameters) {
    const end = start + sizeOf(leaf.shape);
    leaf.initialize(values.subarray(start, end), random.split(name));
    start = end;
  }
  return values;
}

/**
 * Rebuilds tensors with the parameters taken from one vector: constants of it, or slices where it is itself a tensor.
 *
 * @param flat - float32 [P] in the order of `parameters`.
 */
export function bindParameters(
  outputs: readonly Tensor[],
  parameters: readonly NamedParameter[],
  flat: Float32Array | Tensor,
): Tensor[] {
  const replacements = new Map<Tensor, Tensor>();
  let start = 0;
  for (const { parameter: leaf } of parameters) {
    const end = start + sizeOf(leaf.shape);
    replacements.set(leaf, piece(flat, leaf.shape, start, end));
    start = end;
  }
  invariant(
    flat instanceof Float32Array ? flat.length === start : true,
    "parameter vector of another length",
  );
  return substitute(outputs, replacements);
}

function piece(flat: Float32Array | Tensor, shape: readonly number[], start: number, end: number): Tensor {
  if (!(flat instanceof Float32Array)) return reshape(slice(flat, { axis: 0, start, end }), shape);
  const value: NdArray = { dtype: "float32", shape, data: flat.subarray(start, end) };
  return constant(value);
}

function isParameter(value: object): value is Parameter {
  return "initialize" in value && "producer" in value;
}
