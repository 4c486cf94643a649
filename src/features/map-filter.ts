/** Filters of maps as graphs: Gaussian smoothing, means and the Sobel gradient, each channel by itself, edges repeated. */
import { add, constant, conv2d, mul, pad, sqrt, type Tensor } from "../graph/index.ts";

/**
 * Gaussian smoothing, cut off at three standard deviations.
 *
 * @param x - float32 [N, C, H, W].
 * @param sigmaPx - Standard deviation in pixels, > 0.
 * @returns The same shape.
 */
export function gaussianBlur(x: Tensor, sigmaPx: number): Tensor {
  const radius = Math.max(1, Math.ceil(3 * sigmaPx));
  const taps = Float32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigmaPx * sigmaPx)),
  );
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return alongAxes(
    x,
    taps.map((tap) => tap / sum),
  );
}

/**
 * The same kernel along rows and along columns.
 *
 * @param x - float32 [N, C, H, W].
 * @param kernel - An odd number of values; the middle one belongs to the place itself.
 * @param step - Distance of the places they belong to. Default 1.
 * @returns The same shape.
 */
export function alongAxes(x: Tensor, kernel: Float32Array, step = 1): Tensor {
  const rows = correlate(x, kernel, [kernel.length, 1], step);
  return correlate(rows, kernel, [1, kernel.length], step);
}

/**
 * Correlation of each channel with one kernel.
 *
 * @param x - float32 [N, C, H, W].
 * @param kernel - Row by row, of the odd `size` [height, width].
 * @returns The same shape.
 */
function correlate(x: Tensor, kernel: Float32Array, size: readonly [number, number], step = 1): Tensor {
  const [top, left] = [((size[0] - 1) / 2) * step, ((size[1] - 1) / 2) * step];
  return perChannel(pad(x, [0, 0, top, left], [0, 0, top, left], "edge"), kernel, size, step);
}

/**
 * Correlation of one channel with several kernels.
 *
 * @param x - float32 [N, 1, H, W].
 * @param kernels - K of them, each row by row, of the odd `size` [height, width].
 * @param step - Distance of the places that their values belong to. Default 1.
 * @returns float32 [N, K, H, W].
 */
export function correlateWithEach(
  x: Tensor,
  kernels: readonly Float32Array[],
  [height, width]: readonly [number, number],
  step = 1,
): Tensor {
  const data = new Float32Array(kernels.length * height * width);
  for (const [i, kernel] of kernels.entries()) data.set(kernel, i * height * width);
  const weight = constant({ dtype: "float32", shape: [kernels.length, 1, height, width], data });
  const [top, left] = [((height - 1) / 2) * step, ((width - 1) / 2) * step];
  return conv2d(pad(x, [0, 0, top, left], [0, 0, top, left], "edge"), weight, { dilation: step });
}

/**
 * Length of the Sobel gradient, √(gx² + gy²).
 *
 * @param x - float32 [N, C, H, W].
 * @param size - Side of the kernel in pixels. Default 3.
 * @returns float32 [N, C, H, W], >= 0, in eighths (of 3 pixels) or 128ths (of 5) of x's unit per pixel.
 * @see Sobel and Feldman 1968, "A 3x3 Isotropic Gradient Operator for Image Processing"
 */
export function sobelMagnitude(x: Tensor, size: 3 | 5 = 3): Tensor {
  const { smooth, slope } = sobelKernels[size];
  const gx = correlate(correlate(x, smooth, [size, 1]), slope, [1, size]);
  const gy = correlate(correlate(x, smooth, [1, size]), slope, [size, 1]);
  return sqrt(add(mul(gx, gx), mul(gy, gy)));
}

/** Across the slope and along it; those of 5 are those of 3 smoothed once more by 1, 2, 1. */
const sobelKernels = {
  3: { smooth: Float32Array.of(1, 2, 1), slope: Float32Array.of(-1, 0, 1) },
  5: { smooth: Float32Array.of(1, 4, 6, 4, 1), slope: Float32Array.of(-1, -2, 0, 2, 1) },
} as const;

/**
 * Mean over a square of places: 3 x 3 for a radius of 1.
 *
 * @param x - float32 [N, C, H, W].
 * @param radius - Places to each side, integer >= 1.
 * @returns The same shape.
 */
export function neighbourhoodMean(x: Tensor, radius = 1): Tensor {
  const side = 2 * radius + 1;
  return alongAxes(x, new Float32Array(side).fill(1 / side));
}

/** One kernel for all channels, no padding. */
function perChannel(
  x: Tensor,
  kernel: Float32Array,
  [height, width]: readonly [number, number],
  dilation: number,
): Tensor {
  const channels = Number(x.shape[1]);
  const data = new Float32Array(channels * kernel.length);
  for (let channel = 0; channel < channels; channel++) data.set(kernel, channel * kernel.length);
  const weight = constant({ dtype: "float32", shape: [channels, 1, height, width], data });
  return conv2d(x, weight, { groups: channels, dilation });
}
