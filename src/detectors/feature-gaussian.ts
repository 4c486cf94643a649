/**
 * What features of good images look like at each place, as a Gaussian: how far a place is from it is how strange it is.
 * The idea is PaDiM's (Defard et al. 2021, arXiv:2011.08785), with one covariance for all places and features of our own network.
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
import { fitWhitening, type Whitening } from "./whitening.ts";

/** What good places look like. */
export interface FeatureGaussian {
  /** Mean of each place, float32 [L, D], where good images are aligned; of all places, [1, D], where they are not. */
  readonly center: NdArray<"float32">;
  /** Of the features less their place's mean. */
  readonly whitening: Whitening;
}

const rowsKept = 30_000; // places of good images that the spread is measured on (ours)

/** Collects features of good images one by one and keeps what {@link FeatureGaussian} needs, not the images. */
export class FeatureGaussianFit {
  readonly #random: Random;
  readonly #rowsPerImage: number;
  readonly #dimensions: number;
  readonly #rows: { readonly place: number; readonly values: Float32Array }[] = [];
  /** Sums over images of even and of odd number: the two halves check each other. */
  readonly #halves: readonly [PlaceSums, PlaceSums];

  /**
   * @param imageCount - Images that will be added.
   * @param places - L; `dimensions` is D.
   */
  constructor(imageCount: number, places: number, dimensions: number, random: Random) {
    this.#random = random;
    this.#dimensions = dimensions;
    this.#rowsPerImage = Math.max(1, Math.min(places, Math.floor(rowsKept / imageCount)));
    this.#halves = [emptyPlaceSums(places, dimensions), emptyPlaceSums(places, dimensions)];
  }

  /** @param features - float32 [D, L] of one image. */
  add(features: Float32Array): void {
    const [first, second] = this.#halves;
    const half = first.count <= second.count ? first : second;
    const dimensions = this.#dimensions;
    const places = features.length / dimensions;
    half.count++;
    for (let d = 0; d < dimensions; d++) {
      for (let p = 0; p < places; p++) {
        const value = features[d * places + p] ?? 0;
        half.sum[p * dimensions + d] = (half.sum[p * dimensions + d] ?? 0) + value;
        half.squares += value * value;
      }
    }
    for (let i = 0; i < this.#rowsPerImage; i++) {
      const place = this.#random.integer(places);
      const values = Float32Array.from({ length: dimensions }, (_, d) => features[d * places + place] ?? 0);
      this.#rows.push({ place, values });
    }
  }

  /** What was learned of the images added. */
  finish(): FeatureGaussian {
    const dimensions = this.#dimensions;
    invariant(this.#rows.length > 0, "a Gaussian of no images");
    const center = this.#center(dimensions);
    const residuals = this.#rows.map(({ place, values }) => {
      const start = center.shape[0] === 1 ? 0 : place * dimensions;
      return values.map((value, d) => value - (center.data[start + d] ?? 0));
    });
    return { center, whitening: fitWhitening(residuals) };
  }

  #center(dimensions: number): NdArray<"float32"> {
    const [a, b] = this.#halves;
    const count = a.count + b.count;
    const places = a.sum.length / dimensions;
    const mean = a.sum.map((value, i) => (value + (b.sum[i] ?? 0)) / count);
    const overall = new Float64Array(dimensions);
    mean.forEach((value, i) => {
      overall[i % dimensions] = (overall[i % dimensions] ?? 0) + value / places;
    });
    if (isAligned(a, b, overall)) {
      return { dtype: "float32", shape: [places, dimensions], data: Float32Array.from(mean) };
    }
    return { dtype: "float32", shape: [1, dimensions], data: Float32Array.from(overall) };
  }
}

/**
 * Distance of each place from the Gaussian, per dimension: ‖W·(f - mean)‖ / √D (Mahalanobis).
 *
 * @param features - float32 [M, D, h, w].
 * @returns float32 [M, 1, h, w], >= 0; about 1 for good places.
 */
export function gaussianDistance(features: Tensor, gaussian: FeatureGaussian): Tensor {
  const [batch = "N", dimensions = 0, height = 0, width = 0] = features.shape;
  const { center, whitening } = gaussian;
  const size = Number(dimensions);
  const mean = center.data.map((value, i) => value + (whitening.mean[i % size] ?? 0));
  const rows = transpose(reshape(features, [batch, size, Number(height) * Number(width)]), [0, 2, 1]); // [M, L, D]
  const matrix = constant({
    dtype: "float32",
    shape: [size, size],
    data: Float32Array.from(whitening.matrix),
  });
  const centred = sub(rows, constant({ dtype: "float32", shape: center.shape, data: mean }));
  const white = matmul(centred, matrix, { transposeB: true });
  const squared = reduceSumSquare(white, { axes: [2] }); // [M, L, 1]
  return reshape(sqrt(mul(squared, scalar(1 / size))), [batch, 1, height, width]);
}
