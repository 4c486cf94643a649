/**
 * One row per operator and interesting combination of attributes: the table that the gradient and the backend tests walk.
 *
 * Values are drawn away from kinks (|x| at 0, ties of max, integers of floor), so that finite differences mean something.
 */
import type { Random } from "../../src/base/random.ts";
import type { DType } from "../../src/base/shape.ts";
import type { Tensor } from "../../src/graph/index.ts";
import * as g from "../../src/graph/index.ts";

/** An operand of a case: its type and how one value is drawn. */
export interface CaseInput {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly draw: (random: Random) => number;
}

/** A row: `op` is the exported function it proves, `name` what is particular about it. */
export interface OpCase {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly CaseInput[];
  /** The tensor whose values and gradients are compared. */
  readonly build: (...operands: [Tensor, Tensor, Tensor]) => Tensor;
  /** False where the operator has no gradient rule. */
  readonly differentiable: boolean;
}

type Build = OpCase["build"];

/** ±[0.1, 1.5]: smooth operators, and those with a kink at 0. */
function real(...shape: number[]): CaseInput {
  return {
    dtype: "float32",
    shape,
    draw: (random) => (random.uniform() < 0.5 ? -1 : 1) * (0.1 + 1.4 * random.uniform()),
  };
}

/** [0.3, 1.8]: operators of positive numbers. */
function positive(...shape: number[]): CaseInput {
  return { dtype: "float32", shape, draw: (random) => 0.3 + 1.5 * random.uniform() };
}

/** Multiples of 0.2 plus `offset`: two operands with other offsets never tie. */
function grid(offset: number, ...shape: number[]): CaseInput {
  return { dtype: "float32", shape, draw: (random) => (random.integer(20) - 10) * 0.2 + offset };
}

/** Integers of [low, high] plus a fraction of [0.2, 0.8]. */
function betweenIntegers(low: number, high: number, ...shape: number[]): CaseInput {
  return {
    dtype: "float32",
    shape,
    draw: (random) => low + random.integer(high - low) + 0.2 + 0.6 * random.uniform(),
  };
}

/** Integers of [0, bound). */
function integers(dtype: DType, bound: number, ...shape: number[]): CaseInput {
  return { dtype, shape, draw: (random) => random.integer(bound) };
}

function differentiable(op: string, name: string, inputs: readonly CaseInput[], build: Build): OpCase {
  return { op, name, inputs, build, differentiable: true };
}

function constantGradient(op: string, name: string, inputs: readonly CaseInput[], build: Build): OpCase {
  return { op, name, inputs, build, differentiable: false };
}

/** Bool results as float32, as every graph output of the table is. */
function asNumber(x: Tensor): Tensor {
  return g.cast(x, "float32");
}

/** The first entries along an axis whose extent is known at run time only. */
function firstOf(x: Tensor, axis: number, count: number): Tensor {
  return g.gather(x, g.int64s(Array.from({ length: count }, (_, i) => i)), axis);
}

