/** Which mirrorings and turns leave the good images as good: learnt from the images themselves. */
import { checkInteger } from "../base/check.ts";
import { ShapeError } from "../base/errors.ts";
import { applySymmetry, type Symmetry, symmetries } from "./symmetry.ts";

/** How well one symmetry fits the good images. */
export interface SymmetryEvidence {
  readonly symmetry: Symmetry;
  /** Median over the images x of d(g(x)); see {@link symmetryEvidence}. */
  readonly medianDistance: number;
  /** 90th percentile of d(x) itself. */
  readonly ownDistanceP90: number;
  /** Median over the images of d(g(x)) / d(x): about 1 for a true symmetry. */
  readonly medianGrowth: number;
  /** `medianDistance <= ownDistanceP90` and `medianGrowth <= 1.5`. */
  readonly fits: boolean;
}

/** Images are averaged down to this side at most before they are compared (ours). */
const comparedSize = 64;

/** s, the least spread of a pixel, grey levels (ours): it keeps constant pixels from deciding alone. */
const leastSpread = 3;

/**
 * Growth up to which a symmetry fits (ours). Measured on real sets of 100 to 267 good images: at most 1.35 for mirrored textures
 * (stone tiles, printed and magnetic surfaces), at least 1.72 for mirrored objects that lie the same way (bottle, pill).
 */
const largestGrowth = 1.5;

/** All sets of symmetries that are closed under composition, largest first. */
const groups: ReadonlyArray<readonly Symmetry[]> = [
  symmetries,
  ["identity", "flipX", "flipY", "rot180"],
  ["identity", "transpose", "antitranspose", "rot180"],
  ["identity", "rot90", "rot180", "rot270"],
  ["identity", "flipX"],
  ["identity", "flipY"],
  ["identity", "rot180"],
  ["identity", "transpose"],
  ["identity", "antitranspose"],
  ["identity"],
];

/**
 * The symmetries that training may apply: the largest group (closed under composition) of those that fit; among equally large
 * ones that with the smallest distances.
 *
 * Textures without a direction get all eight, objects that always lie the same way only the identity.
 *
 * @param images - Good images, each uint8 [channels, size, size]; with fewer than two only the identity is allowed.
 * @param size - Side in pixels.
 * @param channels - Number of channels.
 * @returns At least the identity, in the order of {@link symmetries}.
 * @throws {ShapeError} E_SHAPE if an image has another size.
 */
export function allowedSymmetries(images: readonly Uint8Array[], size: number, channels: number): Symmetry[] {
  const evidence = symmetryEvidence(images, size, channels).filter(({ fits }) => fits);
  const distance = new Map(evidence.map(({ symmetry, medianDistance }) => [symmetry, medianDistance]));
  const total = (group: readonly Symmetry[]): number =>
    group.reduce((sum, symmetry) => sum + (distance.get(symmetry) ?? 0), 0);
  const [best = ["identity" as const]] = groups
    .filter((group) => group.every((symmetry) => symmetry === "identity" || distance.has(symmetry)))
    .sort((a, b) => b.length - a.length || total(a) - total(b));
  return symmetries.filter((symmetry) => best.includes(symmetry));
}

/**
 * Compares every image and its transforms with all other images.
 *
 * With μ and σ of each value over the other images (leave one out), d(x) = mean((x - μ)² / (σ² + s²)). A symmetry g fits when
 * g(x) is as near to the others as good images are: the median of d(g(x)) is at most the 90th percentile of d(x), and the median
 * of d(g(x)) / d(x) at most 1.5. The second rule compares each image with itself, so that it sees a small but systematic
 * difference, such as a mirrored imprint, among images that differ much from one another.
 *
 * @param images - Good images, each uint8 [channels, size, size].
 * @param size - Side in pixels.
 * @param channels - Number of channels.
 * @returns One entry for each symmetry but the identity; none for fewer than two images.
 * @throws {ShapeError} E_SHAPE if an image has another size.
 */
export function symmetryEvidence(
  images: readonly Uint8Array[],
  size: number,
  channels: number,
): SymmetryEvidence[] {
  checkInteger("size", size, { minimum: 1 });
  checkInteger("channels", channels, { minimum: 1 });
  checkLengths(images, channels * size * size);
  if (images.length < 2) return [];
  const side = Math.min(size, comparedSize);
  const small = images.map((image) => averageDown(image, size, channels, side));
  const distance = leaveOneOutDistance(small);
  const own = small.map((image, i) => distance(image, i));
  const ownDistanceP90 = quantile(own, 0.9);
  return symmetries
    .filter((symmetry) => symmetry !== "identity")
    .map((symmetry) => {
      const moved = small.map((image, i) => distance(applySymmetry(symmetry, image, side, channels), i));
      const medianDistance = quantile(moved, 0.5);
      const growth = moved.map((value, i) => (value === own[i] ? 1 : value / (own[i] ?? 0)));
      const medianGrowth = quantile(growth, 0.5);
      const fits = medianDistance <= ownDistanceP90 && medianGrowth <= largestGrowth;
      return { symmetry, medianDistance, ownDistanceP90, medianGrowth, fits };
    });
}

/** d of a picture, measured with the mean and spread of all images but number `left`. */
function leaveOneOutDistance(images: readonly Uint8Array[]): (picture: Uint8Array, left: number) => number {
  const length = images[0]?.length ?? 0;
  const sums = new Float64Array(length);
  const squares = new Float64Array(length);
  for (const image of images) {
    for (let i = 0; i < length; i++) {
      const value = image[i] ?? 0;
      sums[i] = (sums[i] ?? 0) + value;
      squares[i] = (squares[i] ?? 0) + value * value;
    }
  }
  const others = images.length - 1;
  return (picture, left) => {
    const own = images[left] ?? picture;
    let total = 0;
    for (let i = 0; i < length; i++) {
      const value = own[i] ?? 0;
      const mean = ((sums[i] ?? 0) - value) / others;
      const variance = Math.max(((squares[i] ?? 0) - value * value) / others - mean * mean, 0);
      total += ((picture[i] ?? 0) - mean) ** 2 / (variance + leastSpread ** 2);
    }
    return total / length;
  };
}

/** [channels, size, size] to [channels, side, side]: the mean of the source pixels of each cell. */
function averageDown(image: Uint8Array, size: number, channels: number, side: number): Uint8Array {
  if (side === size) return image;
  const edges = Array.from({ length: side + 1 }, (_, i) => Math.floor((i * size) / side));
  const result = new Uint8Array(channels * side * side);
  for (let channel = 0, to = 0; channel < channels; channel++) {
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) result[to++] = Math.round(cellMean(channel, y, x));
    }
  }
  return result;

  function cellMean(channel: number, y: number, x: number): number {
    const [top = 0, bottom = 0] = [edges[y], edges[y + 1]];
    const [left = 0, right = 0] = [edges[x], edges[x + 1]];
    let sum = 0;
    for (let row = top; row < bottom; row++) {
      const from = (channel * size + row) * size;
      for (let column = left; column < right; column++) sum += image[from + column] ?? 0;
    }
    return sum / ((bottom - top) * (right - left));
  }
}

function checkLengths(images: readonly Uint8Array[], values: number): void {
  const misfit = images.findIndex((image) => image.length !== values);
  if (misfit < 0) return;
  throw new ShapeError(
    "E_SHAPE",
    `allowedSymmetries: expected ${values} values in every image (channels x size x size), got ${images[misfit]?.length} in image ${misfit}.`,
  );
}

/** Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996, NumPy's default). */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}
