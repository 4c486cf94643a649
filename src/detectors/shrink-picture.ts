/** Large pictures brought to a model's size before they enter it: inside, each byte of them would become a float, several times. */
import type { RgbImage } from "../base/raster.ts";
import { roundingOffset } from "./preprocess.ts";

/** Pixels above which a picture is shrunk outside of the model (ours): where its floats would begin to fill the memory. */
export const largestWholePixels: number = 2 ** 20;

/**
 * Side in pixels that a whole picture needs for a model's square to be at full resolution.
 *
 * @param frame - Side of the frame around a part that the model cuts out, in widths of the picture. Default: the whole picture.
 */
export function wholeSidePx(size: number, frame = 1): number {
  return Math.ceil(size / Math.min(1, frame));
}

/**
 * A picture as the model's own resize would make it, if it is a large one: the same triangle filter, summed in double precision.
 * The two differ where the last bits decide how a value is rounded, then by 1 of 255.
 *
 * @param size - Side in pixels of the model's square.
 * @returns Of `size` x `size` pixels; pictures of no more than {@link largestWholePixels} pixels as they are.
 */
export function shrinkLarge(picture: RgbImage, size: number): RgbImage {
  const { width, height, data } = picture;
  if (width * height <= largestWholePixels) return picture;
  const [columns, rows] = [tapsOf(width, size), tapsOf(height, size)];
  const shrunk = new Uint8Array(3 * size * size);
  const sums = new Float64Array(3 * width); // one row of the result, not yet narrowed
  let to = 0;
  for (const row of rows) {
    sums.fill(0);
    for (let k = 0; k < row.weights.length; k++) {
      const weight = row.weights[k] ?? 0;
      const from = 3 * width * (row.first + k);
      for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + weight * (data[from + i] ?? 0);
    }
    for (const { first, weights } of columns) {
      let [red, green, blue] = [0, 0, 0];
      for (let k = 0; k < weights.length; k++) {
        const [weight = 0, at] = [weights[k], 3 * (first + k)];
        red += weight * (sums[at] ?? 0);
        green += weight * (sums[at + 1] ?? 0);
        blue += weight * (sums[at + 2] ?? 0);
      }
      shrunk[to++] = Math.floor(red + roundingOffset);
      shrunk[to++] = Math.floor(green + roundingOffset);
      shrunk[to++] = Math.floor(blue + roundingOffset);
    }
  }
  return { width: size, height: size, data: shrunk };
}

/** What a place of a shorter axis is made of. */
interface Taps {
  /** First place of the longer axis. */
  readonly first: number;
  /** Of that place and those after it; they sum to 1. */
  readonly weights: Float64Array;
}

/** A triangle as wide as two steps of the coarser axis, cut off at the borders; as `resizeLinear` has it. */
function tapsOf(extent: number, size: number): Taps[] {
  const reach = Math.max(1, extent / size);
  return Array.from({ length: size }, (_, place) => {
    const centre = ((place + 0.5) * extent) / size - 0.5;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(extent - 1, Math.floor(centre + reach));
    const weights = Float64Array.from(
      { length: last - first + 1 },
      (_, k) => 1 - Math.abs(first + k - centre) / reach,
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { first, weights: weights.map((weight) => weight / total) };
  });
}
