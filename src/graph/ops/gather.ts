/** Operators that take entries of a tensor from given places. Specification: ONNX operators, opset 18. */
import { ShapeError } from "../../base/errors.ts";
import { normalizeAxis, sameShape, sizeOf, stridesOf } from "../../base/shape.ts";
import { at, defineOp, single } from "../op.ts";
import { referenceZeros } from "../reference-array.ts";
import { formatType, type Tensor } from "../tensor.ts";

const gatherOp = defineOp<{ axis: number }>({
  type: "Gather",
  attributes: { axis: "int" },
  infer: (inputs, { axis }) => {
    const [x, indices] = [at(inputs, 0), at(inputs, 1)];
    if (indices.dtype !== "int64") {
      throw new ShapeError(
        "E_DTYPE",
        `gather: expected int64 indices, got ${formatType(indices)}. Cast them.`,
      );
    }
    return [
      { dtype: x.dtype, shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)] },
    ];
  },
  evaluate: (inputs, { axis }) => {
    const [x, indices] = [at(inputs, 0), at(inputs, 1)];
    const outer = sizeOf(x.shape.slice(0, axis));
    const inner = sizeOf(x.shape.slice(axis + 1));
    const extent = at(x.shape, axis);
    const out = referenceZeros(
      [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)],
      x.dtype,
    );
    for (let o = 0, k = 0; o < outer; o++)
      for (const index of indices.data)
        for (let i = 0; i < inner; i++, k++)
          out.data[k] = at(Array.of(x.data[(o * extent + index) * inner + i]), 0);
    return [out];
  },
});

/** Each row of the indices, int64 [..., K], names a place along the first K axes of x. */
const gatherPlacesOp = defineOp<{ batch_dims: number }>({
  type: "GatherND",
  attributes: { batch_dims: "int" },
  infer: (inputs) => {
    const [x, indices] = [at(inputs, 0), at(inputs, 1)];
    const axes = Number(indices.shape.at(-1));
    if (indices.dtype !== "int64" || !(axes >= 1 && axes <= x.shape.length)) {
      throw new ShapeError(
        indices.dtype === "int64" ? "E_SHAPE" : "E_DTYPE",
        `gatherPlaces: expected int64 indices [..., K] of up to ${x.shape.length} axes, got ${formatType(indices)}.`,
      );
    }
    return [{ dtype: x.dtype, shape: [...indices.shape.slice(0, -1), ...x.shape.slice(axes)] }];
  },
  evaluate: (inputs) => {
    const [x, indices] = [at(inputs, 0), at(inputs, 1)];
    const axes = at(indices.shape, indices.shape.length - 1);
    const rest = x.shape.slice(axes);
    const size = sizeOf(rest);
    const out = referenceZeros([...indices.shape.slice(0, -1), ...rest], x.dtype);
    for (let row = 0; row < indices.data.length / axes; row++) {
      let place = 0;
      for (let k = 0; k < axes; k++) place = place * at(x.shape, k) + (indices.data[row * axes + k] ?? 0);
      out.data.set(x.data.subarray(place * size, (place + 1) * size), row * size);
    }
    return [out];
  },
});

/** The indices, int32 or int64, are of x's shape but for the axis. */
const gatherElementsOp = defineOp<{ axis: number }>({
  type: "GatherElements",
  attributes: { axis: "int" },
  infer: (inputs, { axis }) => {
    const [x, indices] = [at(inputs, 0), at(inputs, 1)];
    const shape = x.shape.map((dim, i) => (i === axis ? at(indices.shape, i) : dim));
    const isWhole = indices.dtype === "int32" || indices.dtype === "int64";
    if (!isWhole || !sameShape(shape, indices.shape)) {
      throw new ShapeError(
        isWhole ? "E_SHAPE" : "E_DTYPE",
        `gatherElements: expected int32 or int64 indices of x's shape but for axis ${axis}, got ${formatType(indices)} and x ${formatType(x)}.`,
      );
    }
    return [{ dtype: x.dtype, shape }];
  },
  evaluate: (inputs, { axis }) => {
    const [x, indices] = [at(inputs, 0), at(inputs, 1)];
    const out = referenceZeros(indices.shape, x.dtype);
    const [extent, own] = [at(x.shape, axis), at(indices.shape, axis)];
    const inner = at(stridesOf(x.shape), axis);
    indices.data.forEach((index, i) => {
      const outer = Math.floor(i / (own * inner));
      out.data[i] = x.data[(outer * extent + index) * inner + (i % inner)] ?? Number.NaN;
    });
    return [out];
  },
});

/** Entries of x at int64 `indices` along `axis`; no gradient. */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  return single(gatherOp.apply([x, indices], { axis: normalizeAxis(axis, x.shape.length, "gather") }));
}

/**
 * Entries of x at places along its first axes; no gradient.
 *
 * @param places - int64 [..., K]: each row is a place along the first K axes.
 * @returns [..., the other axes].
 * @throws {ShapeError} E_SHAPE or E_DTYPE if they are no such places.
 * @see ONNX operators, GatherND
 */
export function gatherPlaces(x: Tensor, places: Tensor): Tensor {
  return single(gatherPlacesOp.apply([x, places], { batch_dims: 0 }));
}

/**
 * Of each line of x along `axis` the entries at `indices`; no gradient. Of single numbers it is several times as fast as {@link gather} on a CPU.
 *
 * @param indices - int32 or int64, of x's shape but for the axis.
 * @returns The indices' shape.
 * @throws {ShapeError} E_SHAPE or E_DTYPE if they are no such indices.
 * @see ONNX operators, GatherElements
 */
export function gatherElements(x: Tensor, indices: Tensor, axis = 0): Tensor {
  return single(
    gatherElementsOp.apply([x, indices], { axis: normalizeAxis(axis, x.shape.length, "gatherElements") }),
  );
}
