/**
 * Image resizing, linear, with the filter widened when shrinking so that nothing aliases: to any size by products with matrices along one axis after
 * the other, by a factor by sums of few places.
 *
 * ONNX has an operator for it (Resize with antialias = 1), but ONNX Runtime has that on the processor only. Unlike there, what the filter
 * would find outside counts for nothing (exclude_outside = 1), as in Pillow.
 */

import { type Dim, sizeOf } from "../../base/shape.ts";
import { at, defineOp, single } from "../op.ts";
import { type Reference, referenceZeros } from "../reference-array.ts";
import { constant, constantInts, int64s, scalar, type Tensor } from "../tensor.ts";
import { product } from "./contraction.ts";
import { abs, add, cast, div, floor, max, min, mul, sub } from "./elementwise.ts";
import { gather } from "./gather.ts";
import { reshape, transpose } from "./movement.ts";
import { extentOf, range } from "./places.ts";
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
    const [height, width] = constantInts(at(inputs, 1)) as [number, number];
    const low = resizedAlong(at(inputs, 0), 2, height);
    const extent = at(low.shape, 3);
    if (typeof extent === "string") return [turned(resizedAlong(turned(low), 2, width))];
    return [product(low, weightsOf(extent, width), { ...plainProduct, transB: 1 })];
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
 * Pictures as they come resized as by {@link resizeLinear}: rows first, so that planes are made of what is left.
 *
 * @param image - float32 [N, H, W, C] of any H and W; no gradient.
 * @returns float32 [N, C, height, width].
 */
export function resizeImageLinear(image: Tensor, height: number, width: number): Tensor {
  const planes = transpose(resizedAlong(image, 1, height), [0, 3, 1, 2]);
  const [batch = "N", channels = 1, , columns = "W"] = planes.shape;
  const rows = reshape(planes, [batch, Number(channels) * height, columns]);
  const narrow = resizedAlong(transpose(rows, [0, 2, 1]), 1, width);
  return reshape(transpose(narrow, [0, 2, 1]), [batch, channels, height, width]);
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

const plainProduct = { alpha: 1, transA: 0, transB: 0 };

/** The last two of four axes exchanged. */
function turned(x: Tensor): Tensor {
  return transpose(x, [0, 1, 3, 2]);
}

/** What each of `size` places takes of `extent`, float32 [size, extent]; rows sum to 1. */
function weightsOf(extent: number, size: number): Tensor {
  const rows = Array.from({ length: size }, (_, place) => tapsOf(place, extent, size));
  return constant({ dtype: "float32", shape: [size, extent], data: Float32Array.from(rows.flat()) });
}

/** Most places of the result that are one product (ours): each takes of few places of x, so that a product for all would be one with zeros. */
const mostInPiece = 16;

/**
 * x resized along an axis that is not its last.
 *
 * Where the extent is known at run time only, the result is made in pieces, each of the places of x that it takes from. All is counted in the unit in which
 * those of x are 2·size apart: whole numbers, exact in float32 on every device as long as they stay below 2^24.
 */
function resizedAlong(x: Tensor, axis: number, size: number): Tensor {
  const extent = at(x.shape, axis);
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const row = after.length === 1 ? at(after, 0) : extentOfAll(after);
  if (typeof extent === "number") {
    const rows = reshape(x, [...before, extent, row]);
    return reshape(product(weightsOf(extent, size), rows, plainProduct), [...before, size, ...after]);
  }
  const inPiece = largestDivisor(size, mostInPiece);
  const pieces = size / inPiece;
  const unit = scalar(2 * size);
  const count = extentOf(x, axis);
  const centres = sub(mul(oddNumbers([pieces, inPiece, 1]), count), scalar(size)); // of the result's places
  const reach = mul(max(count, scalar(size)), scalar(2));
  const firstCentre = sub(mul(oddNumbers([pieces, 1], inPiece), count), scalar(size));
  const first = floor(div(sub(firstCentre, reach), unit));
  const covered = add(mul(count, scalar(2 * (inPiece - 1))), mul(reach, scalar(2)));
  const taken = add(floor(div(covered, unit)), scalar(3)); // both ends, and one for rounding
  const steps = range(reshape(taken, []), `taken of ${extent}`);
  const places = add(first, steps); // [pieces, taken]
  const inside = min(max(places, scalar(0)), sub(count, scalar(1)));
  const distances = abs(sub(reshape(mul(places, unit), [pieces, 1, at(steps.shape, 0)]), centres));
  const isOutside = reshape(min(abs(sub(places, inside)), scalar(1)), [pieces, 1, at(steps.shape, 0)]);
  const triangles = mul(max(sub(reach, distances), scalar(0)), sub(scalar(1), isOutside));
  const weights = div(triangles, reduceSum(triangles, { axes: [2] }));
  const found = gather(x, cast(inside, "int64"), axis); // [...before, pieces, taken, ...after]
  const rows = reshape(found, [...before, pieces, at(steps.shape, 0), row]);
  return reshape(product(weights, rows, plainProduct), [...before, size, ...after]);
}

/** 2·step·i + 1, float32 of that shape, i from 0. */
function oddNumbers(shape: readonly number[], step = 1): Tensor {
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => 2 * step * i + 1);
  return constant({ dtype: "float32", shape, data });
}

/** Extent of axes that become one. */
function extentOfAll(extents: readonly Dim[]): Dim {
  return extents.every((extent) => typeof extent === "number") ? sizeOf(extents) : extents.join(" x ");
}

function largestDivisor(size: number, most: number): number {
  return Array.from({ length: most }, (_, i) => most - i).find((part) => size % part === 0) ?? 1;
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
