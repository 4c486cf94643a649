/** Extents and places that are known at run time only: ONNX Shape 15 and Range 11. */
import { ShapeError } from "../../base/errors.ts";
import { type Dim, normalizeAxis } from "../../base/shape.ts";
import { at, defineOp, single } from "../op.ts";
import { formatType, scalar, type Tensor } from "../tensor.ts";

const shapeOp = defineOp<{ start: number; end: number }>({
  type: "Shape",
  attributes: { start: "int", end: "int" },
  infer: (_, { start, end }) => [{ dtype: "int64", shape: [end - start] }],
  evaluate: (inputs, { start, end }) => {
    const extents = at(inputs, 0).shape.slice(start, end);
    return [{ dtype: "int64", shape: [extents.length], data: Float64Array.from(extents) }];
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

/** How many entries x has along an axis, int64 [1]; no gradient. */
export function extent(x: Tensor, axis: number): Tensor {
  const start = normalizeAxis(axis, x.shape.length, "extent");
  return single(shapeOp.apply([x], { start, end: start + 1 }));
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
