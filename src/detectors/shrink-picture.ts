/** Large pictures brought to a model's size before they enter it: inside, each byte of them would become a float, several times. */
import { type Frame, rgbImageOf, rgbRowsOf } from "../base/frame.ts";
import type { RgbImage } from "../base/raster.ts";
import { roundingOffset } from "./rounding-offset.ts";

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
 * A picture at the size at which it is disturbed where a part is found in it afterwards: as it is, or, with more than twice the pixels to a side
 * that the model needs, with those that it needs. What a camera does is done to the picture; to a large one that would take long and show nothing more.
 *
 * @param size, frame - As of {@link wholeSidePx}.
 */
export function disturbedSize(picture: RgbImage, size: number, frame?: number): RgbImage {
  const side = wholeSidePx(size, frame);
  return shrinkLarge(picture, side, "picture", (2 * side) ** 2);
}

/**
 * A picture as the model's own resize would make it, if it is a large one: the same triangle filter, summed in double precision.
 * The two differ where the last bits decide how a value is rounded, then by 1 of 255.
 *
 * @param size - Side in pixels of the model's square.
 * @param name - Names the picture in messages.
 * @param largestPixels - Pixels above which it is a large one.
 * @returns Of `size` x `size` pixels; pictures of no more than `largestPixels` pixels, and strips with fewer than `size` to a
 * side, stay as large as they are.
 * @throws {OptionError} E_OPTION, {ShapeError} E_DTYPE, E_SHAPE if it is no picture.
 */
export function shrinkLarge(
  picture: Frame,
  size: number,
  name = "picture",
  largestPixels: number = largestWholePixels,
): RgbImage {
  const { width, height, row } = rgbRowsOf(picture, name);
  if (width * height <= largestPixels || Math.min(width, height) < size) return rgbImageOf(picture, name);
  const [across, down] = [axisOf(width, size), axisOf(height, size)];
  const data = new Uint8Array(3 * size * size);
  const narrowed = new Float64Array(3 * size);
  let [falling, rising] = [new Float64Array(3 * size), new Float64Array(3 * size)];
  for (let gap = 0, y = 0; gap <= size; gap++) {
    for (; y < (down.ends[gap] ?? 0); y++) {
      narrow(row(y), across, narrowed);
      const fall = ((down.rests[gap] ?? 0) + (down.ends[gap] ?? 0) - y) / down.step;
      addTimes(falling, narrowed, fall);
      addTimes(rising, narrowed, 1 - fall);
    }
    if (gap > 0) {
      const inverse = 1 / (down.totals[gap - 1] ?? 1);
      const start = 3 * size * (gap - 1);
      for (let i = 0; i < falling.length; i++)
        data[start + i] = Math.floor((falling[i] ?? 0) * inverse + roundingOffset);
    }
    [falling, rising] = [rising, falling.fill(0)];
  }
  return { width: size, height: size, data };
}

/**
 * How a longer axis becomes a shorter one of `size` places: each the mean of a triangle as wide as two steps. In the gap between two
 * places one triangle falls from 1 to 0 as the next rises. Those at the borders are cut off there; as `resizeLinear` has it.
 */
interface Axis {
  /** Longer per shorter extent, at least 1. */
  readonly step: number;
  /** The end of each gap, from that before the first place to that after the last: int32 [size + 1]. */
  readonly ends: Int32Array;
  /** How far the place after each gap is beyond its end, at most 0: float64 [size + 1]. */
  readonly rests: Float64Array;
  /** Sum of the weights of each place: float64 [size]. */
  readonly totals: Float64Array;
}

function axisOf(extent: number, size: number): Axis {
  const step = extent / size;
  const centreOf = (place: number): number => (place + 0.5) * step - 0.5;
  const ends = Int32Array.from({ length: size + 1 }, (_, gap) =>
    Math.min(Math.floor(centreOf(gap)) + 1, extent),
  );
  const rests = Float64Array.from(ends, (end, gap) => centreOf(gap) - end);
  const ones = { step, ends, rests, totals: new Float64Array(size).fill(1) };
  const sums = new Float64Array(3 * size);
  narrow(new Uint8Array(3 * extent).fill(1), ones, sums);
  return { ...ones, totals: sums.filter((_, i) => i % 3 === 0) };
}

/**
 * A row filtered along an axis, without a product for each pixel: of the pixels x of a gap, S = Σ x and the sum R of all its partial
 * sums are taken, in integers. The end of the gap is `end`, so R = Σ x·(end - k), and the falling triangle has (rest·S + R) / step of
 * them; the rising one has the others of S.
 *
 * @param row - uint8 [extent, 3].
 * @param into - float64 [size, 3].
 */
function narrow(row: Uint8Array, { step, ends, rests, totals }: Axis, into: Float64Array): void {
  into.fill(0);
  let at = 0;
  for (let gap = 0; gap < ends.length; gap++) {
    const end = 3 * (ends[gap] ?? 0);
    let [red, green, blue, reds, greens, blues] = [0, 0, 0, 0, 0, 0];
    for (; at < end; at += 3) {
      red += row[at] ?? 0;
      reds += red;
      green += row[at + 1] ?? 0;
      greens += green;
      blue += row[at + 2] ?? 0;
      blues += blue;
    }
    const rest = rests[gap] ?? 0;
    share(into, 3 * gap, red, (rest * red + reds) / step);
    share(into, 3 * gap + 1, green, (rest * green + greens) / step);
    share(into, 3 * gap + 2, blue, (rest * blue + blues) / step);
  }
  for (let i = 0; i < into.length; i++) into[i] = (into[i] ?? 0) / (totals[Math.floor(i / 3)] ?? 1);
}

/** Adds what falls to the place before and what rises to the place at `i`, where there are such places. */
function share(into: Float64Array, i: number, sum: number, falling: number): void {
  if (i >= 3) into[i - 3] = (into[i - 3] ?? 0) + falling;
  if (i < into.length) into[i] = (into[i] ?? 0) + sum - falling;
}

function addTimes(sums: Float64Array, values: Float64Array, factor: number): void {
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + factor * (values[i] ?? 0);
}
