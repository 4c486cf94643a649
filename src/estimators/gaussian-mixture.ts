/** What good places look like in kinds, wherever they are: a mixture of Gaussians of their features. */
import { floatValues, type NdArray } from "../base/array.ts";
import { invariant } from "../base/check.ts";
import type { Random } from "../base/random.ts";
import {
  constant,
  matmul,
  mul,
  reduceMin,
  reduceSumSquare,
  reshape,
  scalar,
  sqrt,
  sub,
  type Tensor,
} from "../graph/index.ts";
import { placeRows } from "./place-rows.ts";
import { meanVariance, transposedStack, whiteningMatrix } from "./whitening.ts";

/** Gaussians of K kinds of places. */
export interface GaussianMixture {
  /** float32 [K, 1, D]. */
  readonly mean: NdArray<"float32">;
  /** Transposed whitening, float32 [K, D, D]: a deviation as a row times it has the identity as covariance. */
  readonly whitening: NdArray<"float32">;
}

/** How a mixture is fitted. */
export interface GaussianMixtureOptions {
  /** K, at most; fewer where there are few points. */
  readonly components: number;
  /** Variance that every component's directions get besides their own, float64 [D]. */
  readonly addedVariance: Float64Array;
  readonly random: Random;
}

const iterations = 12; // at most (ours)
const settledShare = 1 / 20; // of the points, that change their component at most in the last iteration (ours): later ones gain less than another seed
const pointsPerDimension = 4; // and component, at least: fewer components otherwise (ours)
const priorPoints = 2; // times D: how many points the mean covariance of all components counts for (ours)
const ridge = 1e-3; // of the mean variance, as in the Gaussians of places (ours)
const farPoint = 4; // times D: squared distances beyond it do not make a point more likely to be a first mean (ours)

interface Component {
  readonly mean: Float64Array;
  /** Lower triangular, float64 [D, D]. */
  readonly whitening: Float64Array;
  /** log |C|. */
  readonly logDeterminant: number;
}

/** Points, and room for the deviation of one from a mean, float64 [D]: made once, not for each of millions of distances. */
interface Probe {
  readonly points: Float32Array;
  readonly deviation: Float64Array;
}

/**
 * Fits by hard expectation and maximisation: each point belongs to the component that makes it likeliest (all weights the same),
 * each component is the Gaussian of its points, until hardly any point changes its component. First means are drawn as in k-means++, in the metric of all points.
 *
 * @param points - float32 [n, D], n >= 1.
 * @see Celeux and Govaert 1992, "A classification EM algorithm", doi:10.1016/0167-9473(92)90042-E; Arthur and Vassilvitskii 2007, "k-means++"
 */
export function fitGaussianMixture(
  points: Float32Array,
  dimensions: number,
  options: GaussianMixtureOptions,
): GaussianMixture {
  const count = points.length / dimensions;
  invariant(count > 0, "a mixture of no points");
  const most = Math.floor(count / (pointsPerDimension * dimensions));
  const wanted = Math.max(1, Math.min(options.components, most));
  const { addedVariance, random } = options;
  const [all] = gaussiansOf(points, dimensions, new Int32Array(count), addedVariance);
  invariant(all, "no Gaussian of all points");
  let components = firstMeans(points, all, wanted, random).map((mean) => ({ ...all, mean }));
  const owners = new Int32Array(count);
  for (let i = 0; i < iterations; i++) {
    const moved = assign(points, components, owners);
    components = gaussiansOf(points, dimensions, owners, addedVariance);
    if (moved <= settledShare * count) break;
  }
  return joined(components, dimensions);
}

/**
 * Distance of each place from the nearest component, per dimension: min over k of ‖W_k·(f - m_k)‖ / √D.
 *
 * @param features - float32 [N, D, h, w].
 * @returns float32 [N, 1, h, w], >= 0; about 1 for good places.
 */
