/**
 * A Gaussian with a covariance of its own at each place, as in PaDiM.
 *
 * @see Defard, Setkov, Loesch and Audigier 2021, "PaDiM", arXiv:2011.08785, section III
 */
import type { NdArray } from "../base/array.ts";
import { invariant } from "../base/check.ts";
import { DataError } from "../base/errors.ts";
import {
  constant,
  matmul,
  mul,
  reduceSumSquare,
  reshape,
  scalar,
  sqrt,
  sub,
  type Tensor,
} from "../graph/index.ts";
import { emptyPlaceSums, isAligned, type PlaceSums } from "./alignment.ts";
import { placeRows } from "./place-rows.ts";
import { meanVariance, transposedStack, whiteningMatrix } from "./whitening.ts";

/** What good places look like; one Gaussian for all of them (L = 1) where good images are not aligned. */
export interface PlaceGaussian {
  /** Mean, float32 [L, D]. */
  readonly mean: NdArray<"float32">;
  /** Transposed whitening, float32 [L, D, D]: a deviation as a row times it has the identity as covariance. */
  readonly whitening: NdArray<"float32">;
}

/** How the Gaussians of places are steadied. */
export interface PlaceGaussianOptions {
  /** Whether each place has a Gaussian of its own where the data say that images are not aligned, too. Default false. */
  readonly alwaysByPlace?: boolean;
  /** So many images' worth of the covariance of all places, for each dimension. Default 2 (ours). */
  readonly priorImages?: number;
  /** Variance that is added to all directions. Default: a thousandth of the mean variance (ours). */
  readonly addedVariance?: number;
}

const imageShrinkage = 0.5; // times D / n: share of the variance between n images that a shared Gaussian adds (ours)
const ridge = 1e-3; // of the mean variance (ours)

/** Collects features of good images one by one and keeps sums, not the images. */
export class PlaceGaussianFit {
  readonly #places: number;
  readonly #dimensions: number;
  readonly #options: PlaceGaussianOptions;
  /** Sums over images of even and of odd number: the two halves check each other. */
  readonly #halves: readonly [PlaceSums, PlaceSums];
  /** Sums of products, float64 [L, D, D], lower triangles. */
  readonly #products: Float64Array;
  /** Sums over images of their mean feature and of its square, float64 [D] each. */
  readonly #imageMeans: { readonly sum: Float64Array; readonly squares: Float64Array };

  /** @param places - L; `dimensions` is D. */
  constructor(places: number, dimensions: number, options: PlaceGaussianOptions = {}) {
    this.#options = options;
    this.#places = places;
    this.#dimensions = dimensions;
    this.#halves = [emptyPlaceSums(places, dimensions), emptyPlaceSums(places, dimensions)];
    this.#products = new Float64Array(places * dimensions * dimensions);
    this.#imageMeans = { sum: new Float64Array(dimensions), squares: new Float64Array(dimensions) };
  }

