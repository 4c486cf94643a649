/** Operators that take a part of a tensor or put a border around it: each the other's gradient. ONNX Slice 13, Pad 18. */
import { GraphError, ShapeError } from "../../base/errors.ts";
import { type Dim, fixedShape, normalizeAxis, type Shape, stridesOf } from "../../base/shape.ts";
import { at, defineOp, single } from "../op.ts";
import { gatherReference, type Reference, referenceZeros } from "../reference-array.ts";
import { constantInts, formatType, int64s, type Tensor } from "../tensor.ts";

type None = Record<never, never>;

/** Operands: x, starts, ends, axes, steps - all constant. */
const sliceOp = defineOp<None>({
  type: "Slice",
  moves: true,
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
