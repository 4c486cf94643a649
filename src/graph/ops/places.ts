/**
 * Extents and places of an axis as values, known at run time only: ONNX CumSum 14 and Range 11.
 *
 * Counted, not asked for: ONNX's Shape gives 64-bit integers, which ONNX Runtime has on the processor only.
 */
import { ShapeError } from "../../base/errors.ts";
import { type Dim, normalizeAxis } from "../../base/shape.ts";
import { at, defineOp, single } from "../op.ts";
import { formatType, int64s, scalar, type Tensor } from "../tensor.ts";
import { add, cast, mul } from "./elementwise.ts";
import { gather } from "./gather.ts";
import { reshape } from "./movement.ts";
import { reduceSum } from "./reduction.ts";

/** Operands: x [1, extent], axis (constant, 1). Sums of what comes before each place. */
const sumBeforeOp = defineOp<{ exclusive: number }>({
  type: "CumSum",
  attributes: { exclusive: "int" },
  infer: (inputs) => [at(inputs, 0)],
  evaluate: (inputs) => {
    const x = at(inputs, 0);
    let sum = 0;
    const data = x.data.map((value) => {
      sum += value;
      return sum - value;
    });
    return [{ ...x, data }];
  },
});

/** Operands: first, limit and step. */
const rangeOp = defineOp<Record<never, never>>({
  type: "Range",
  attributes: {},
  infer: (inputs) => [{ dtype: at(inputs, 0).dtype, shape: ["range"] }],
  evaluate: (inputs) => {
    const [first = 0, limit = 0, step = 1] = inputs.map(({ data }) => data[0] ?? 0);
    const data = Float64Array.from(
      { length: Math.max(0, Math.ceil((limit - first) / step)) },
      (_, i) => first + i * step,
    );
    return [{ dtype: at(inputs, 0).dtype, shape: [data.length], data }];
  },
});

/**
 * How many places an axis of x has.
 *
 * @param x - uint8 or float32 of at least one element, finite.
 * @returns float32 [1, 1], exact below 2^24.
 */
export function extentOf(x: Tensor, axis: number): Tensor {
  return reduceSum(onesAlong(x, axis), { axes: [1] });
}

/**
 * 0, 1, 2 ... along an axis of x.
 *
 * @param x - uint8 or float32 of at least one element, finite.
 * @returns float32 [1, extent].
 */
export function placesOf(x: Tensor, axis: number): Tensor {
  return single(sumBeforeOp.apply([onesAlong(x, axis), int64s([1])], { exclusive: 1 }));
}

/**
 * 0, 1 ... as many as `count`, float32 [count]; no gradient.
 *
 * @param count - float32 [], a whole number.
 * @param dim - What the extent is called, or what it is known to be.
 * @throws {ShapeError} E_SHAPE or E_DTYPE if `count` is no such number.
 */
export function range(count: Tensor, dim: Dim): Tensor {
  if (count.shape.length > 0 || count.dtype !== "float32") {
    throw new ShapeError(
      count.dtype === "float32" ? "E_SHAPE" : "E_DTYPE",
      `range: expected a count float32[], got ${formatType(count)}.`,
    );
  }
  const places = single(rangeOp.apply([scalar(0), count, scalar(1)], {}));
  const named: { -readonly [K in keyof Tensor]: Tensor[K] } = places;
  named.shape = [dim];
  return places;
}

/** float32 [1, extent]. */
function onesAlong(x: Tensor, axis: number): Tensor {
  const along = normalizeAxis(axis, x.shape.length, "placesOf");
  const others = [...x.shape.keys()].filter((axis) => axis !== along).reverse();
  const isLong = (axis: number) => axis > 0 && typeof x.shape[axis] === "string";
  const longestFirst = [...others.filter(isLong), ...others.filter((axis) => !isLong(axis))]; // so that little of a picture is copied
  const line = longestFirst.reduce((rest, axis) => gather(rest, int64s([0]), axis), x);
  const values = x.dtype === "float32" ? line : cast(line, "float32");
  return add(mul(reshape(values, [1, at(x.shape, along)]), scalar(0)), scalar(1));
}