const elementwise: readonly OpCase[] = [
  differentiable("add", "equal shapes", [real(2, 3), real(2, 3)], (a, b) => g.add(a, b)),
  differentiable("add", "a row", [real(2, 3), real(3)], (a, b) => g.add(a, b)),
  differentiable("add", "both stretched", [real(2, 1, 3), real(4, 1)], (a, b) => g.add(a, b)),
  differentiable("add", "a scalar", [real(), real(2, 2)], (a, b) => g.add(a, b)),
  differentiable("add", "one tensor used three times", [real(3)], (x) => g.add(g.mul(x, x), x)),
  differentiable("sub", "a column", [real(2, 3), real(2, 1)], (a, b) => g.sub(a, b)),
  differentiable("mul", "both stretched", [real(2, 1, 3), real(4, 1)], (a, b) => g.mul(a, b)),
  differentiable("mul", "a scalar", [real(2, 2), real()], (a, b) => g.mul(a, b)),
  differentiable("div", "equal shapes", [real(2, 3), positive(2, 3)], (a, b) => g.div(a, b)),
  differentiable("div", "a stretched divisor", [real(2, 3), positive(1, 3)], (a, b) => g.div(a, b)),
  constantGradient("pow", "real exponents", [positive(2, 3), real(3)], (a, b) => g.pow(a, b)),
  differentiable("max", "equal shapes", [grid(0, 3, 3), grid(0.1, 3, 3)], (a, b) => g.max(a, b)),
  differentiable("max", "a row", [grid(0, 3, 3), grid(0.1, 3)], (a, b) => g.max(a, b)),
  differentiable("min", "equal shapes", [grid(0, 3, 3), grid(0.1, 3, 3)], (a, b) => g.min(a, b)),
  differentiable("min", "a column", [grid(0, 3, 3), grid(0.1, 3, 1)], (a, b) => g.min(a, b)),
  constantGradient("greater", "with ties", [grid(0, 4, 4), grid(0, 4, 4)], (a, b) =>
    asNumber(g.greater(a, b)),
  ),
  constantGradient("greaterOrEqual", "with ties", [grid(0, 4, 4), grid(0, 4)], (a, b) =>
    asNumber(g.greaterOrEqual(a, b)),
  ),
  differentiable("neg", "any values", [real(5)], (x) => g.neg(x)),
  differentiable("sqrt", "positive values", [positive(5)], (x) => g.sqrt(x)),
  differentiable("exp", "any values", [real(5)], (x) => g.exp(x)),
  differentiable("log", "positive values", [positive(5)], (x) => g.log(x)),
  differentiable("abs", "both signs", [real(6)], (x) => g.abs(x)),
  constantGradient("sign", "both signs", [real(6)], (x) => g.sign(x)),
  differentiable("sin", "any values", [real(5)], (x) => g.sin(x)),
  differentiable("cos", "any values", [real(5)], (x) => g.cos(x)),
  differentiable("tanh", "any values", [real(5)], (x) => g.tanh(x)),
  differentiable("sigmoid", "any values", [real(5)], (x) => g.sigmoid(x)),
  differentiable("sigmoid", "saturated", [real(5)], (x) => g.sigmoid(g.mul(x, g.scalar(20)))),
  constantGradient("floor", "both signs", [betweenIntegers(-4, 4, 8)], (x) => g.floor(x)),
  differentiable("silu", "any values", [real(2, 4)], (x) => g.silu(x)),
  differentiable("silu", "far from 0", [real(6)], (x) => g.silu(g.mul(x, g.scalar(10)))),
  differentiable("where", "equal shapes", [real(2, 3), real(2, 3), integers("bool", 2, 2, 3)], (a, b, c) =>
    g.where(c, a, b),
  ),
  differentiable("where", "all stretched", [real(3, 1), real(2), integers("bool", 2, 4, 1, 1)], (a, b, c) =>
    g.where(c, a, b),
  ),
  constantGradient("cast", "to int32 and back", [betweenIntegers(-4, 4, 8)], (x) =>
    asNumber(g.cast(x, "int32")),
  ),
  constantGradient("cast", "to int64 and back", [betweenIntegers(-4, 4, 8)], (x) =>
    asNumber(g.cast(x, "int64")),
  ),
  constantGradient("cast", "to uint8 and back", [betweenIntegers(0, 250, 8)], (x) =>
    asNumber(g.cast(x, "uint8")),
  ),
  constantGradient("cast", "to bool and back", [grid(0, 4, 8)], (x) => asNumber(g.cast(x, "bool"))),
  constantGradient("cast", "uint8 to float32", [integers("uint8", 256, 8)], (x) => asNumber(x)),
];

