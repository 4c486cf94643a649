/**
 * A memory of what features of good images look like: how far a place is from everything in it is how strange it is.
 * The idea is PatchCore's (Roth et al. 2022, arXiv:2106.08265); here the features are those of our own network.
 */
import type { NdArray } from "../base/array.ts";
import { invariant } from "../base/check.ts";
import type { Random } from "../base/random.ts";
import {
  add,
  constant,
  matmul,
  max,
  mul,
  reduceMin,
  reduceSumSquare,
  reshape,
  scalar,
  sqrt,
  sub,
  type Tensor,
  transpose,
} from "../graph/index.ts";
import { fitWhitening, type Whitening, whiten } from "./whitening.ts";

/** What is remembered. */
export interface FeatureMemory {
  /** Mean of each place, float32 [L, D], where good images are aligned; of all places, [1, D], where they are not. */
  readonly center: NdArray<"float32">;
  readonly whitening: Whitening;
  /** Whitened features of some places of good images, float32 [B, D]. */
  readonly bank: NdArray<"float32">;
}

const rowsKept = 30_000; // places of good images that the spread is measured on (ours)
const bankSize = 2_000; // of them are remembered (ours)
const alignedGain = 0.1; // share of the spread that the place must explain on unseen images (ours)

/** Collects features of good images one by one and keeps what {@link FeatureMemory} needs, not the images. */
export class FeatureMemoryFit {
  readonly #random: Random;
  readonly #rowsPerImage: number;
  readonly #dimensions: number;
  readonly #rows: { readonly place: number; readonly values: Float32Array }[] = [];
  /** Sums over images of even and of odd number: the two halves check each other. */
  readonly #halves: readonly [Half, Half];

  /**
   * @param imageCount - Images that will be added.
   * @param places - L; `dimensions` is D.
   */
  constructor(imageCount: number, places: number, dimensions: number, random: Random) {
    this.#random = random;
    this.#dimensions = dimensions;
    this.#rowsPerImage = Math.max(1, Math.min(places, Math.floor(rowsKept / imageCount)));
    const half = () => ({ count: 0, sum: new Float64Array(places * dimensions), squares: 0 });
    this.#halves = [half(), half()];
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
  finish(): FeatureMemory {
    const dimensions = this.#dimensions;
    invariant(this.#rows.length > 0, "a feature memory of no images");
    const center = this.#center(dimensions);
    const residuals = this.#rows.map(({ place, values }) => {
      const start = center.shape[0] === 1 ? 0 : place * dimensions;
      return values.map((value, d) => value - (center.data[start + d] ?? 0));
    });
    const whitening = fitWhitening(residuals);
    const order = this.#random.permutation(residuals.length).slice(0, bankSize);
    const bank = new Float32Array(order.length * dimensions);
    order.forEach((row, i) => {
      bank.set(whiten(whitening, residuals[row] ?? []), i * dimensions);
    });
    return { center, whitening, bank: { dtype: "float32", shape: [order.length, dimensions], data: bank } };
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

interface Half {
  count: number;
  /** [L, D]. */
  readonly sum: Float64Array;
  squares: number;
}

/**
 * Whether the mean of a place in one half of the images predicts the other half better than the mean of all places does:
 * Σ (x - m_place)² <= (1 - gain)·Σ (x - m)², x of one half, m_place of the other.
 */
function isAligned(a: Half, b: Half, overall: Float64Array): boolean {
  if (a.count === 0 || b.count === 0) return false;
  const squaredError = (half: Half, predict: (i: number) => number) => {
    let error = half.squares;
    half.sum.forEach((sum, i) => {
      const m = predict(i);
      error += half.count * m * m - 2 * m * sum;
    });
    return error;
  };
  const byPlace =
    squaredError(a, (i) => (b.sum[i] ?? 0) / b.count) + squaredError(b, (i) => (a.sum[i] ?? 0) / a.count);
  const byMean =
    squaredError(a, (i) => overall[i % overall.length] ?? 0) +
    squaredError(b, (i) => overall[i % overall.length] ?? 0);
  return byPlace <= (1 - alignedGain) * byMean;
}

/**
 * Distance of each place to the nearest remembered one, per dimension: √(min_b ‖w - b‖² / D), w the whitened features.
 *
 * @param features - float32 [M, D, h, w].
 * @returns float32 [M, 1, h, w], >= 0; about 1 for good places.
 */
export function memoryDistance(features: Tensor, memory: FeatureMemory): Tensor {
  const [batch = "N", dimensions = 0, height = 0, width = 0] = features.shape;
  const { center, whitening, bank } = memory;
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
  const norms = Float32Array.from({ length: bank.shape[0] ?? 0 }, (_, b) =>
    bank.data.subarray(b * size, (b + 1) * size).reduce((sum, value) => sum + value * value, 0),
  );
  const products = matmul(white, constant(bank), { transposeB: true, alpha: -2 }); // -2·w·b [M, L, B]
  const offsets = add(products, constant({ dtype: "float32", shape: [norms.length], data: norms }));
  const squared = add(reduceMin(offsets, { axes: [2] }), reduceSumSquare(white, { axes: [2] })); // [M, L, 1]
  const distance = sqrt(mul(max(squared, scalar(0)), scalar(1 / size)));
  return reshape(distance, [batch, 1, height, width]);
}
