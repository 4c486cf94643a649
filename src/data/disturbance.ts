/** What happens to pictures of good parts between one day and the next: light, colour, sensor noise, blur, position, compression. */
import type { Random } from "../base/random.ts";
import type { RgbImage, Size } from "../base/raster.ts";
import { jpegLoss } from "./jpeg-loss.ts";

/** One way in which a camera shows the same part differently; what is left out does not change. */
export interface Disturbance {
  /** Pixels to the right and downwards. */
  readonly shift?: readonly [right: number, down: number];
  /** Degrees, clockwise around the middle. */
  readonly turn?: number;
  /** Standard deviation of the blur, pixels. */
  readonly blur?: number;
  /** Factor of all colours. */
  readonly light?: number;
  /** Red is multiplied by 1 + this, blue by 1 - this. */
  readonly warmth?: number;
  /** Standard deviation of the sensor's noise, grey levels of 255. */
  readonly noise?: number;
  /** Quality of JPEG, 1 .. 100. */
  readonly jpeg?: number;
}

/**
 * A picture, disturbed: moved, blurred, lit, noised, compressed, in the order in which it happens to light on its way into a file.
 *
 * @param levels - float32 [3, height, width] in [0, 255].
 * @param random - Draws the noise.
 * @returns A new array, integers in [0, 255].
 */
export function disturbed(
  levels: Float32Array,
  size: Size,
  disturbance: Disturbance,
  random: Random,
): Float32Array {
  const { shift = [0, 0], turn = 0, blur = 0, light = 1, warmth = 0, noise = 0, jpeg } = disturbance;
  let result: Float32Array = levels.slice();
  if (turn !== 0 || shift.some((pixels) => pixels !== 0)) result = moved(result, size, shift, turn);
  if (blur > 0) result = blurred(result, size, blur);
  const plane = size.width * size.height;
  const gains = [light * (1 + warmth), light, light * (1 - warmth)];
  for (let i = 0; i < result.length; i++) {
    const grain = noise > 0 ? noise * random.normal() : 0;
    result[i] = byte((result[i] ?? 0) * (gains[Math.floor(i / plane)] ?? 1) + grain);
  }
  return jpeg === undefined ? result : jpegLoss(result, size, jpeg).map(byte);
}

/** {@link disturbed} of a picture as cameras give it. */
export function disturbedImage(image: RgbImage, disturbance: Disturbance, random: Random): RgbImage {
  const { width, height, data } = image;
  const plane = width * height;
  const levels = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) levels[(i % 3) * plane + Math.floor(i / 3)] = data[i] ?? 0;
  const changed = disturbed(levels, { width, height }, disturbance, random);
  return {
    width,
    height,
    data: data.map((_, i) => changed[(i % 3) * plane + Math.floor(i / 3)] ?? 0),
  };
}

function byte(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}

/** Turned around the middle, then shifted; interpolated linearly, what comes in from outside mirrored. */
function moved(
  levels: Float32Array,
  { width, height }: Size,
  [right, down]: readonly [number, number],
  degrees: number,
): Float32Array {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const plane = width * height;
  const result = new Float32Array(levels.length);
  for (let i = 0; i < plane; i++) {
    const [dx, dy] = [(i % width) - middleX - right, Math.floor(i / width) - middleY - down];
    const x = mirrored(middleX + cos * dx + sin * dy, width - 1);
    const y = mirrored(middleY - sin * dx + cos * dy, height - 1);
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [u, v] = [x - left, y - top];
    const [next, below] = [left + 1 < width ? 1 : 0, top + 1 < height ? width : 0];
    for (let at = top * width + left, to = i; to < levels.length; at += plane, to += plane) {
      const upper = (1 - u) * (levels[at] ?? 0) + u * (levels[at + next] ?? 0);
      const lower = (1 - u) * (levels[at + below] ?? 0) + u * (levels[at + below + next] ?? 0);
      result[to] = (1 - v) * upper + v * lower;
    }
  }
  return result;
}

/** A place folded back into 0 .. last. */
function mirrored(place: number, last: number): number {
  const folded = Math.abs(place) % Math.max(1, 2 * last);
  return Math.min(folded, 2 * last - folded);
}

/** Gaussian blur, the edge repeated. */
function blurred(levels: Float32Array, { width, height }: Size, sigma: number): Float32Array {
  const radius = Math.ceil(3 * sigma);
  const bell = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const total = bell.reduce((sum, tap) => sum + tap, 0);
  const taps = bell.map((tap) => tap / total);
  const along = (from: Float32Array, length: number, step: number) => {
    const result = new Float32Array(from.length);
    for (let i = 0; i < from.length; i++) {
      const place = Math.floor(i / step) % length;
      const start = i - place * step;
      let sum = 0;
      for (let k = 0; k < taps.length; k++) {
        const near = Math.max(0, Math.min(length - 1, place + k - radius));
        sum += (taps[k] ?? 0) * (from[start + near * step] ?? 0);
      }
      result[i] = sum;
    }
    return result;
  };
  return along(along(levels, width, 1), height, width);
}

