/** From a camera's pixels to what the network sees: the first part of every model file. */
import {
  add,
  cast,
  floor,
  input,
  mul,
  resizeLinear,
  scalar,
  sub,
  type Tensor,
  transpose,
} from "../graph/index.ts";

/** Name of the input of every model file. */
export const imageInputName = "image";

/** The input: uint8 [N, H, W, 3], red-green-blue, N, H and W known at run time. */
export function imageInput(): Tensor {
  return input(imageInputName, "uint8", ["N", "H", "W", 3]);
}

/**
 * Pictures of any size as square ones of the network's size.
 *
 * Values are rounded to integers, so that pictures resized once and stored as bytes give the very same result.
 *
 * @param image - uint8 [N, H, W, 3].
 * @param size - Side in pixels; the proportions are not kept.
 * @returns float32 [N, 3, size, size], integers in [0, 255].
 */
export function resizePixels(image: Tensor, size: number): Tensor {
  const planes = transpose(cast(image, "float32"), [0, 3, 1, 2]);
  return floor(add(resizeLinear(planes, size, size), scalar(0.5)));
}

/** Pixel values [0, 255] as the network's [-1, 1]: x / 127.5 - 1. */
export function toNetworkRange(pixels: Tensor): Tensor {
  return sub(mul(pixels, scalar(1 / 127.5)), scalar(1));
}
