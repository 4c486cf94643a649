/** Operators that sum up axes. Specification: ONNX operators, opset 18. */

import { ShapeError } from "../../base/errors.ts";
import { type Dim, fixedShape, normalizeAxis, stridesOf } from "../../base/shape.ts";
import { at, defineOp, type Op, single } from "../op.ts";
import { type Reference, referenceZeros } from "../reference-array.ts";
import { constantInts, int64s, scalar, type Tensor, type TensorType } from "../tensor.ts";
import { div, mul, sub } from "./elementwise.ts";
import { expand, reshape } from "./movement.ts";

interface ReduceAttributes {
  readonly keepdims: number;
  readonly [key: string]: number;
}

function reduction(
  type: string,
  rule: {
    start: number;
    fold: (sum: number, value: number) => number;
    finish?: (sum: number, count: number) => number;
    vjp?: (o: { x: Tensor; g: Tensor; axes: readonly number[] }) => Tensor;
  },
): Op<ReduceAttributes> {
  const { vjp } = rule;
  return defineOp<ReduceAttributes>({
    type,
    attributes: { keepdims: "int" },
    infer: (inputs, { keepdims }, operands) => {
      const x = at(inputs, 0);
      return [{ dtype: x.dtype, shape: reducedShape(x, constantInts(at(operands, 1)), keepdims === 1) }];
    },
    ...(vjp && {
      vjp: ({ inputs, outputGradients }) => {
        const x = at(inputs, 0);
        const axes = constantInts(at(inputs, 1));
        return [vjp({ x, axes, g: reshape(at(outputGradients, 0), reducedShape(x, axes, true)) }), undefined];
      },
    }),
    evaluate: (inputs, { keepdims }) => {
      const x = at(inputs, 0);
      const axes = Array.from(at(inputs, 1).data);
      const out = reduceReference(x, axes, rule.start, rule.fold);
      const count = x.data.length / out.data.length;
      const { finish } = rule;
      const data = finish ? out.data.map((sum) => finish(sum, count)) : out.data;
      return [{ dtype: x.dtype, shape: reducedShape(x, axes, keepdims === 1).map(Number), data }];
    },
  });
}

const reduceSumOp = reduction("ReduceSum", {
  start: 0,
  fold: (sum, value) => sum + value,
  vjp: ({ x, g }) => spread(g, x),
});
const reduceMeanOp = reduction("ReduceMean", {
  start: 0,
  fold: (sum, value) => sum + value,
  finish: (sum, count) => sum / count,
  vjp: ({ x, g, axes }) => spread(div(g, scalar(countOf(x, axes))), x),
});
const reduceMaxOp = reduction("ReduceMax", { start: -Infinity, fold: Math.max });
const reduceMinOp = reduction("ReduceMin", { start: Infinity, fold: Math.min });
const reduceSumSquareOp = reduction("ReduceSumSquare", {
  start: 0,
  fold: (sum, value) => sum + value * value,
  vjp: ({ x, g }) => mul(mul(g, scalar(2)), x),
});

const softmaxOp = defineOp<{ axis: number }>({
  type: "Softmax",
  attributes: { axis: "int" },
  infer: (inputs) => [at(inputs, 0)],
  vjp: ({ outputs, outputGradients, attributes: { axis } }) => {
    const [y, g] = [at(outputs, 0), at(outputGradients, 0)];
    return [mul(y, sub(g, reduceSum(mul(g, y), { axes: [axis] })))];
  },
  evaluate: (inputs, { axis }) => [softmaxReference(at(inputs, 0), axis)],
});

/** Operands: x, k (constant). Outputs: the k largest along the axis, largest first, and their int64 places. */
const topKOp = defineOp<{ axis: number; largest: number; sorted: number }>({
  type: "TopK",
  attributes: { axis: "int", largest: "int", sorted: "int" },
  infer: (inputs, { axis }, operands) => {
    const x = at(inputs, 0);
    const k = at(constantInts(at(operands, 1)), 0);
    const extent = at(x.shape, axis);
    if (typeof extent !== "number" || k < 1 || k > extent) {
      throw new ShapeError(
        "E_SHAPE",
        `topK: expected k within 1 and the extent of axis ${axis} (${extent}), got ${k}.`,
      );
    }
    const shape = x.shape.map((dim, i) => (i === axis ? k : dim));
    return [
      { dtype: x.dtype, shape },
      { dtype: "int64", shape },
    ];
  },
  evaluate: (inputs, { axis }) => {
    const x = at(inputs, 0);
    const k = at(Array.from(at(inputs, 1).data), 0);
    const shape = x.shape.map((dim, i) => (i === axis ? k : dim));
    const [values, places] = [referenceZeros(shape, x.dtype), referenceZeros(shape, "int64")];
    forEachLine(x, axis, (line, lineIndex, inner) => {
      const order = Array.from(line, (value, place) => ({ value, place })).sort(
        (a, b) => b.value - a.value || a.place - b.place,
      );
      for (let i = 0; i < k; i++) {
        const position = (Math.floor(lineIndex / inner) * k + i) * inner + (lineIndex % inner);
        values.data[position] = at(order, i).value;
        places.data[position] = at(order, i).place;
      }
    });
    return [values, places];
  },
});

