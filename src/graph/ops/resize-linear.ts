/**
 * Image resizing, linear, with the filter widened when shrinking so that nothing aliases: to any size by two products with matrices, by a
 * factor by sums of few places.
 *
 * ONNX has an operator for it (Resize with antialias = 1), but ONNX Runtime has that on the processor only. Unlike there, what the filter
 * would find outside counts for nothing (exclude_outside = 1), as in Pillow.
 */
import { at, defineOp, single } from "../op.ts";
import { type Reference, referenceZeros } from "../reference-array.ts";
import { constant, constantInts, int64s, scalar, type Tensor } from "../tensor.ts";
import { product } from "./contraction.ts";
import { abs, add, cast, div, floor, max, min, mul, sub } from "./elementwise.ts";
import { gather, reshape } from "./movement.ts";
import { extentOf, placesOf, range } from "./places.ts";
import { reduceSum } from "./reduction.ts";

/** Operands: x, sizes [height, width]. */
const resizeLinearOp = defineOp<Record<never, never>>({
  type: "radar.ResizeLinear",
  attributes: {},
  infer: (inputs, _, operands) => {
    const x = at(inputs, 0);
    const [height, width] = constantInts(at(operands, 1));
    return [{ dtype: x.dtype, shape: [at(x.shape, 0), at(x.shape, 1), at([height], 0), at([width], 0)] }];
  },
  lower: (inputs) => {
    const x = at(inputs, 0);
    const [height, width] = constantInts(at(inputs, 1)) as [number, number];
    const plain = { alpha: 1, transA: 0, transB: 0 };
    const narrowed = product(x, weightsAlong(x, 3, width), { ...plain, transB: 1 });
    return [product(weightsAlong(x, 2, height), narrowed, plain)];
  },
  evaluate: (inputs) => {
    const [height, width] = Array.from(at(inputs, 1).data) as [number, number];
    return [resizeAxis(resizeAxis(at(inputs, 0), 3, width), 2, height)];
  },
});

/**
 * x resized to a fixed size, linearly, with the filter widened when shrinking so that nothing aliases.
 *
 * @param x - float32 [N, C, H, W] of any H and W, run-time ones too; no gradient.
 * @returns float32 [N, C, height, width].
 */
export function resizeLinear(x: Tensor, height: number, width: number): Tensor {
  if (x.shape[2] === height && x.shape[3] === width) return x;
  return single(resizeLinearOp.apply([x, int64s([height, width])], {}));
}

/**
 * x shrunk by a factor both ways, linearly, with the filter as wide as it shrinks; what it would find outside is the border's value. No
 * gradient. Each place is a sum of few of x: for large pictures that is less work than products with matrices.
 *
 * @param x - float32 [N, C, H, W] of any H and W.
 * @param scale - In (0, 1].
 * @returns float32 [N, C, ⌊H·scale⌋, ⌊W·scale⌋], extents known at run time.
 */
export function scaleLinear(x: Tensor, scale: number): Tensor {
  return shrunkAlong(shrunkAlong(x, 3, scale), 2, scale);
}

function shrunkAlong(x: Tensor, axis: 2 | 3, scale: number): Tensor {
  const count = reshape(extentOf(x, axis), []);
  const dim = `scaled ${at(x.shape, axis)}`;
  const place = range(floor(add(mul(count, scalar(scale)), scalar(1e-3))), dim); // a little more, so that rounding loses none
  const centre = sub(mul(add(place, scalar(0.5)), scalar(1 / scale)), scalar(0.5));
  const first = add(floor(sub(centre, scalar(1 / scale))), scalar(1));
  const last = sub(count, scalar(1));
  const shape = axis === 3 ? [dim] : [dim, 1];
  const taps = Array.from({ length: Math.ceil(2 / scale) }, (_, i) => {
    const from = add(first, scalar(i));
    const weight = max(sub(scalar(1), mul(abs(sub(from, centre)), scalar(scale))), scalar(0));
    const inside = cast(min(max(from, scalar(0)), last), "int64");
    return { weight, value: mul(gather(x, inside, axis), reshape(weight, shape)) };
  });
  const sum = (values: readonly Tensor[]) => values.reduce((total, value) => add(total, value));
  return div(sum(taps.map(({ value }) => value)), reshape(sum(taps.map(({ weight }) => weight)), shape));
}

/** What each of `size` places takes of those along an axis of x, float32 [size, extent]; rows sum to 1. */
function weightsAlong(x: Tensor, axis: number, size: number): Tensor {
  const extent = at(x.shape, axis);
  if (typeof extent === "number") {
    const rows = Array.from({ length: size }, (_, place) => tapsOf(place, extent, size));
    return constant({ dtype: "float32", shape: [size, extent], data: Float32Array.from(rows.flat()) });
  }
  // The triangle of tapsOf times 2·size·reach: whole numbers, exact in float32 on every device as long as they stay below 2^24.
  const count = extentOf(x, axis);
  const column = (values: Float32Array) => constant({ dtype: "float32", shape: [size, 1], data: values });
  const centres = sub(
    mul(column(Float32Array.from({ length: size }, (_, i) => 2 * i + 1)), count),
    scalar(size),
  );
  const distances = abs(sub(mul(placesOf(x, axis), scalar(2 * size)), centres));
  const triangles = max(sub(mul(max(count, scalar(size)), scalar(2)), distances), scalar(0));
  return div(triangles, reduceSum(triangles, { axes: [1] }));
}

/** What one of `size` places takes of each of `extent` places: a triangle as wide as two steps of the coarser axis; sums to 1. */
function tapsOf(place: number, extent: number, size: number): number[] {
  const centre = ((place + 0.5) * extent) / size - 0.5;
  const reach = Math.max(1, extent / size);
  const taps = Array.from({ length: extent }, (_, k) => Math.max(0, 1 - Math.abs(k - centre) / reach));
  const total = taps.reduce((sum, tap) => sum + tap, 0);
  return taps.map((tap) => tap / total);
}

function resizeAxis(x: Reference, axis: number, size: number): Reference {
  const extent = at(x.shape, axis);
  const out = referenceZeros(x.shape.map((dim, i) => (i === axis ? size : dim)));
  const inner = x.shape.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  const outer = x.data.length / (extent * inner);
  for (let place = 0; place < size; place++) {
    const taps = tapsOf(place, extent, size);
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++) {
        let sum = 0;
        for (let k = 0; k < extent; k++) sum += (taps[k] ?? 0) * (x.data[(o * extent + k) * inner + i] ?? 0);
        out.data[(o * size + place) * inner + i] = sum;
      }
  }
  return out;
}
