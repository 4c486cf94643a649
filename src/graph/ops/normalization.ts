/** Normalisation operators: ONNX LayerNormalization (opset 17) and group normalisation built on it. */
import { GraphError, ShapeError } from "../../base/errors.ts";
import { type Dim, sizeOf } from "../../base/shape.ts";
import { at, defineOp } from "../op.ts";
import { type Reference, referenceZeros } from "../reference-array.ts";
import { constant, formatType, scalar, type Tensor } from "../tensor.ts";
import { add, div, mul, neg, sub } from "./elementwise.ts";
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

/** Operands x [N, C, H, W], scale [C], bias [C]; outputs y, mean [N, G, 1] and 1/σ [N, G, 1]. */
const groupNormalizationOp = defineOp<{ groups: number; epsilon: number }>({
  type: "radar.GroupNormalization",
  attributes: { groups: "int", epsilon: "float" },
  infer: (inputs, { groups }) => {
    const [x, scale, bias] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
    const [batch = "N", channels] = [x.shape[0], Number(x.shape[1])];
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
    const statistics = { dtype: x.dtype, shape: [batch, groups, 1] };
    return [x, statistics, statistics];
  },
  vjp: ({ inputs, outputs, outputGradients, attributes: { groups } }) => {
    const [g, ...ofStatistics] = outputGradients;
    if (g === undefined || ofStatistics.some((gradient) => gradient !== undefined)) {
      throw new GraphError(
        "E_NO_GRADIENT",
        "groupNorm: expected to be differentiated once, got a gradient of its gradient. Leave the normalisation out of what is differentiated twice.",
      );
    }
    return groupNormVjp(inputs, outputs, g, groups);
  },
  lower: (inputs, { groups, epsilon }) => {
    const [x, scale, bias] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
    const { channels, length } = groupGeometry(x, groups);
    const [y, mean, invStd] = layerNormalizationOp.apply(
      [reshape(x, [at(x.shape, 0), groups, length]), filled(length, 1), filled(length, 0)],
      { axis: 2, epsilon },
    ) as [Tensor, Tensor, Tensor];
    const affine = (parameter: Tensor) => reshape(parameter, [channels, 1, 1]);
    return [add(mul(reshape(y, x.shape), affine(scale)), affine(bias)), mean, invStd];
  },
  evaluate: (inputs, { groups, epsilon }) => {
    const [x, scale, bias] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
    const plane = at(x.shape, 2) * at(x.shape, 3);
    const channels = at(x.shape, 1);
    const { y, mean, invStd } = standardised(x, (channels / groups) * plane, epsilon);
    const data = y.map((value, i) => {
      const channel = Math.floor(i / plane) % channels;
      return value * (scale.data[channel] ?? 0) + (bias.data[channel] ?? 0);
    });
    const statistics = [at(x.shape, 0), groups, 1];
    return [
      { dtype: x.dtype, shape: x.shape, data },
      { dtype: x.dtype, shape: statistics, data: mean },
      { dtype: x.dtype, shape: statistics, data: invStd },
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
  return at(groupNormalizationOp.apply([x, scale, bias], { groups, epsilon }), 0);
}

/**
 * With g the incoming gradient, per channel S = Σ g and T = Σ g·x̂ give ∂β and ∂γ, and ∂x is affine in g and x per channel:
 * ∂x = (γ/σ)·g - (q/σ²)·x + (q·μ/σ² - p/σ), p and q the group means of γ·g and γ·g·x̂. Two sums and four passes.
 */
function groupNormVjp(
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  g: Tensor,
  groups: number,
): Tensor[] {
  const [x, scale, bias] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
  const [mean, invStd] = [at(outputs, 1), at(outputs, 2)];
  const { channels, perGroup, plane, length } = groupGeometry(x, groups);
  const batch = at(x.shape, 0);
  const perChannel = (values: Tensor) =>
    reshape(reduceSum(reshape(values, [batch, channels, plane]), { axes: [2], keepDims: false }), [
      batch,
      groups,
      perGroup,
    ]);
  const sumG = perChannel(g); // [N, G, C/G]
  const sumGx = mul(sub(perChannel(mul(g, x)), mul(mean, sumG)), invStd); // Σ g·x̂ [N, G, C/G]
  const gamma = reshape(scale, [1, groups, perGroup]);
  const groupMean = (values: Tensor) => div(reduceSum(mul(gamma, values), { axes: [2] }), scalar(length)); // [N, G, 1]
  const slopeX = neg(mul(mul(invStd, invStd), groupMean(sumGx)));
  const offset = neg(add(mul(slopeX, mean), mul(invStd, groupMean(sumG))));
  const slopeG = reshape(mul(gamma, invStd), [batch, channels, 1, 1]);
  const affineX = reshape(add(mul(reshape(x, [batch, groups, length]), slopeX), offset), x.shape);
  const acrossBatch = (values: Tensor, shape: Tensor["shape"]) =>
    reshape(reduceSum(values, { axes: [0], keepDims: false }), shape);
  return [add(mul(g, slopeG), affineX), acrossBatch(sumGx, scale.shape), acrossBatch(sumG, bias.shape)];
}

function groupGeometry(
  x: Tensor,
  groups: number,
): { channels: number; perGroup: number; plane: number; length: number } {
  const [channels, height, width] = x.shape.slice(1).map(Number) as [number, number, number];
  const perGroup = channels / groups;
  return { channels, perGroup, plane: height * width, length: perGroup * height * width };
}

function filled(length: number, value: number): Tensor {
  return constant({ dtype: "float32", shape: [length], data: new Float32Array(length).fill(value) });
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