const reduction: readonly OpCase[] = [
  differentiable("reduceSum", "all axes", [real(2, 3)], (x) => g.reduceSum(x)),
  differentiable("reduceSum", "the middle axis, dropped", [real(2, 3, 2)], (x) =>
    g.reduceSum(x, { axes: [1], keepDims: false }),
  ),
  differentiable("reduceSum", "the last axis, kept", [real(2, 3)], (x) => g.reduceSum(x, { axes: [-1] })),
  differentiable("reduceMean", "all axes, dropped", [real(2, 3)], (x) =>
    g.reduceMean(x, { keepDims: false }),
  ),
  differentiable("reduceMean", "outer axes", [real(2, 3, 2)], (x) => g.reduceMean(x, { axes: [0, 2] })),
  differentiable("reduceSumSquare", "all axes, dropped", [real(2, 3)], (x) =>
    g.reduceSumSquare(x, { keepDims: false }),
  ),
  differentiable("reduceSumSquare", "one axis", [real(2, 3)], (x) => g.reduceSumSquare(x, { axes: [0] })),
  constantGradient("reduceMax", "all axes", [real(2, 3)], (x) => g.reduceMax(x)),
  constantGradient("reduceMax", "inner axes, dropped", [real(2, 3, 4)], (x) =>
    g.reduceMax(x, { axes: [1, 2], keepDims: false }),
  ),
  constantGradient("reduceMin", "all axes", [real(2, 3)], (x) => g.reduceMin(x)),
  constantGradient("reduceMin", "one axis", [real(2, 3, 4)], (x) => g.reduceMin(x, { axes: [1] })),
  differentiable("softmax", "the last axis", [real(2, 4)], (x) => g.softmax(x)),
  differentiable("softmax", "the middle axis", [real(2, 3, 2)], (x) => g.softmax(x, 1)),
  differentiable("softmax", "large logits", [real(2, 3)], (x) => g.softmax(g.add(x, g.scalar(80)))),
  constantGradient("topK", "the last axis", [real(2, 6)], (x) => g.topK(x, 3)),
  constantGradient("topK", "the middle axis", [real(2, 5, 3)], (x) => g.topK(x, 2, 1)),
];

const movement: readonly OpCase[] = [
  differentiable("reshape", "to fewer axes", [real(2, 3, 2)], (x) => g.reshape(x, [4, 3])),
  differentiable("reshape", "to a scalar", [real(1, 1)], (x) => g.reshape(x, [])),
  differentiable("transpose", "three axes turned", [real(2, 3, 4)], (x) => g.transpose(x, [2, 0, 1])),
  differentiable("transpose", "channels last", [real(2, 3, 2, 2)], (x) => g.transpose(x, [0, 2, 3, 1])),
  differentiable("expand", "new and stretched axes", [real(3, 1)], (x) => g.expand(x, [2, 3, 4])),
  differentiable("slice", "a middle piece", [real(5, 3)], (x) => g.slice(x, { axis: 0, start: 1, end: 4 })),
  differentiable("slice", "counted from the end", [real(2, 5)], (x) =>
    g.slice(x, { axis: -1, start: -3, end: -1 }),
  ),
  differentiable("slice", "end beyond the extent", [real(4)], (x) =>
    g.slice(x, { axis: 0, start: 2, end: 99 }),
  ),
  differentiable("slice", "backwards", [real(6, 2)], (x) =>
    g.slice(x, { axis: 0, start: 4, end: 1, step: -1 }),
  ),
  constantGradient("slice", "every second", [real(7, 2)], (x) =>
    g.slice(x, { axis: 0, start: 1, end: 7, step: 2 }),
  ),
  constantGradient("slice", "every third backwards", [real(8)], (x) =>
    g.slice(x, { axis: 0, start: -1, end: -99, step: -3 }),
  ),
  differentiable("sliceAxes", "two axes, one backwards", [real(4, 5)], (x) =>
    g.sliceAxes(x, [
      { axis: 0, start: 1, end: 3 },
      { axis: 1, start: 3, end: 0, step: -1 },
    ]),
  ),
  differentiable("flip", "one axis", [real(3, 2)], (x) => g.flip(x, [0])),
  differentiable("flip", "two axes", [real(2, 3, 2)], (x) => g.flip(x, [1, 2])),
  differentiable("concat", "the first axis", [real(2, 2), real(1, 2)], (a, b) => g.concat([a, b], 0)),
  differentiable("concat", "three along the last axis", [real(2, 1), real(2, 3), real(2, 2)], (a, b, c) =>
    g.concat([a, b, c], -1),
  ),
  differentiable("concat", "a tensor with itself", [real(2, 2)], (x) => g.concat([x, x], 1)),
  differentiable("concat", "nine, in a tree", [real(2, 1)], (x) =>
    g.concat(
      Array.from({ length: 9 }, () => x),
      1,
    ),
  ),
  differentiable("split", "pieces of their own weights", [real(2, 6)], (x) => {
    const [a = x, b = x, c = x] = g.split(x, [1, 2, 3], -1);
    return g.concat([g.mul(c, c), a, g.neg(b)], 1);
  }),
  differentiable("split", "a piece that is not used", [real(5, 2)], (x) => g.split(x, [2, 3], 0)[1] ?? x),
  differentiable("pad", "unequal zeros", [real(2, 3)], (x) => g.pad(x, [1, 0], [0, 2])),
  constantGradient("pad", "edge", [real(2, 3)], (x) => g.pad(x, [1, 2], [3, 1], "edge")),
  constantGradient("pad", "reflect", [real(3, 4)], (x) => g.pad(x, [1, 2], [2, 3], "reflect")),
  constantGradient("gather", "rows", [real(4, 2), integers("int64", 4, 3)], (x, i) => g.gather(x, i)),
  constantGradient(
    "gather",
    "a matrix of places along axis 1",
    [real(2, 5, 2), integers("int64", 5, 2, 3)],
    (x, i) => g.gather(x, i, 1),
  ),
  constantGradient("gatherElements", "of each row", [real(2, 5), integers("int64", 5, 2, 3)], (x, i) =>
    g.gatherElements(x, i, 1),
  ),
  constantGradient("gatherElements", "of a vector", [real(5), integers("int32", 5, 7)], (x, i) =>
    g.gatherElements(x, i),
  ),
];