export function mixtureDistance(features: Tensor, { mean, whitening }: GaussianMixture): Tensor {
  const [batch = "N", dimensions = 0, height = 0, width = 0] = features.shape;
  const size = Number(dimensions);
  const places = Number(height) * Number(width);
  const deviations = sub(reshape(placeRows(features), [batch, 1, places, size]), constant(mean));
  const squares = reduceSumSquare(matmul(deviations, constant(whitening)), { axes: [3] });
  const nearest = reduceMin(squares, { axes: [1] });
  return reshape(sqrt(mul(nearest, scalar(1 / size))), [batch, 1, height, width]);
}

/**
 * What is left of features once the mean of their kind is taken away: of each place its deviation from the component that is nearest, as in {@link mixtureDistance}.
 *
 * @param features - float32 [D, L] of one image.
 * @returns float32 [D, L].
 */
export function mixtureResiduals(features: Float32Array, { mean, whitening }: GaussianMixture): Float32Array {
  const [count = 0, , size = 0] = mean.shape.map(Number);
  const places = features.length / size;
  const [means, factors] = [floatValues(mean), floatValues(whitening)];
  const deviation = new Float64Array(size);
  const left = new Float32Array(features.length);
  for (let place = 0; place < places; place++) {
    let least = Infinity;
    for (let k = 0; k < count; k++) {
      for (let i = 0; i < size; i++) {
        deviation[i] = (features[i * places + place] ?? 0) - (means[k * size + i] ?? 0);
      }
      const distance = squaredLength(
        deviation,
        factors.subarray(k * size * size, (k + 1) * size * size),
        least,
      );
      if (distance >= least) continue;
      least = distance;
      for (let i = 0; i < size; i++) left[i * places + place] = deviation[i] ?? 0;
    }
  }
  return left;
}

/** ‖d·W‖² with W upper triangular, float32 [D, D]; or some number of at least `enough` once it is sure to be that much. */
function squaredLength(deviation: Float64Array, factor: Float32Array, enough: number): number {
  const size = deviation.length;
  let sum = 0;
  for (let column = 0; column < size && sum < enough; column++) {
    let value = 0;
    for (let row = 0; row <= column; row++)
      value += (deviation[row] ?? 0) * (factor[row * size + column] ?? 0);
    sum += value * value;
  }
  return sum;
}

/** Points drawn one after the other, each the likelier the further it is from those drawn before. */
function firstMeans(points: Float32Array, all: Component, count: number, random: Random): Float64Array[] {
  const size = all.mean.length;
  const limit = farPoint * size;
  const probe = { points, deviation: new Float64Array(size) };
  const nearest = new Float64Array(points.length / size).fill(limit);
  const means: Float64Array[] = [];
  let row = random.integer(nearest.length);
  while (means.length < count) {
    const mean = Float64Array.from(points.subarray(row * size, (row + 1) * size));
    means.push(mean);
    let total = 0;
    const metric = { ...all, mean };
    nearest.forEach((before, i) => {
      nearest[i] = Math.min(before, squaredDistance(probe, i, metric, before));
      total += nearest[i] ?? 0;
    });
    let rest = random.uniform() * total;
    row = Math.max(
      0,
      nearest.findIndex((share) => {
        rest -= share;
        return rest < 0;
      }),
    );
  }
  return means;
}

/** Gives every point to its likeliest component; returns how many changed theirs. */
function assign(points: Float32Array, components: readonly Component[], owners: Int32Array): number {
  let moved = 0;
  const probe = { points, deviation: new Float64Array(components[0]?.mean.length ?? 0) };
  const costOf = (row: number, k: number, enough: number): number => {
    const component = components[k];
    if (component === undefined) return Infinity;
    const { logDeterminant } = component;
    return logDeterminant + squaredDistance(probe, row, component, enough - logDeterminant);
  };
  owners.forEach((before, row) => {
    let owner = before < components.length ? before : 0; // most stay: the others need not be measured to the end
    let best = costOf(row, owner, Infinity);
    for (let k = 0; k < components.length; k++) {
      if (k === owner) continue;
      const cost = costOf(row, k, best);
      if (cost < best) {
        best = cost;
        owner = k;
      }
    }
    if (owner !== before) moved++;
    owners[row] = owner;
  });
  return moved;
}

/**
 * ‖W·(f - m)‖² of one point, or some number of at least `enough` once it is sure to be that much. Four rows of W at a time: their sums do not wait
 * for one another.
 */
