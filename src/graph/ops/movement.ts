/** Operators that move values without changing them. Specification: ONNX operators, opset 18. */
import { ShapeError } from "../../base/errors.ts";
import {
  broadcastShapes,
  type Dim,
  fixedShape,
  normalizeAxis,
  type Shape,
  sameShape,
  sizeOf,
  stridesOf,
} from "../../base/shape.ts";
import { at, defineOp, sameDType, single } from "../op.ts";
import { broadcastReference, gatherReference, type Reference, referenceZeros } from "../reference-array.ts";
import { constant, constantInts, formatType, int64s, type Tensor, type TensorType } from "../tensor.ts";
import { slice } from "./window.ts";

type None = Record<never, never>;

/** The target of Reshape and Expand travels beside the tensor as a constant operand, as ONNX wants it. */
const reshapeOp = defineOp<None>({
  type: "Reshape",
  moves: true,
  attributes: {},
  infer: (inputs, _, operands) => [
    { dtype: at(inputs, 0).dtype, shape: reshapedShape(at(inputs, 0), constantInts(at(operands, 1))) },
  ],
  vjp: ({ inputs, outputGradients }) => [reshape(at(outputGradients, 0), at(inputs, 0).shape), undefined],
  evaluate: (inputs) => {
    const x = at(inputs, 0);
    const target = Array.from(at(inputs, 1).data, (dim, i) => (dim === 0 ? at(x.shape, i) : dim));
    const known = target.reduce((size, dim) => (dim === -1 ? size : size * dim), 1);
    return [
      {
        dtype: x.dtype,
        shape: target.map((dim) => (dim === -1 ? x.data.length / known : dim)),
        data: x.data,
      },
    ];
  },
});

const transposeOp = defineOp<{ perm: readonly number[] }>({
  type: "Transpose",
  moves: true,
  attributes: { perm: "ints" },
  infer: (inputs, { perm }) => {
    const x = at(inputs, 0);
    const sorted = [...perm].sort((a, b) => a - b);
    if (perm.length !== x.shape.length || sorted.some((axis, i) => axis !== i)) {
      throw new ShapeError(
        "E_SHAPE",
        `transpose: expected a permutation of ${x.shape.length} axes, got [${perm.join(", ")}].`,
      );
    }
    return [{ dtype: x.dtype, shape: perm.map((axis) => at(x.shape, axis)) }];
  },
  vjp: ({ outputGradients, attributes: { perm } }) => [
    transpose(
      at(outputGradients, 0),
      perm.map((_, i) => perm.indexOf(i)),
    ),
  ],
  evaluate: (inputs, { perm }) => {
    const x = at(inputs, 0);
    const strides = stridesOf(x.shape);
    return [
      gatherReference(
        x,
        perm.map((axis) => at(x.shape, axis)),
        perm.map((axis) => at(strides, axis)),
        0,
      ),
    ];
  },
});

const expandOp = defineOp<None>({
  type: "Expand",
  attributes: {},
  infer: (inputs, _, operands) => {
    const x = at(inputs, 0);
    return [{ dtype: x.dtype, shape: broadcastShapes(x.shape, constantInts(at(operands, 1)), "expand") }];
  },
  vjp: ({ outputGradients }) => [at(outputGradients, 0), undefined],
  evaluate: (inputs) => {
    const x = at(inputs, 0);
    return [
      broadcastReference(x, broadcastShapes(x.shape, Array.from(at(inputs, 1).data), "expand").map(Number)),
    ];
  },
});

const concatOp = defineOp<{ axis: number }>({
  type: "Concat",
  moves: true,
  attributes: { axis: "int" },
  infer: (inputs, { axis }) => {
    const first = at(inputs, 0);
    for (const other of inputs) {
      const same =
        other.shape.length === first.shape.length &&
        other.shape.every((dim, i) => i === axis || dim === first.shape[i]);
      if (!same) {
        throw new ShapeError(
          "E_SHAPE",
          `concat: expected shapes equal but for axis ${axis}, got ${formatType(first)} and ${formatType(other)}.`,
        );
      }
    }
    const total = inputs.reduce((sum, x) => sum + Number(at(x.shape, axis)), 0);
    if (!Number.isFinite(total))
      throw new ShapeError(
        "E_SHAPE",
        `concat: expected known extents along axis ${axis}, got ${formatType(first)}.`,
      );
    return [
      { dtype: sameDType(inputs, "concat"), shape: first.shape.map((dim, i) => (i === axis ? total : dim)) },
    ];
  },
  vjp: ({ inputs, outputGradients, attributes: { axis }, needs }) => {
    let start = 0;
    return inputs.map((x, i) => {
      const length = Number(at(x.shape, axis));
      start += length;
      return needs[i]
        ? slice(at(outputGradients, 0), { axis, start: start - length, end: start })
        : undefined;
    });
  },
  evaluate: (inputs, { axis }) => [concatReference(inputs, axis)],
});