const contraction: readonly OpCase[] = [
  differentiable("matmul", "two matrices", [real(2, 3), real(3, 4)], (a, b) => g.matmul(a, b)),
  differentiable("matmul", "a batch and a matrix", [real(2, 2, 3), real(3, 2)], (a, b) => g.matmul(a, b)),
  differentiable("matmul", "a matrix and a batch", [real(2, 3), real(2, 3, 2)], (a, b) => g.matmul(a, b)),
  differentiable("matmul", "stretched batches", [real(2, 1, 2, 3), real(3, 3, 2)], (a, b) => g.matmul(a, b)),
  differentiable("matmul", "aᵀ b", [real(3, 2), real(3, 4)], (a, b) => g.matmul(a, b, { transposeA: true })),
  differentiable("matmul", "a bᵀ", [real(2, 3), real(4, 3)], (a, b) => g.matmul(a, b, { transposeB: true })),
  differentiable("matmul", "aᵀ bᵀ scaled", [real(2, 3, 2), real(2, 4, 3)], (a, b) =>
    g.matmul(a, b, { transposeA: true, transposeB: true, alpha: 0.5 }),
  ),
  differentiable("matmul", "aᵀ b of stretched batches", [real(2, 1, 3, 2), real(2, 3, 2)], (a, b) =>
    g.matmul(a, b, { transposeA: true, alpha: 2 }),
  ),
  differentiable("matmul", "a bᵀ of a batch and a matrix", [real(2, 2, 3), real(4, 3)], (a, b) =>
    g.matmul(a, b, { transposeB: true }),
  ),
];

function convolutionCase(
  name: string,
  x: number[],
  w: number[],
  options: { stride?: number; padding?: number },
): OpCase {
  return differentiable("conv2d", name, [real(...x), real(...w), real(w[0] ?? 0)], (image, weight, bias) =>
    g.conv2d(image, weight, { ...options, bias }),
  );
}

function transposedCase(
  name: string,
  x: number[],
  w: number[],
  options: { stride?: number; padding?: number; outputPadding?: readonly [number, number] },
): OpCase {
  return differentiable(
    "convTranspose2d",
    name,
    [real(...x), real(...w), real(w[1] ?? 0)],
    (image, weight, bias) => g.convTranspose2d(image, weight, { ...options, bias }),
  );
}