function squaredDistance(
  { points, deviation }: Probe,
  row: number,
  { mean, whitening }: Component,
  enough: number,
): number {
  const size = mean.length;
  const start = row * size;
  for (let i = 0; i < size; i++) deviation[i] = (points[start + i] ?? 0) - (mean[i] ?? 0);
  let sum = 0;
  let i = 0;
  for (; i + 4 <= size && sum < enough; i += 4) {
    const first = i * size;
    const second = first + size;
    const third = second + size;
    const fourth = third + size;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let j = 0; j < i + 4; j++) {
      const value = deviation[j] ?? 0;
      a += (whitening[first + j] ?? 0) * value;
      b += (whitening[second + j] ?? 0) * value;
      c += (whitening[third + j] ?? 0) * value;
      d += (whitening[fourth + j] ?? 0) * value;
    }
    sum = sum + a * a + b * b + c * c + d * d;
  }
  for (; i < size && sum < enough; i++) {
    let value = 0;
    for (let j = 0; j <= i; j++) value += (whitening[i * size + j] ?? 0) * (deviation[j] ?? 0);
    sum += value * value;
  }
  return sum;
}

/** The Gaussian of each owner's points. Owners without any are left out, and the others numbered anew in their order. */
function gaussiansOf(
  points: Float32Array,
  size: number,
  owners: Int32Array,
  addedVariance: Float64Array,
): Component[] {
  const groups: number[][] = [];
  owners.forEach((owner, row) => {
    groups[owner] ??= [];
    groups[owner].push(row);
  });
  const kept = groups.filter(() => true); // without holes
  for (const [owner, rows] of kept.entries()) for (const row of rows) owners[row] = owner;
  const moments = kept.map((rows) => momentsOf(points, size, rows));
  const average = new Float64Array(size * size);
  for (const { count, covariance } of moments) {
    covariance.forEach((value, i) => {
      average[i] = (average[i] ?? 0) + (value * count) / owners.length;
    });
  }
  const added = ridge * meanVariance(average, size);
  const prior = priorPoints * size;
  return moments.map(({ count, mean, covariance }) => {
    const blended = covariance.map(
      (value, i) => (count * value + prior * (average[i] ?? 0)) / (count + prior),
    );
    addedVariance.forEach((value, i) => {
      blended[i * size + i] = (blended[i * size + i] ?? 0) + value;
    });
    const whitening = whiteningMatrix(blended, size, added);
    let logDeterminant = 0;
    for (let i = 0; i < size; i++) logDeterminant -= 2 * Math.log(whitening[i * size + i] ?? 1);
    return { mean, whitening, logDeterminant };
  });
}

/** Mean and covariance (lower triangle) of some of the points. */
function momentsOf(
  points: Float32Array,
  size: number,
  rows: readonly number[],
): { readonly count: number; readonly mean: Float64Array; readonly covariance: Float64Array } {
  const count = rows.length;
  const mean = new Float64Array(size);
  for (const row of rows) {
    for (let i = 0; i < size; i++) mean[i] = (mean[i] ?? 0) + (points[row * size + i] ?? 0) / count;
  }
  const covariance = new Float64Array(size * size);
  const deviation = new Float64Array(size);
  for (const row of rows) {
    for (let i = 0; i < size; i++) deviation[i] = (points[row * size + i] ?? 0) - (mean[i] ?? 0);
    for (let i = 0; i < size; i++) {
      const value = (deviation[i] ?? 0) / count;
      for (let j = 0; j <= i; j++) {
        covariance[i * size + j] = (covariance[i * size + j] ?? 0) + value * (deviation[j] ?? 0);
      }
    }
  }
  return { count, mean, covariance };
}

function joined(components: readonly Component[], size: number): GaussianMixture {
  const means = components.flatMap(({ mean }) => Array.from(mean));
  const count = components.length;
  const whiteningOf = (k: number) => components[k]?.whitening ?? new Float64Array();
  return {
    mean: { dtype: "float32", shape: [count, 1, size], data: Float32Array.from(means) },
    whitening: transposedStack(count, size, whiteningOf),
  };
}