/** What x is the sum of over its first axis, [N, ...x], where it is computed as such. */
export function summedOverFirstAxis({ producer }: Tensor): Tensor | undefined {
  if (producer.kind !== "node" || producer.op.type !== reduceSumOp.type) return undefined;
  const axes = constantInts(at(producer.inputs, 1));
  const isFirst = axes.length === 1 && axes[0] === 0 && producer.attributes.keepdims === 0;
  return isFirst ? producer.inputs[0] : undefined;
}

/** Which axes to reduce; `keepDims` (default true) leaves them with extent 1. */
export interface ReduceOptions {
  readonly axes?: readonly number[];
  readonly keepDims?: boolean;
}

/** Sum over axes (default: all). */
export function reduceSum(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce(reduceSumOp, x, options);
}
/** Mean over axes (default: all). */
export function reduceMean(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce(reduceMeanOp, x, options);
}
/** Largest value over axes (default: all); no gradient. */
export function reduceMax(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce(reduceMaxOp, x, options);
}
/** Smallest value over axes (default: all); no gradient. */
export function reduceMin(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce(reduceMinOp, x, options);
}
/** Sum of squares over axes (default: all). */
export function reduceSumSquare(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce(reduceSumSquareOp, x, options);
}
/** e^x_i / Σ_j e^x_j along `axis` (default: the last). */
export function softmax(x: Tensor, axis = -1): Tensor {
  return single(softmaxOp.apply([x], { axis: normalizeAxis(axis, x.shape.length, "softmax") }));
}
/** The k largest values along `axis` (default: the last), largest first; no gradient. */
export function topK(x: Tensor, k: number, axis = -1): Tensor {
  const attributes = { axis: normalizeAxis(axis, x.shape.length, "topK"), largest: 1, sorted: 1 };
  return at(topKOp.apply([x, int64s([k])], attributes), 0);
}

function reduce(op: Op<ReduceAttributes>, x: Tensor, options: ReduceOptions): Tensor {
  const axes = (options.axes ?? x.shape.map((_, i) => i)).map((axis) =>
    normalizeAxis(axis, x.shape.length, op.type),
  );
  if (axes.length === 0) return x;
  return single(op.apply([x, int64s(axes)], { keepdims: (options.keepDims ?? true) ? 1 : 0 }));
}

function reducedShape(x: TensorType, axes: readonly number[], keepDims: boolean): Dim[] {
  return x.shape.flatMap((dim, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [dim]));
}

/** `g`, whose reduced axes have extent 1, as large as `x`. */
function spread(g: Tensor, x: Tensor): Tensor {
  return expand(g, fixedShape(x.shape, "reduction"));
}

function countOf(x: Tensor, axes: readonly number[]): number {
  return axes.reduce((count, axis) => count * Number(at(x.shape, axis)), 1);
}

function reduceReference(
  x: Reference,
  axes: readonly number[],
  start: number,
  fold: (sum: number, value: number) => number,
): Reference {
  const out = referenceZeros(reducedShape(x, axes, true).map(Number), x.dtype);
  out.data.fill(start);
  const [strides, outStrides] = [stridesOf(x.shape), stridesOf(out.shape)];
  for (let i = 0; i < x.data.length; i++) {
    let place = 0;
    for (let axis = 0; axis < x.shape.length; axis++) {
      if (!axes.includes(axis))
        place += (Math.floor(i / at(strides, axis)) % at(x.shape, axis)) * at(outStrides, axis);
    }
    out.data[place] = fold(out.data[place] ?? 0, x.data[i] ?? 0);
  }
  return out;
}

function forEachLine(
  x: Reference,
  axis: number,
  visit: (line: Float64Array, index: number, inner: number) => void,
): void {
  const extent = at(x.shape, axis);
  const inner = at(stridesOf(x.shape), axis);
  const lines = x.data.length / extent;
  for (let index = 0; index < lines; index++) {
    const start = Math.floor(index / inner) * extent * inner + (index % inner);
    visit(
      Float64Array.from({ length: extent }, (_, i) => x.data[start + i * inner] ?? 0),
      index,
      inner,
    );
  }
}

/** {@link softmax} in float64. */
export function softmaxReference(x: Reference, axis: number): Reference {
  const out = referenceZeros(x.shape, x.dtype);
  const extent = at(x.shape, axis);
  forEachLine(x, axis, (line, index, inner) => {
    const largest = line.reduce((a, b) => Math.max(a, b));
    const powers = line.map((value) => Math.exp(value - largest));
    const sum = powers.reduce((a, b) => a + b);
    const start = Math.floor(index / inner) * extent * inner + (index % inner);
    powers.forEach((value, i) => {
      out.data[start + i * inner] = value / sum;
    });
  });
  return out;
}
