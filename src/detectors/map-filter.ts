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
  const kernel = taps.map((tap) => tap / sum);
  const padded = pad(x, [0, 0, radius, radius], [0, 0, radius, radius], "edge");
  return perChannel(perChannel(padded, kernel, [kernel.length, 1]), kernel, [1, kernel.length]);
}

/**
 * Length of the Sobel gradient, √(gx² + gy²).
 *
 * @param x - float32 [N, C, H, W].
 * @returns float32 [N, C, H, W], >= 0, in eighths of x's unit per pixel.
 * @see Sobel and Feldman 1968, "A 3x3 Isotropic Gradient Operator for Image Processing"
 */
export function sobelMagnitude(x: Tensor): Tensor {
  const padded = pad(x, [0, 0, 1, 1], [0, 0, 1, 1], "edge");
  const gx = perChannel(padded, Float32Array.of(-1, 0, 1, -2, 0, 2, -1, 0, 1), [3, 3]);
  const gy = perChannel(padded, Float32Array.of(-1, -2, -1, 0, 0, 0, 1, 2, 1), [3, 3]);
  return sqrt(add(mul(gx, gx), mul(gy, gy)));
}

/**
 * Mean over 3 x 3 places.
 *
 * @param x - float32 [N, C, H, W].
 * @returns The same shape.
 */
export function neighbourhoodMean(x: Tensor): Tensor {
  const padded = pad(x, [0, 0, 1, 1], [0, 0, 1, 1], "edge");
  return perChannel(padded, new Float32Array(9).fill(1 / 9), [3, 3]);
}

/** One kernel for all channels, no padding. */
function perChannel(x: Tensor, kernel: Float32Array, [height, width]: readonly [number, number]): Tensor {
  const channels = Number(x.shape[1]);
  const data = new Float32Array(channels * kernel.length);
  for (let channel = 0; channel < channels; channel++) data.set(kernel, channel * kernel.length);
  const weight = constant({ dtype: "float32", shape: [channels, 1, height, width], data });
  return conv2d(x, weight, { groups: channels });
}
