/** Arrays of the float64 reference evaluator, and the two loops that most operators are made of. */
import type { NdArray } from "../base/array.ts";
import { broadcastShapes, type DType, sizeOf, stridesOf } from "../base/shape.ts";

/** Values of any dtype as float64 (int64 exact up to 2^53, bool as 0 and 1), row-major. */
export interface Reference {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Host array values as float64. */
export function referenceOf(array: NdArray): Reference {
  return { dtype: array.dtype, shape: array.shape, data: Float64Array.from(array.data, Number) };
}

/** A zero array. */
export function referenceZeros(shape: readonly number[], dtype: DType = "float32"): Reference {
  return { dtype, shape, data: new Float64Array(sizeOf(shape)) };
}

/** `f` of every value. */
export function mapReference(x: Reference, f: (value: number) => number, dtype: DType = x.dtype): Reference {
  return { dtype, shape: x.shape, data: x.data.map(f) };
}

/** `f` of every pair of broadcast values. */
export function zipReference(
  a: Reference,
  b: Reference,
  f: (a: number, b: number) => number,
  dtype: DType = a.dtype,
): Reference {
  const shape = broadcastShapes(a.shape, b.shape, "reference").map(Number);
  const [left, right] = [broadcastReference(a, shape), broadcastReference(b, shape)];
  return { dtype, shape, data: left.data.map((value, i) => f(value, right.data[i] ?? Number.NaN)) };
}

/** `x` stretched to `shape`. */
export function broadcastReference(x: Reference, shape: readonly number[]): Reference {
  const own = stridesOf(x.shape);
  const offset = shape.length - x.shape.length;
  const steps = shape.map((_, i) => (i < offset || x.shape[i - offset] === 1 ? 0 : (own[i - offset] ?? 0)));
  return gatherReference(x, shape, steps, 0);
}

/** The view of `x` with the given strides and start, made dense: the one loop behind slices, transposes and broadcasts. */
export function gatherReference(
  x: Reference,
  shape: readonly number[],
  strides: readonly number[],
  start: number,
): Reference {
  const out = referenceZeros(shape, x.dtype);
  const index = new Array<number>(shape.length).fill(0);
  let position = start;
  for (let i = 0; i < out.data.length; i++) {
    out.data[i] = x.data[position] ?? Number.NaN;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      position += strides[axis] ?? 0;
      index[axis] = next;
      if (next < (shape[axis] ?? 0)) break;
      position -= next * (strides[axis] ?? 0);
      index[axis] = 0;
    }
  }
  return out;
}
