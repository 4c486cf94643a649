/** Normalisation operators: ONNX LayerNormalization (opset 17) and group normalisation built on it. */
import { GraphError, ShapeError } from "../../base/errors.ts";
import { type Dim, sizeOf } from "../../base/shape.ts";
import { at, defineOp } from "../op.ts";
import { type Reference, referenceZeros } from "../reference-array.ts";
import { constant, formatType, type Tensor, type TensorType } from "../tensor.ts";
import { matmul } from "./contraction.ts";
import { add, mul, sub } from "./elementwise.ts";
import { reshape } from "./movement.ts";
import { reduceSum } from "./reduction.ts";

/** Operands x, scale, bias; outputs y, mean and 1/σ over the axes from `axis` on. */
const layerNormalizationOp = defineOp<{ axis: number; epsilon: number }>({
  type: "LayerNormalization",
  attributes: { axis: "int", epsilon: "float" },
  infer: (inputs, { axis }) => {
    const x = at(inputs, 0);
    const statistics: Dim[] = x.shape.map((dim, i) => (i < axis ? dim : 1));
    return [x, { dtype: x.dtype, shape: statistics }, { dtype: x.dtype, shape: statistics }];
  },
  evaluate: (inputs, { axis, epsilon }) => {
    const [x, scale, bias] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
    const length = sizeOf(x.shape.slice(axis));
    const { y, mean, invStd } = standardised(x, length, epsilon);
    const data = y.map((value, i) => value * (scale.data[i % length] ?? 0) + (bias.data[i % length] ?? 0));
    const statistics = x.shape.map((dim, i) => (i < axis ? dim : 1));
    return [
      { dtype: x.dtype, shape: x.shape, data },
      { dtype: x.dtype, shape: statistics, data: mean },
      { dtype: x.dtype, shape: statistics, data: invStd },
    ];
  },
});

/** Operands x [N, C, H, W], scale and bias [G, C/G, 1]; outputs y, x̂ = (x - μ)/σ as [N, G, C/G, H·W], and 1/σ [N, G, 1, 1]. */
const groupNormalizationOp = defineOp<{ groups: number; epsilon: number }>({
  type: "radar.GroupNormalization",
  attributes: { groups: "int", epsilon: "float" },
  infer: (inputs, { groups }) => {
    const x = at(inputs, 0);
    const shape = groupedShape(x, groups);
    return [x, { dtype: x.dtype, shape }, { dtype: x.dtype, shape: [at(shape, 0), groups, 1, 1] }];
  },
  vjp: ({ inputs, outputs, outputGradients, attributes: { groups } }) => {
    const [g, ...ofParts] = outputGradients;
    if (g === undefined || ofParts.some((gradient) => gradient !== undefined)) {
      throw new GraphError(
        "E_NO_GRADIENT",
        "groupNorm: expected to be differentiated once, got a gradient of its gradient. Leave the normalisation out of what is differentiated twice.",
      );
    }
    return groupNormVjp(inputs, outputs, g, groups);
  },
  lower: (inputs, { groups, epsilon }) => {
    const [x, scale, bias] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
    const shape = groupedShape(x, groups);
    const normalizedShape = shape.slice(2).map(Number);
    const [normalized, , invStd] = layerNormalizationOp.apply(
      [reshape(x, shape), filled(normalizedShape, 1), filled(normalizedShape, 0)],
      { axis: 2, epsilon },
    ) as [Tensor, Tensor, Tensor];
    const scaled = add(mul(normalized, scale), bias);
    return [reshape(scaled, x.shape), normalized, invStd];
  },
  evaluate: (inputs, { groups, epsilon }) => {
    const [x, scale, bias] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
    const plane = at(x.shape, 2) * at(x.shape, 3);
    const channels = at(x.shape, 1);
    const length = (channels / groups) * plane;
    const { y, invStd } = standardised(x, length, epsilon);
    const data = y.map((value, i) => {
      const channel = Math.floor(i / plane) % channels;
      return value * (scale.data[channel] ?? 0) + (bias.data[channel] ?? 0);
    });
    const [batch, dtype] = [at(x.shape, 0), x.dtype];
    return [
      { dtype, shape: x.shape, data },
      { dtype, shape: [batch, groups, channels / groups, plane], data: y },
      { dtype, shape: [batch, groups, 1, 1], data: invStd },
    ];
  },
});