/** A copy of a picture as cameras give it, as {@link randomDisturbance} shows it. */
export function disturbedPicture(image: RgbImage, random: Random): RgbImage {
  const sidePx = Math.min(image.width, image.height);
  return disturbedImage(image, randomDisturbance(random, { sidePx }), random);
}

/** A {@link Disturbance} with its name. */
export interface NamedDisturbance {
  readonly name: string;
  /** What it is, for people. */
  readonly what: string;
  readonly disturbance: Disturbance;
}

/** What a detector should not mind; `radar evaluate --stress` measures it (ours). */
export const usualDisturbances: readonly NamedDisturbance[] = [
  { name: "darker", what: "light \u00d7 0.92", disturbance: { light: 0.92 } },
  { name: "brighter", what: "light \u00d7 1.08", disturbance: { light: 1.08 } },
  { name: "warmer", what: "red + 4 %, blue - 4 %", disturbance: { warmth: 0.04 } },
  { name: "cooler", what: "red - 4 %, blue + 4 %", disturbance: { warmth: -0.04 } },
  { name: "noise", what: "sensor noise of 2 grey levels", disturbance: { noise: 2 } },
  { name: "jpeg", what: "JPEG of quality 80", disturbance: { jpeg: 80 } },
  { name: "blur", what: "blur of 0.6 pixels", disturbance: { blur: 0.6 } },
  { name: "shift", what: "shift of 2 pixels", disturbance: { shift: [2, 0] } },
  { name: "turn", what: "turn of 1 degree", disturbance: { turn: 1 } },
];

/** {@link usualDisturbances} of pictures of that shorter side: small ones are often larger ones made small, and are shifted by less. */
export function usualDisturbancesAt(sidePx: number): readonly NamedDisturbance[] {
  return usualDisturbances.map((named) => {
    const { shift } = named.disturbance;
    if (shift === undefined) return named;
    const most = mostShiftPx(sidePx);
    const within = shift.map((pixels) => Math.max(-most, Math.min(most, pixels)));
    return { ...named, disturbance: { ...named.disturbance, shift: [within[0] ?? 0, within[1] ?? 0] } };
  });
}

/** How far pictures of that side are shifted at most, in pixels. */
function mostShiftPx(sidePx: number): number {
  return Math.min(2, sidePx / 128);
}

const share = 0.5; // of pictures that each kind of disturbance happens to (ours)

/**
 * A disturbance drawn at random, up to about as strong as {@link usualDisturbances}: light, colour, noise, blur, JPEG, a shift and a turn, each for half of
 * the pictures.
 *
 * @param options - `moves`: whether shifts and turns are among them, default true. `sidePx`: the picture's shorter side; of small pictures, which are
 * often larger ones made small, shifts are a 128th of it at most. Default: no small one.
 */
export function randomDisturbance(
  random: Random,
  {
    moves = true,
    sidePx = Infinity,
  }: { readonly moves?: boolean; readonly sidePx?: number | undefined } = {},
): Disturbance {
  const happens = () => random.uniform() < share;
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  const either = (value: number) => (random.uniform() < 0.5 ? -value : value);
  const seen = {
    ...(happens() && { blur: between(0.4, 0.7) }),
    ...(happens() && { light: 1 + either(between(0.04, 0.088)) }),
    ...(happens() && { warmth: either(between(0.02, 0.044)) }),
    ...(happens() && { noise: between(1, 2.4) }),
    ...(happens() && { jpeg: between(75, 90) }),
  };
  if (!moves) return seen;
  const most = mostShiftPx(sidePx);
  return {
    ...seen,
    ...(happens() && { shift: [between(-most, most), between(-most, most)] as const }),
    ...(happens() && { turn: between(-1, 1) }),
  };
}

/**
 * The image as {@link randomDisturbance} shows it.
 *
 * @param image - uint8 [3, S, S], S = `sidePx`.
 */
export function disturbedCopy(image: Uint8Array, sidePx: number, random: Random): Uint8Array {
  return disturbedPlanes(image, sidePx, randomDisturbance(random, { sidePx }), random);
}

/** {@link disturbed} of uint8 [3, S, S], S = `sidePx`. */
export function disturbedPlanes(
  image: Uint8Array,
  sidePx: number,
  disturbance: Disturbance,
  random: Random,
): Uint8Array {
  const size = { width: sidePx, height: sidePx };
  return Uint8Array.from(disturbed(Float32Array.from(image), size, disturbance, random));
}

/** Names of what a detector may be taught to tolerate. */
export const tolerances = ["none", "usual"] as const;

/** "usual": every good image is also shown disturbed while the detector learns. The default is the method's. */
export type Tolerance = (typeof tolerances)[number];