  /** @param features - float32 [D, L] of one image. */
  add(features: Float32Array): void {
    const [first, second] = this.#halves;
    const half = first.count <= second.count ? first : second;
    const [places, size] = [this.#places, this.#dimensions];
    half.count++;
    const values = new Float64Array(size);
    const sums = new Float64Array(size);
    for (let place = 0; place < places; place++) {
      for (let i = 0; i < size; i++) {
        const value = features[i * places + place] ?? 0;
        values[i] = value;
        sums[i] = (sums[i] ?? 0) + value;
        half.sum[place * size + i] = (half.sum[place * size + i] ?? 0) + value;
        half.squares += value * value;
      }
      addProducts(this.#products, place * size * size, values);
    }
    const { sum, squares } = this.#imageMeans;
    sums.forEach((total, i) => {
      const mean = total / places;
      sum[i] = (sum[i] ?? 0) + mean;
      squares[i] = (squares[i] ?? 0) + mean * mean;
    });
  }

  /**
   * What was learned of the images added.
   *
   * @throws {DataError} E_DATA if a feature was not finite.
   */
  finish(): PlaceGaussian {
    const [a, b] = this.#halves;
    const [places, size] = [this.#places, this.#dimensions];
    const count = a.count + b.count;
    invariant(count > 0, "a Gaussian of no images");
    if (!Number.isFinite(a.squares + b.squares)) {
      throw new DataError("E_DATA", "placeGaussian: expected finite features, got NaN or Infinity.");
    }
    const means = a.sum.map((value, i) => (value + (b.sum[i] ?? 0)) / count);
    const overall = averageRows(means, size);
    const { alwaysByPlace = false, priorImages = 2, addedVariance } = this.#options;
    if (!alwaysByPlace && !isAligned(a, b, overall)) {
      const shared = averageRows(this.#products, size * size).map((product) => product / count);
      subtractProducts(shared, overall);
      this.spreadOfImages().forEach((variance, i) => {
        shared[i * size + i] = (shared[i * size + i] ?? 0) + variance;
      });
      const added = addedVariance ?? ridge * meanVariance(shared, size);
      return gaussianOf(overall, size, () => whiteningMatrix(shared, size, added));
    }
    const covarianceAt = (place: number): Float64Array => {
      const products = this.#products.subarray(place * size * size, (place + 1) * size * size);
      const covariance = products.map((product) => product / count);
      subtractProducts(covariance, means.subarray(place * size, (place + 1) * size));
      return covariance;
    };
    const average = new Float64Array(size * size);
    for (let place = 0; place < places; place++) {
      covarianceAt(place).forEach((value, i) => {
        average[i] = (average[i] ?? 0) + value / places;
      });
    }
    const prior = priorImages * size;
    const added = addedVariance ?? ridge * meanVariance(average, size);
    return gaussianOf(means, size, (place) => {
      // few images say little about one place: (n·C_l + k·C̄) / (n + k), C̄ the mean over all places
      const blended = covarianceAt(place).map(
        (value, i) => (count * value + prior * (average[i] ?? 0)) / (count + prior),
      );
      return whiteningMatrix(blended, size, added);
    });
  }

  /**
   * What n images leave open in a covariance of all places: it rests on n·L of them, but how one *image* differs from another
   * (light, batch) was seen n times only, and D directions of it too tightly.
   *
   * @returns Variance to add in each direction, float64 [D], >= 0.
   */
  spreadOfImages(): Float64Array {
    const { sum, squares } = this.#imageMeans;
    const count = this.#halves[0].count + this.#halves[1].count;
    return sum.map((total, i) => {
      const variance = Math.max(0, (squares[i] ?? 0) / count - (total / count) ** 2);
      return (imageShrinkage * this.#dimensions * variance) / count;
    });
  }
}

/**
 * Distance of each place from its Gaussian, per dimension: ‖W_l·(f - m_l)‖ / √D (Mahalanobis).
 *
 * @param features - float32 [N, D, h, w], L = h·w.
 * @returns float32 [N, 1, h, w], >= 0; about 1 for good places.
 * @see Defard et al. 2021, equation 2
 */
export function placeDistance(features: Tensor, { mean, whitening }: PlaceGaussian): Tensor {
  const [batch = "N", dimensions = 0, height = 0, width = 0] = features.shape;
  const size = Number(dimensions);
  const places = Number(height) * Number(width);
  const deviation = reshape(sub(placeRows(features), constant(mean)), [batch, places, 1, size]);
  const squared = reduceSumSquare(matmul(deviation, constant(whitening)), { axes: [3] });
  return reshape(sqrt(mul(squared, scalar(1 / size))), [batch, 1, height, width]);
}

/** @param whiteningAt - The whitening of a place, float64 [D, D]. */
function gaussianOf(
  means: Float64Array,
  size: number,
  whiteningAt: (place: number) => Float64Array,
): PlaceGaussian {
  const places = means.length / size;
  return {
    mean: { dtype: "float32", shape: [places, size], data: Float32Array.from(means) },
    whitening: transposedStack(places, size, whiteningAt),
  };
}

/** The mean of rows [n, length]. */
function averageRows(rows: Float64Array, length: number): Float64Array {
  const average = new Float64Array(length);
  rows.forEach((value, i) => {
    average[i % length] = (average[i % length] ?? 0) + (value * length) / rows.length;
  });
  return average;
}

function addProducts(matrices: Float64Array, start: number, values: Float64Array): void {
  const size = values.length;
  for (let i = 0; i < size; i++) {
    const value = values[i] ?? 0;
    const row = start + i * size;
    for (let j = 0; j <= i; j++) matrices[row + j] = (matrices[row + j] ?? 0) + value * (values[j] ?? 0);
  }
}

function subtractProducts(matrix: Float64Array, mean: Float64Array): void {
  const size = mean.length;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const at = i * size + j;
      matrix[at] = (matrix[at] ?? 0) - (mean[i] ?? 0) * (mean[j] ?? 0);
    }
  }
}