const convolution: readonly OpCase[] = [
  convolutionCase("3x3, padding 1", [2, 2, 4, 3], [3, 2, 3, 3], { padding: 1 }),
  convolutionCase("3x3, no padding", [1, 2, 4, 5], [2, 2, 3, 3], {}),
  convolutionCase("3x3, padding 2", [1, 1, 3, 3], [2, 1, 3, 3], { padding: 2 }),
  convolutionCase("3x3, stride 2, padding 1, even image", [2, 2, 6, 4], [2, 2, 3, 3], {
    stride: 2,
    padding: 1,
  }),
  convolutionCase("3x3, stride 2, padding 1, odd image", [1, 2, 5, 7], [2, 2, 3, 3], {
    stride: 2,
    padding: 1,
  }),
  convolutionCase("3x3, stride 2, a row and column left over", [1, 1, 6, 6], [2, 1, 3, 3], { stride: 2 }),
  convolutionCase("2x2, stride 3, two left over", [1, 2, 7, 4], [1, 2, 2, 2], { stride: 3 }),
  convolutionCase("1x1", [2, 3, 2, 3], [2, 3, 1, 1], {}),
  convolutionCase("1x1, stride 2", [1, 2, 5, 4], [2, 2, 1, 1], { stride: 2 }),
  convolutionCase("1x1, padding 1", [1, 2, 3, 2], [2, 2, 1, 1], { padding: 1 }),
  convolutionCase("2x3, padding 1", [1, 2, 3, 4], [2, 2, 2, 3], { padding: 1 }),
  convolutionCase("2x3, padding 1, fewer channels out", [2, 3, 3, 4], [2, 3, 2, 3], { padding: 1 }),
  convolutionCase("3x2, no padding, fewer channels out", [1, 2, 4, 3], [1, 2, 3, 2], {}),
  convolutionCase("3x3, padding 3, fewer channels out", [1, 2, 2, 3], [1, 2, 3, 3], { padding: 3 }),
  convolutionCase("5x5, padding 2", [1, 1, 4, 5], [1, 1, 5, 5], { padding: 2 }),
  convolutionCase("4x4, stride 2, padding 1", [1, 2, 4, 6], [2, 2, 4, 4], { stride: 2, padding: 1 }),
  differentiable("conv2d", "no bias", [real(1, 2, 3, 3), real(2, 2, 3, 3)], (x, w) =>
    g.conv2d(x, w, { padding: 1 }),
  ),
  constantGradient("conv2d", "two groups", [real(1, 4, 3, 3), real(6, 2, 3, 3), real(6)], (x, w, bias) =>
    g.conv2d(x, w, { bias, padding: 1, groups: 2 }),
  ),
  constantGradient("conv2d", "taps two apart", [real(1, 2, 7, 6), real(3, 2, 3, 2), real(3)], (x, w, bias) =>
    g.conv2d(x, w, { bias, padding: 1, dilation: 2 }),
  ),
  constantGradient(
    "conv2d",
    "taps three apart, one channel a group",
    [real(1, 2, 8, 8), real(2, 1, 3, 1)],
    (x, w) => g.conv2d(x, w, { groups: 2, dilation: 3, stride: 2 }),
  ),
  constantGradient("conv2d", "one channel a group", [real(2, 3, 4, 4), real(3, 1, 3, 3)], (x, w) =>
    g.conv2d(x, w, { groups: 3, stride: 2 }),
  ),
  transposedCase("3x3", [1, 2, 3, 2], [2, 3, 3, 3], {}),
  transposedCase("4x4, stride 2, padding 1", [2, 2, 2, 3], [2, 1, 4, 4], { stride: 2, padding: 1 }),
  transposedCase("3x3, stride 2, padding 1, output padding", [1, 2, 3, 2], [2, 2, 3, 3], {
    stride: 2,
    padding: 1,
    outputPadding: [1, 0],
  }),
  differentiable("convTranspose2d", "no bias", [real(1, 2, 2, 2), real(2, 1, 2, 2)], (x, w) =>
    g.convTranspose2d(x, w, { stride: 2 }),
  ),
];

