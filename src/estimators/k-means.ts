/** Points in groups around their means. */
import { checkInteger } from "../base/check.ts";
import { DataError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { float32Points } from "./float32-points.ts";

/** How {@link kMeans} looks for groups. */
export interface KMeansOptions {
  /** Groups, integer >= 1; as many as there are points if there are fewer. */
  readonly clusters: number;
  /** Rounds at most, integer >= 1. Default 100 (ours). */
  readonly iterations?: number;
  readonly random: Random;
}

/**
 * Centres of groups: first means drawn as in k-means++, then Lloyd's rounds.
 *
 * @param features - [N * dimensions], point after point; finite within float32's range; N >= 1.
 * @returns float32 [K * dimensions], centre after centre.
 * @throws {OptionError} E_OPTION if an option is out of range.
 * @throws {ShapeError} E_SHAPE if the length is no multiple of `dimensions`.
 * @throws {DataError} E_DATA if there is no point or a feature is not finite in float32.
 * @see Arthur and Vassilvitskii 2007, "k-means++: The Advantages of Careful Seeding"
 * @example
 * const centres = kMeans([0, 1, 10, 11], 1, { clusters: 2, random: new Random(0) });
 * Array.from(centres).sort((a, b) => a - b); //=> [0.5, 10.5]
 */
export function kMeans(
  features: ArrayLike<number>,
  dimensions: number,
  { clusters, iterations = 100, random }: KMeansOptions,
): Float32Array {
  checkInteger("clusters", clusters, { minimum: 1 });
  checkInteger("iterations", iterations, { minimum: 1 });
  const points = float32Points("kMeans", features, dimensions);
  if (points.length === 0) throw new DataError("E_DATA", "kMeans: expected at least 1 point, got none.");
  return lloyd(points, firstCentres(points, dimensions, { clusters, random }), { dimensions, iterations });
}

/**
 * Lloyd's rounds: each point goes to its nearest centre, each centre to the mean of its points, until no point moves.
 * A centre that no point is nearest to stays where it is.
 *
 * @param points - float32 [N * dimensions].
 * @param centres - Where to begin, float32 [K * dimensions].
 * @returns The same form as `centres`.
 * @see Lloyd 1982, "Least squares quantization in PCM"
 */
export function lloyd(
  points: Float32Array,
  centres: Float32Array,
  { dimensions, iterations }: { readonly dimensions: number; readonly iterations: number },
): Float32Array {
  const owners = new Int32Array(points.length / dimensions).fill(-1);
  let current = centres;
  for (let i = 0; i < iterations; i++) {
    let moved = 0;
    owners.forEach((before, point) => {
      const owner = nearestCentre(points, point, current, dimensions);
      if (owner === before) return;
      owners[point] = owner;
      moved++;
    });
    if (moved === 0) break;
    current = meansOf(points, owners, current, dimensions);
  }
  return current;
}

/** Points drawn one after the other, each with a chance in proportion to its squared distance from those drawn before. */
function firstCentres(
  points: Float32Array,
  dimensions: number,
  { clusters, random }: Pick<KMeansOptions, "clusters" | "random">,
): Float32Array {
  const nearest = new Float64Array(points.length / dimensions).fill(Number.POSITIVE_INFINITY);
  const centres: number[] = [];
  let drawn = random.integer(nearest.length);
  for (;;) {
    const centre = points.slice(drawn * dimensions, (drawn + 1) * dimensions);
    centres.push(...centre);
    if (centres.length >= clusters * dimensions) break;
    let total = 0;
    nearest.forEach((before, point) => {
      const distance = Math.min(before, squaredDistance(points, point, centre, 0, dimensions));
      nearest[point] = distance;
      total += distance;
    });
    if (total === 0) break; // every point is a centre
    drawn = drawInProportion(nearest, random.uniform() * total);
  }
  return Float32Array.from(centres);
}

/** The place at which the sum of the weights passes `share`. */
function drawInProportion(weights: Float64Array, share: number): number {
  let [rest, drawn] = [share, 0];
  for (let place = 0; place < weights.length && rest > 0; place++) {
    const weight = weights[place] ?? 0;
    if (weight > 0) drawn = place; // also where rounding leaves a little of the share
    rest -= weight;
  }
  return drawn;
}

function nearestCentre(
  points: Float32Array,
  point: number,
  centres: Float32Array,
  dimensions: number,
): number {
  let [nearest, least] = [0, Number.POSITIVE_INFINITY];
  for (let centre = 0; centre < centres.length / dimensions; centre++) {
    const distance = squaredDistance(points, point, centres, centre, dimensions);
    if (distance < least) [nearest, least] = [centre, distance];
  }
  return nearest;
}

function meansOf(
  points: Float32Array,
  owners: Int32Array,
  before: Float32Array,
  dimensions: number,
): Float32Array {
  const sums = new Float64Array(before.length);
  const counts = new Int32Array(before.length / dimensions);
  owners.forEach((owner, point) => {
    counts[owner] = (counts[owner] ?? 0) + 1;
    for (let i = 0; i < dimensions; i++) {
      sums[owner * dimensions + i] =
        (sums[owner * dimensions + i] ?? 0) + (points[point * dimensions + i] ?? 0);
    }
  });
  return before.map((old, i) => {
    const count = counts[Math.floor(i / dimensions)] ?? 0;
    return count === 0 ? old : (sums[i] ?? 0) / count;
  });
}

function squaredDistance(
  a: Float32Array,
  rowOfA: number,
  b: Float32Array,
  rowOfB: number,
  dimensions: number,
): number {
  let sum = 0;
  for (let i = 0; i < dimensions; i++) {
    const difference = (a[rowOfA * dimensions + i] ?? 0) - (b[rowOfB * dimensions + i] ?? 0);
    sum += difference * difference;
  }
  return sum;
}
