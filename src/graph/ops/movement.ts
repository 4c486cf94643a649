/** Operators that move values without changing them. Specification: ONNX operators, opset 18. */
import { GraphError, ShapeError } from "../../base/errors.ts";
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
import { formatType, int64s, type Tensor, type TensorType } from "../tensor.ts";

type None = Record<never, never>;

/** The target of Reshape and Expand travels beside the tensor as a constant operand, as ONNX wants it. */
const reshapeOp = defineOp<None>({
  type: "Reshape",
  attributes: {},
  infer: (inputs, _, operands) => [
    { dtype: at(inputs, 0).dtype, shape: reshapedShape(at(inputs, 0), constantInts(at(operands, 1))) },
  ],
  vjp: ({ inputs, outputGradients }) => [reshape(at(outputGradients, 0), at(inputs, 0).shape), undefined],
  evaluate: (inputs) => {
    const x = at(inputs, 0);
    const target = Array.from(at(inputs, 1).data);
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

/** Operands: x, starts, ends, axes, steps - all constant. */
const sliceOp = defineOp<None>({
  type: "Slice",
  attributes: {},
  infer: (inputs, _, operands) => {
    const x = at(inputs, 0);
    const plan = slicePlan(x.shape, operands);
    return [{ dtype: x.dtype, shape: plan.map((range) => range.length) }];
  },
  vjp: ({ inputs, outputGradients }) => {
    const x = at(inputs, 0);
    const plan = slicePlan(x.shape, inputs);
    if (plan.some((range) => Math.abs(range.step) !== 1)) {
      throw new GraphError(
        "E_NO_GRADIENT",
        "slice: expected steps of 1 or -1 where a gradient is needed, got larger ones.",
      );
    }
    let g: Tensor = at(outputGradients, 0);
    const flipped = plan.flatMap((range, axis) => (range.step === -1 ? [axis] : []));
    if (flipped.length > 0) g = flip(g, flipped);
    const before = plan.map((range) =>
      range.step === -1 ? range.start - Number(range.length) + 1 : range.start,
    );
    const after = plan.map((range, axis) =>
      range.full ? 0 : Number(at(x.shape, axis)) - Number(range.length) - at(before, axis),
    );
    return [pad(g, before, after), undefined, undefined, undefined, undefined];
  },
  evaluate: (inputs) => {
    const x = at(inputs, 0);
    const [starts, ends, axes, steps] = [1, 2, 3, 4].map((i) => Array.from(at(inputs, i).data)) as [
      number[],
      number[],
      number[],
      number[],
    ];
    const plan = rangesOf(x.shape, { starts, ends, axes, steps });
    const strides = stridesOf(x.shape);
    const start = plan.reduce((sum, range, axis) => sum + range.start * at(strides, axis), 0);
    return [
      gatherReference(
        x,
        plan.map((range) => Number(range.length)),
        plan.map((range, axis) => range.step * at(strides, axis)),
        start,
      ),
    ];
  },
});

const concatOp = defineOp<{ axis: number }>({
  type: "Concat",
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

/** Operands: x, pads (befores then afters, constant). Pads with zeros. */
const padOp = defineOp<{ mode: string }>({
  type: "Pad",
  attributes: { mode: "string" },
  infer: (inputs, _, operands) => {
    const x = at(inputs, 0);
    const pads = constantInts(at(operands, 1));
    if (pads.length !== 2 * x.shape.length) {
      throw new ShapeError(
        "E_SHAPE",
        `pad: expected before and after with one number an axis of ${formatType(x)}, got ${pads.length} numbers in all.`,
      );
    }
    const shape = x.shape.map((dim, i) => {
      const extra = at(pads, i) + at(pads, i + x.shape.length);
      return extra === 0 ? dim : Number(dim) + extra;
    });
    if (shape.some((dim) => Number.isNaN(dim)))
      throw new ShapeError("E_SHAPE", `pad: expected known extents, got ${formatType(x)}.`);
    return [{ dtype: x.dtype, shape }];
  },
  vjp: ({ inputs, outputGradients, attributes: { mode } }) => {
    if (mode !== "constant")
      throw new GraphError(
        "E_NO_GRADIENT",
        `pad: expected mode "constant" where a gradient is needed, got "${mode}".`,
      );
    const pads = constantInts(at(inputs, 1));
    const x = at(inputs, 0);
    let g: Tensor = at(outputGradients, 0);
    x.shape.forEach((dim, axis) => {
      const before = at(pads, axis);
      if (g.shape[axis] !== dim) g = slice(g, { axis, start: before, end: before + Number(dim) });
    });
    return [g, undefined];
  },
  evaluate: (inputs, { mode }) => [padReference(at(inputs, 0), Array.from(at(inputs, 1).data), mode)],
});

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

/**
 * x with other extents, in the same row-major order.
 *
 * @param shape - At most one run-time extent (a name), which must make up what the others leave.
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const target = shape.map((dim) => (typeof dim === "number" ? dim : -1));
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

/** x[start:end:step] along one axis; `step` may be negative as in NumPy. */
export function slice(x: Tensor, range: { axis: number; start: number; end: number; step?: number }): Tensor {
  return sliceAxes(x, [range]);
}

/** Several {@link slice}s at once. */
export function sliceAxes(
  x: Tensor,
  ranges: readonly { axis: number; start: number; end: number; step?: number }[],
): Tensor {
  const operands = [
    int64s(ranges.map((range) => range.start)),
    int64s(ranges.map((range) => range.end)),
    int64s(ranges.map((range) => normalizeAxis(range.axis, x.shape.length, "slice"))),
    int64s(ranges.map((range) => range.step ?? 1)),
  ];
  return single(sliceOp.apply([x, ...operands], {}));
}

/** x reversed along `axes`. */
export function flip(x: Tensor, axes: readonly number[]): Tensor {
  return sliceAxes(
    x,
    axes.map((axis) => ({ axis, start: -1, end: -(2 ** 31), step: -1 })),
  );
}

/** Tensors joined along `axis`. */
export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  if (tensors.length === 1) return at(tensors, 0);
  return single(
    concatOp.apply(tensors, { axis: normalizeAxis(axis, at(tensors, 0).shape.length, "concat") }),
  );
}

/**
 * x with a border of `before[i]` and `after[i]` entries on axis i.
 *
 * @param mode - "constant": zeros; "edge": the nearest value; "reflect": mirrored without the edge itself.
 */
export function pad(
  x: Tensor,
  before: readonly number[],
  after: readonly number[],
  mode: "constant" | "edge" | "reflect" = "constant",
): Tensor {
  if ([...before, ...after].every((extra) => extra === 0)) return x;
  return single(padOp.apply([x, int64s([...before, ...after])], { mode }));
}

/** Entries of x at int64 `indices` along `axis`; no gradient. */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  return single(gatherOp.apply([x, indices], { axis: normalizeAxis(axis, x.shape.length, "gather") }));
}

/** The integers of a constant int64 operand. */
export function constantInts(x: Tensor): number[] {
  if (x.producer.kind !== "constant") {
    throw new ShapeError("E_SHAPE", `internal: expected a constant operand, got a ${x.producer.kind}.`);
  }
  return Array.from(x.producer.value.data, Number);
}

function renamed(x: Tensor, shape: Shape): Tensor {
  if (shape.every((dim) => typeof dim === "number")) return x;
  const named: { -readonly [K in keyof Tensor]: Tensor[K] } = x;
  named.shape = shape;
  return x;
}

function reshapedShape(x: TensorType, target: readonly number[]): Dim[] {
  const names = x.shape.filter((dim) => typeof dim === "string");
  const known = x.shape.reduce<number>((size, dim) => (typeof dim === "number" ? size * dim : size), 1);
  const size = target.reduce((product, dim) => (dim === -1 ? product : product * dim), 1);
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
  return target.map((dim) =>
    dim !== -1
      ? dim
      : names.length === 0
        ? known / size
        : known === size && names.length === 1
          ? at(names, 0)
          : `${names.join("*")}*${known}/${size}`,
  );
}

interface Range {
  start: number;
  step: number;
  length: Dim;
  full: boolean;
}

function slicePlan(shape: Shape, operands: readonly Tensor[]): Range[] {
  const [starts, ends, axes, steps] = [1, 2, 3, 4].map((i) => constantInts(at(operands, i))) as [
    number[],
    number[],
    number[],
    number[],
  ];
  return rangesOf(shape, { starts, ends, axes, steps });
}

function rangesOf(
  shape: Shape,
  cut: {
    starts: readonly number[];
    ends: readonly number[];
    axes: readonly number[];
    steps: readonly number[];
  },
): Range[] {
  const ranges: Range[] = shape.map((dim) => ({ start: 0, step: 1, length: dim, full: true }));
  cut.axes.forEach((axis, i) => {
    const extent = fixedShape([at(shape, axis)], "slice")[0] ?? 0;
    const step = at(cut.steps, i);
    if (step === 0) throw new ShapeError("E_SHAPE", "slice: expected a step other than 0, got 0.");
    const clamp = (value: number, low: number, high: number) =>
      Math.min(Math.max(value < 0 ? value + extent : value, low), high);
    const start = step > 0 ? clamp(at(cut.starts, i), 0, extent) : clamp(at(cut.starts, i), 0, extent - 1);
    const end = step > 0 ? clamp(at(cut.ends, i), 0, extent) : clamp(at(cut.ends, i), -1, extent - 1);
    ranges[axis] = { start, step, length: Math.max(0, Math.ceil((end - start) / step)), full: false };
  });
  return ranges;
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

function padReference(x: Reference, pads: readonly number[], mode: string): Reference {
  const rank = x.shape.length;
  const shape = x.shape.map((dim, i) => dim + at(pads, i) + at(pads, i + rank));
  const out = referenceZeros(shape, x.dtype);
  const [own, strides] = [stridesOf(x.shape), stridesOf(shape)];
  for (let i = 0; i < out.data.length; i++) {
    let source = 0;
    for (let axis = 0; axis < rank && source >= 0; axis++) {
      const place = (Math.floor(i / at(strides, axis)) % at(shape, axis)) - at(pads, axis);
      const inside = borderIndex(place, at(x.shape, axis), mode);
      source = inside < 0 ? -1 : source + inside * at(own, axis);
    }
    if (source >= 0) out.data[i] = at(Array.of(x.data[source]), 0);
  }
  return out;
}

function borderIndex(place: number, extent: number, mode: string): number {
  if (place >= 0 && place < extent) return place;
  if (mode === "edge") return place < 0 ? 0 : extent - 1;
  if (mode === "reflect") return place < 0 ? -place : 2 * (extent - 1) - place;
  return -1;
}