/** Operands: x, the extents of the pieces (constant). Outputs: the pieces. */
const splitOp = defineOp<{ axis: number }>({
  type: "Split",
  moves: true,
  attributes: { axis: "int" },
  infer: (inputs, { axis }, operands) => {
    const x = at(inputs, 0);
    const extents = constantInts(at(operands, 1));
    const total = extents.reduce((sum, extent) => sum + extent, 0);
    if (total !== x.shape[axis] || extents.some((extent) => extent < 1)) {
      throw new ShapeError(
        "E_SHAPE",
        `split: expected extents that make up axis ${axis} of ${formatType(x)}, got [${extents.join(", ")}].`,
      );
    }
    return extents.map((extent) => ({
      dtype: x.dtype,
      shape: x.shape.map((dim, i) => (i === axis ? extent : dim)),
    }));
  },
  vjp: ({ outputs, outputGradients, attributes: { axis } }) => [
    concat(
      outputs.map((output, i) => outputGradients[i] ?? zeros(fixedShape(output.shape, "split"))),
      axis,
    ),
    undefined,
  ],
  evaluate: (inputs, { axis }) => {
    const x = at(inputs, 0);
    const strides = stridesOf(x.shape);
    let start = 0;
    return Array.from(at(inputs, 1).data, (extent) => {
      const shape = x.shape.map((dim, i) => (i === axis ? extent : dim));
      start += extent;
      return gatherReference(x, shape, strides, (start - extent) * at(strides, axis));
    });
  },
});

/**
 * x with other extents, in the same row-major order.
 *
 * @param shape - At most one run-time extent (a name) that is not x's at the same place; it must make up what the others leave.
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const isOnly = shape.filter((dim) => typeof dim === "string").length === 1;
  const target = shape.map((dim, i) => {
    if (typeof dim === "number") return dim;
    return dim === x.shape[i] && !isOnly ? keptExtent : -1;
  });
  const out = single(reshapeOp.apply([x, int64s(target)], {}));
  // Names survive: -1 stands for the run-time extent the caller wrote.
  return renamed(out, shape);
}

/** Axes reordered: output axis i is input axis `perm[i]`. */
export function transpose(x: Tensor, perm: readonly number[]): Tensor {
  return single(transposeOp.apply([x], { perm }));
}

/** x stretched to `shape` by the rule of broadcasting. */
export function expand(x: Tensor, shape: readonly number[]): Tensor {
  return single(expandOp.apply([x, int64s(shape)], {}));
}

/** Most tensors that one operator joins: a WebGPU shader binds no more than about ten buffers. */
const mostJoined = 8;

/** Tensors joined along `axis`; many of them in a tree. */
export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  if (tensors.length === 1) return at(tensors, 0);
  if (tensors.length > mostJoined) {
    const groups: Tensor[] = [];
    for (let i = 0; i < tensors.length; i += mostJoined)
      groups.push(concat(tensors.slice(i, i + mostJoined), axis));
    return concat(groups, axis);
  }
  return single(
    concatOp.apply(tensors, { axis: normalizeAxis(axis, at(tensors, 0).shape.length, "concat") }),
  );
}

/**
 * x cut into pieces along `axis`: the inverse of {@link concat}.
 *
 * @param extents - Of the pieces along the axis, each >= 1; together the axis's.
 * @throws {ShapeError} E_SHAPE if they do not make it up.
 */
export function split(x: Tensor, extents: readonly number[], axis: number): readonly Tensor[] {
  if (extents.length === 1 && extents[0] === x.shape[axis]) return [x];
  return splitOp.apply([x, int64s(extents)], { axis: normalizeAxis(axis, x.shape.length, "split") });
}

function zeros(shape: readonly number[]): Tensor {
  return constant({ dtype: "float32", shape, data: new Float32Array(sizeOf(shape)) });
}

function renamed(x: Tensor, shape: Shape): Tensor {
  if (shape.every((dim) => typeof dim === "number")) return x;
  const named: { -readonly [K in keyof Tensor]: Tensor[K] } = x;
  named.shape = shape;
  return x;
}

/** Target of Reshape that stands for x's extent at the same place. */
const keptExtent = 0;

function reshapedShape(x: TensorType, target: readonly number[]): Dim[] {
  const changed = x.shape.filter((_, i) => target[i] !== keptExtent);
  const names = changed.filter((dim) => typeof dim === "string");
  const known = changed.reduce<number>((size, dim) => (typeof dim === "number" ? size * dim : size), 1);
  const size = target.reduce((product, dim) => (dim > 0 ? product * dim : product), 1);
  const open = target.filter((dim) => dim === -1).length;
  const fits =
    open === 0
      ? names.length === 0 && size === known
      : open === 1 && (names.length > 0 || known % size === 0);
  if (!fits) {
    throw new ShapeError(
      "E_SHAPE",
      `reshape: expected as many elements as ${formatType(x)} has, got [${target.join(", ")}].`,
    );
  }
  return target.map((dim, i) => {
    if (dim === keptExtent) return at(x.shape, i);
    if (dim !== -1) return dim;
    if (names.length === 0) return known / size;
    return known === size && names.length === 1 ? at(names, 0) : `${names.join("*")}*${known}/${size}`;
  });
}

function concatReference(inputs: readonly Reference[], axis: number): Reference {
  const first = at(inputs, 0);
  const total = inputs.reduce((sum, x) => sum + at(x.shape, axis), 0);
  const out = referenceZeros(
    first.shape.map((dim, i) => (i === axis ? total : dim)),
    first.dtype,
  );
  const outer = sizeOf(first.shape.slice(0, axis));
  let position = 0;
  for (let o = 0; o < outer; o++)
    for (const x of inputs) {
      const length = x.data.length / outer;
      out.data.set(x.data.subarray(o * length, (o + 1) * length), position);
      position += length;
    }
  return out;
}
