/**
 * What features of good images look like at each place, as a Gaussian: how far a place is from it is how strange it is.
 * The idea is PaDiM's (Defard et al. 2021, arXiv:2011.08785); here places share a covariance, wholly or in part.
 */
import type { NdArray } from "../base/array.ts";
import { invariant } from "../base/check.ts";
import type { Random } from "../base/random.ts";
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
  transpose,
} from "../graph/index.ts";
import { emptyPlaceSums, isAligned, type PlaceSums } from "./alignment.ts";
import { addProducts, placeWhitenings, productCount } from "./place-covariance.ts";
import { spreadOf, whiteningMatrix } from "./whitening.ts";

/** What good places look like. */
export interface FeatureGaussian {
  /** Mean of each place, float32 [L, D], where good images are aligned; of all places, [1, D], where they are not. */
  readonly center: NdArray<"float32">;
  /** Whitening of the features less their place's mean, float32 [D, D] of all places or [L, D, D] of each. */
  readonly whitening: NdArray<"float32">;
}

/** What a {@link FeatureGaussianFit} is told before the first image. */
export interface FeatureGaussianOptions {
  /** Images that will be added. */
  readonly imageCount: number;
  /** L. */
  readonly places: number;
  /** D. */
  readonly dimensions: number;
  /** Whether places of aligned images get covariances of their own; those of others never do. */
  readonly covariance: "shared" | "place";
  readonly random: Random;
}

const rowsKept = 30_000; // places of good images that the shared spread is measured on (ours)

/** Collects features of good images one by one and keeps what {@link FeatureGaussian} needs, not the images. */
export class FeatureGaussianFit {
  readonly #options: FeatureGaussianOptions;
  readonly #rowsPerImage: number;
  readonly #rows: { readonly place: number; readonly values: Float32Array }[] = [];
  /** Sums over images of even and of odd number: the two halves check each other. */
  readonly #halves: readonly [PlaceSums, PlaceSums];
  /** Sums of products at each place, float64 [L, D·(D + 1) / 2]; empty if nobody asks for them. */
  readonly #products: Float64Array;

  constructor(options: FeatureGaussianOptions) {
    const { imageCount, places, dimensions, covariance } = options;
    this.#options = options;
    this.#rowsPerImage = Math.max(1, Math.min(places, Math.floor(rowsKept / imageCount)));
    this.#halves = [emptyPlaceSums(places, dimensions), emptyPlaceSums(places, dimensions)];
    this.#products = new Float64Array(covariance === "place" ? places * productCount(dimensions) : 0);
  }

  /** @param features - float32 [D, L] of one image. */
  add(features: Float32Array): void {
    const [first, second] = this.#halves;
    const half = first.count <= second.count ? first : second;
    const { dimensions, places, random } = this.#options;
    half.count++;
    for (let d = 0; d < dimensions; d++) {
      for (let p = 0; p < places; p++) {
        const value = features[d * places + p] ?? 0;
        half.sum[p * dimensions + d] = (half.sum[p * dimensions + d] ?? 0) + value;
        half.squares += value * value;
      }
    }
    if (this.#products.length > 0) addProducts(this.#products, features, { places, dimensions });
    for (let i = 0; i < this.#rowsPerImage; i++) {
      const place = random.integer(places);
      const values = Float32Array.from({ length: dimensions }, (_, d) => features[d * places + place] ?? 0);
      this.#rows.push({ place, values });
    }
  }

  /** What was learned of the images added. */
  finish(): FeatureGaussian {
    invariant(this.#rows.length > 0, "a Gaussian of no images");
    const { dimensions, places } = this.#options;
    const means = this.#means();
    const isPlaced = means.length > dimensions;
    const residuals = this.#rows.map(({ place, values }) => {
      const start = isPlaced ? place * dimensions : 0;
      return values.map((value, d) => value - (means[start + d] ?? 0));
    });
    const shared = spreadOf(residuals);
    const center = {
      dtype: "float32" as const,
      shape: [means.length / dimensions, dimensions],
      data: Float32Array.from(means, (value, i) => value + (shared.mean[i % dimensions] ?? 0)),
    };
    if (!isPlaced || this.#products.length === 0) {
      const data = Float32Array.from(whiteningMatrix(shared.covariance, dimensions));
      return { center, whitening: { dtype: "float32", shape: [dimensions, dimensions], data } };
    }
    const count = this.#halves[0].count + this.#halves[1].count;
    const data = placeWhitenings(this.#products, { count, means, shared: shared.covariance });
    return { center, whitening: { dtype: "float32", shape: [places, dimensions, dimensions], data } };
  }

  /** Mean of each place, or of all where places do not matter. */
  #means(): Float64Array {
    const [a, b] = this.#halves;
    const { dimensions, places } = this.#options;
    const mean = a.sum.map((value, i) => (value + (b.sum[i] ?? 0)) / (a.count + b.count));
    const overall = new Float64Array(dimensions);
    mean.forEach((value, i) => {
      overall[i % dimensions] = (overall[i % dimensions] ?? 0) + value / places;
    });
    return isAligned(a, b, overall) ? mean : overall;
  }
}

/**
 * Distance of each place from the Gaussian, per dimension: ‖W·(f - mean)‖ / √D (Mahalanobis).
 *
 * @param features - float32 [M, D, h, w].
 * @returns float32 [M, 1, h, w], >= 0; about 1 for good places.
 */
export function gaussianDistance(features: Tensor, { center, whitening }: FeatureGaussian): Tensor {
  const [batch = "N", dimensions = 0, height = 0, width = 0] = features.shape;
  const size = Number(dimensions);
  const rows = transpose(reshape(features, [batch, size, Number(height) * Number(width)]), [0, 2, 1]); // [M, L, D]
  const centred = sub(rows, constant(center));
  const squared =
    whitening.shape.length === 2
      ? reduceSumSquare(matmul(centred, constant(whitening), { transposeB: true }), { axes: [2] }) // [M, L, 1]
      : transpose(reduceSumSquare(eachPlaceWhite(centred, whitening), { axes: [2] }), [1, 0, 2]);
  return reshape(sqrt(mul(squared, scalar(1 / size))), [batch, 1, height, width]);
}

/** Each place's own W: float32 [M, L, D] to [L, M, D]. */
function eachPlaceWhite(centred: Tensor, whitening: NdArray<"float32">): Tensor {
  return matmul(transpose(centred, [1, 0, 2]), constant(whitening), { transposeB: true });
}