function groupNormCase(name: string, x: number[], options: { groups: number; epsilon?: number }): OpCase {
  const channels = x[1] ?? 0;
  return differentiable(
    "groupNorm",
    name,
    [real(...x), positive(channels), real(channels)],
    (image, scale, bias) => g.groupNorm(image, scale, bias, options),
  );
}

const normalization: readonly OpCase[] = [
  groupNormCase("one group", [2, 2, 2, 3], { groups: 1 }),
  groupNormCase("two groups of two", [2, 4, 2, 2], { groups: 2 }),
  groupNormCase("a group a channel", [1, 3, 2, 3], { groups: 3 }),
  groupNormCase("a large epsilon", [1, 4, 3, 1], { groups: 2, epsilon: 0.5 }),
];

const resample: readonly OpCase[] = [
  differentiable("upsampleConv2d", "with bias", [real(2, 2, 2, 3), real(3, 2, 3, 3), real(3)], (x, w, bias) =>
    g.upsampleConv2d(x, w, { bias }),
  ),
  differentiable("upsampleConv2d", "without bias", [real(1, 1, 1, 2), real(1, 1, 3, 3)], (x, w) =>
    g.upsampleConv2d(x, w),
  ),
  differentiable(
    "attention",
    "of two heads",
    [real(2, 2, 3, 4), real(2, 2, 3, 4), real(2, 2, 3, 4)],
    (q, k, v) => g.attention(q, k, v, 0.5),
  ),
  differentiable("attention", "without batch", [real(2, 3), real(2, 3), real(2, 3)], (q, k, v) =>
    g.attention(q, k, v, 1),
  ),
  differentiable("upsampleNearest", "twice", [real(2, 2, 2, 3)], (x) => g.upsampleNearest(x, 2)),
  differentiable("upsampleNearest", "three times", [real(1, 1, 2, 2)], (x) => g.upsampleNearest(x, 3)),
  constantGradient("resizeLinear", "larger", [real(1, 2, 3, 4)], (x) => g.resizeLinear(x, 5, 7)),
  constantGradient("resizeLinear", "smaller, antialiased", [real(1, 1, 9, 8)], (x) =>
    g.resizeLinear(x, 4, 3),
  ),
  constantGradient("resizeLinear", "one way larger, the other smaller", [real(2, 1, 4, 7)], (x) =>
    g.resizeLinear(x, 6, 2),
  ),
  constantGradient("resizeImageLinear", "rows smaller, columns larger", [real(2, 7, 4, 3)], (x) =>
    g.resizeImageLinear(x, 4, 6),
  ),
  constantGradient("scaleLinear", "to three quarters", [real(2, 2, 8, 12)], (x) =>
    firstOf(firstOf(g.scaleLinear(x, 0.75), 2, 6), 3, 9),
  ),
  constantGradient("extentOf", "an axis", [real(2, 3, 4)], (x) => g.extentOf(x, 1)),
  constantGradient("extentOf", "an axis of bytes", [integers("uint8", 256, 8)], (x) => g.extentOf(x, 0)),
  constantGradient("placesOf", "the last axis", [real(2, 5)], (x) => g.placesOf(x, -1)),
  constantGradient("gridSample", "edge repeated", [real(2, 3, 4, 5), real(2, 3, 6, 2)], (x, grid) =>
    g.gridSample(x, grid, "border"),
  ),
  constantGradient("gridSample", "zeros outside", [real(2, 2, 3, 4), real(2, 5, 2, 2)], (x, grid) =>
    g.gridSample(x, grid, "zeros"),
  ),
  constantGradient("gridSample", "nearest pixel", [real(2, 2, 3, 4), real(2, 5, 2, 2)], (x, grid) =>
    g.gridSample(x, grid, "zeros", "nearest"),
  ),
  differentiable("spaceToDepth", "cells of two", [real(2, 2, 4, 6)], (x) => g.spaceToDepth(x, 2)),
  differentiable("depthToSpace", "cells of two", [real(2, 8, 1, 2)], (x) => g.depthToSpace(x, 2)),
  differentiable("averageCells", "cells of two", [real(1, 2, 4, 6)], (x) => g.averageCells(x, 2)),
  differentiable("averageCells", "cells of three", [real(2, 1, 3, 3)], (x) => g.averageCells(x, 3)),
];

