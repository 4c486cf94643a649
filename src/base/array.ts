/** Arrays on the host: typed values with a dtype and a shape. */
import { ShapeError } from "./errors.ts";
import { type DType, formatTensor, sizeOf } from "./shape.ts";

/** The typed array that holds each dtype on the host; bool is one byte of 0 or 1. */
export interface HostArrays {
  float32: Float32Array;
  int64: BigInt64Array;
  int32: Int32Array;
  uint8: Uint8Array;
  bool: Uint8Array;
}

/** Values of a tensor on the host, row-major. */
export interface NdArray<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly data: HostArrays[D];
}

/**
 * A checked {@link NdArray}.
 *
 * @throws {ShapeError} E_SHAPE if `data` has not as many values as `shape` says.
 */
export function ndArray<D extends DType>(
  dtype: D,
  shape: readonly number[],
  data: HostArrays[D],
): NdArray<D> {
  if (data.length !== sizeOf(shape)) {
    throw new ShapeError(
      "E_SHAPE",
      `ndArray: expected ${sizeOf(shape)} values for ${formatTensor(dtype, shape)}, got ${data.length}.`,
    );
  }
  return { dtype, shape, data };
}

/** Values as float32: those of a float32 array themselves, of others a copy. Converting value by value is slow where none is needed. */
export function floatValues({ data }: NdArray): Float32Array {
  if (data instanceof Float32Array) return data;
  return Float32Array.from(data, Number);
}

/** float32 array from plain numbers. */
export function float32Array(shape: readonly number[], values: ArrayLike<number>): NdArray<"float32"> {
  return ndArray("float32", shape, values instanceof Float32Array ? values : Float32Array.from(values));
}

/** int64 array from plain integers. */
export function int64Array(shape: readonly number[], values: readonly number[]): NdArray<"int64"> {
  return ndArray(
    "int64",
    shape,
    BigInt64Array.from(values, (value) => BigInt(value)),
  );
}