/**
 * Group normalisation: per image and group of channels to mean 0 and variance 1, then scale and bias per channel.
 *
 * @param x - float32 [N, C, H, W]; C divisible by `groups`.
 * @param scale - γ, float32 [C]; `bias` is β, float32 [C].
 * @param options - `epsilon` is added to the variance. Default 1e-5 (PyTorch's).
 * @returns The same shape; it has a gradient, but no gradient of that gradient.
 * @throws {ShapeError} E_SHAPE if the extents do not fit.
 * @see Wu and He 2018, "Group Normalization", arXiv:1803.08494
 */
export function groupNorm(
  x: Tensor,
  scale: Tensor,
  bias: Tensor,
  options: { groups: number; epsilon?: number },
): Tensor {
  const { groups, epsilon = 1e-5 } = options;
  checkExtents(x, scale, bias, groups);
  const operands = [x, columns(scale, groups), columns(bias, groups)];
  return at(groupNormalizationOp.apply(operands, { groups, epsilon }), 0);
}

function checkExtents(x: Tensor, scale: Tensor, bias: Tensor, groups: number): void {
  const channels = Number(x.shape[1]);
  if (x.shape.length !== 4 || channels % groups !== 0) {
    throw new ShapeError(
      "E_SHAPE",
      `groupNorm: expected x [N, C, H, W] with C divisible by groups = ${groups}, got ${formatType(x)}.`,
    );
  }
  if (sizeOf(scale.shape) !== channels || sizeOf(bias.shape) !== channels) {
    throw new ShapeError(
      "E_SHAPE",
      `groupNorm: expected scale and bias [${channels}], got ${formatType(scale)} and ${formatType(bias)}.`,
    );
  }
}

/**
 * With g the incoming gradient, the sums Σ g and Σ g·x̂ of each channel are ∂β and ∂γ before they are added over the batch, and
 * ∂x = (γ·g - p - q·x̂)/σ with p and q the means over a group of γ·g and γ·g·x̂.
 */
function groupNormVjp(
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  g: Tensor,
  groups: number,
): Tensor[] {
  const [x, scale] = [at(inputs, 0), at(inputs, 1)];
  const [normalized, invStd] = [at(outputs, 1), at(outputs, 2)];
  const shape = groupedShape(x, groups);
  const gradient = reshape(g, shape);
  const ofChannel = (values: Tensor) => reduceSum(values, { axes: [3] }); // [N, G, C/G, 1]
  const [sumG, sumGx] = [ofChannel(gradient), ofChannel(mul(gradient, normalized))];
  const slope = mul(scale, invStd); // γ/σ, [N, G, C/G, 1]
  const length = sizeOf(shape.slice(2));
  const mean = (sums: Tensor) => matmul(slope, sums, { transposeA: true, alpha: 1 / length }); // of a group, over σ: [N, G, 1, 1]
  const common = add(mul(normalized, mean(sumGx)), mean(sumG));
  const acrossBatch = (sums: Tensor) => reduceSum(sums, { axes: [0], keepDims: false });
  const ofInput = sub(mul(gradient, slope), common);
  return [reshape(ofInput, x.shape), acrossBatch(sumGx), acrossBatch(sumG)];
}

/** Values of each channel, [C], as [G, C/G, 1]. */
function columns(values: Tensor, groups: number): Tensor {
  return reshape(values, [groups, sizeOf(values.shape) / groups, 1]);
}

/** x [N, C, H, W] as [N, G, C/G, H·W]. */
function groupedShape(x: TensorType, groups: number): Dim[] {
  const [batch = "N", channels, height, width] = x.shape;
  return [batch, groups, Number(channels) / groups, Number(height) * Number(width)];
}

function filled(shape: readonly number[], value: number): Tensor {
  return constant({ dtype: "float32", shape, data: new Float32Array(sizeOf(shape)).fill(value) });
}

/** Rows of `length` values to mean 0 and variance 1. */
function standardised(
  x: Reference,
  length: number,
  epsilon: number,
): { y: Float64Array; mean: Float64Array; invStd: Float64Array } {
  const rows = x.data.length / length;
  const y = referenceZeros(x.shape).data;
  const [mean, invStd] = [new Float64Array(rows), new Float64Array(rows)];
  for (let row = 0; row < rows; row++) {
    const values = x.data.subarray(row * length, (row + 1) * length);
    const average = values.reduce((sum, value) => sum + value, 0) / length;
    const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / length;
    const inverse = 1 / Math.sqrt(variance + epsilon);
    mean[row] = average;
    invStd[row] = inverse;
    values.forEach((value, i) => {
      y[row * length + i] = (value - average) * inverse;
    });
  }
  return { y, mean, invStd };
}