/** x0 <= 0.05 ? 1 : (x1 <= -0.05 ? 2 : 4), and x1 <= 0.5 ? -1 : 0.25, averaged. */
const twoTrees: g.TreeEnsembleAttributes = {
  aggregate_function: "AVERAGE",
  n_targets: 1,
  nodes_treeids: [0, 0, 0, 0, 0, 1, 1, 1],
  nodes_nodeids: [0, 1, 2, 3, 4, 0, 1, 2],
  nodes_featureids: [0, 0, 1, 0, 0, 1, 0, 0],
  nodes_modes: ["BRANCH_LEQ", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"],
  nodes_values: [0.05, 0, -0.05, 0, 0, 0.5, 0, 0],
  nodes_truenodeids: [1, 0, 3, 0, 0, 1, 0, 0],
  nodes_falsenodeids: [2, 0, 4, 0, 0, 2, 0, 0],
  nodes_missing_value_tracks_true: [0, 0, 0, 0, 0, 0, 0, 0],
  target_treeids: [0, 0, 0, 1, 1],
  target_nodeids: [1, 3, 4, 1, 2],
  target_ids: [0, 0, 0, 0, 0],
  target_weights: [1, 2, 4, -1, 0.25],
};

const trees: readonly OpCase[] = [
  constantGradient("treeEnsemble", "two trees averaged", [real(12, 2)], (x) => g.treeEnsemble(x, twoTrees)),
  constantGradient("treeEnsemble", "two trees summed", [real(12, 2)], (x) =>
    g.treeEnsemble(x, { ...twoTrees, aggregate_function: "SUM" }),
  ),
];

const repetition: readonly OpCase[] = [
  constantGradient("collect", "as many turns as rows, and a body that reads around it", [real(4, 3)], (x) => {
    const turns = g.cast(g.reshape(g.extentOf(x, 0), []), "int64");
    const [y = x] = g.collect(turns, [x], (turn, [all = x]) => [g.mul(g.gather(all, turn), g.scalar(2))]);
    return firstOf(y, 0, 4);
  }),
  constantGradient("collect", "in turns of turns", [real(2, 3), real(3)], (x, row) => {
    const count = g.constant({ dtype: "int64", shape: [], data: BigInt64Array.of(2n) });
    const [y = x] = g.collect(count, [x, row], (turn, [all = x, each = row]) => {
      const inner = g.collect(count, [each, g.gather(all, turn)], (_, [a = row, b = row]) => [g.add(a, b)]);
      return [...inner];
    });
    return y;
  }),
  constantGradient("range", "as many as columns", [real(2, 5)], (x) =>
    g.range(g.reshape(g.extentOf(x, 1), []), 5),
  ),
  constantGradient("gatherPlaces", "places along two axes", [real(2, 3, 4)], (x) => {
    const places = BigInt64Array.of(1n, 2n, 0n, 0n, 1n, 0n);
    return g.gatherPlaces(x, g.constant({ dtype: "int64", shape: [3, 2], data: places }));
  }),
  constantGradient("loop", "one value, three turns", [real(2, 3)], (x) => {
    const [y = x] = g.loop(3, [x], (_, [value = x]) => [g.mul(g.sin(value), g.scalar(1.5))]);
    return y;
  }),
  constantGradient("loop", "two values and the number of the turn", [real(2, 3), real(3)], (a, b) => {
    const weights = g.constant({ dtype: "float32", shape: [4], data: Float32Array.of(0.5, -1, 2, 0.25) });
    const [, y = a] = g.loop(4, [b, a], (turn, [row = b, sum = a]) => [
      g.cos(row),
      g.add(sum, g.mul(row, g.gather(weights, turn))),
    ]);
    return y;
  }),
];

/** All rows. */
export const opCases: readonly OpCase[] = [
  ...elementwise,
  ...reduction,
  ...movement,
  ...contraction,
  ...convolution,
  ...normalization,
  ...resample,
  ...trees,
  ...repetition,
];
