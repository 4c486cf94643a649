/** Covariances of single places, from sums that are kept while images go by. */
import { whiteningMatrix } from "./whitening.ts";

/** Weight of the covariance that all places share: few images say little about many directions (ours). */
const sharedWeight = 0.2;
/** Of each variance, added to it (ours). */
const ridge = 1e-2;

/** Entries of a symmetric D x D matrix. */
export function productCount(dimensions: number): number {
  return (dimensions * (dimensions + 1)) / 2;
}

/**
 * Adds an image to the sums of products x_i·x_j, j <= i.
 *
 * @param products - float64 [L, D·(D + 1) / 2]; changed.
 * @param features - float32 [D, L].
 */
export function addProducts(
  products: Float64Array,
  features: Float32Array,
  { places, dimensions }: { readonly places: number; readonly dimensions: number },
): void {
  const width = productCount(dimensions);
  const row = new Float64Array(dimensions);
  for (let place = 0; place < places; place++) {
    for (let d = 0; d < dimensions; d++) row[d] = features[d * places + place] ?? 0;
    let at = place * width;
    for (let i = 0; i < dimensions; i++) {
      const value = row[i] ?? 0;
      for (let j = 0; j <= i; j++, at++) products[at] = (products[at] ?? 0) + value * (row[j] ?? 0);
    }
  }
}

/**
 * The whitening of each place: of its own covariance, drawn a fifth of the way towards the shared one.
 *
 * @param products - Sums of {@link addProducts} over `count` images.
 * @param options - `means` float64 [L, D] of the places; `shared` float64 [D, D], the covariance around them of all places.
 * @returns float32 [L, D, D], lower triangular each.
 */
export function placeWhitenings(
  products: Float64Array,
  options: { readonly count: number; readonly means: Float64Array; readonly shared: Float64Array },
): Float32Array {
  const { count, means, shared } = options;
  const dimensions = Math.round(Math.sqrt(shared.length));
  const width = productCount(dimensions);
  const places = products.length / width;
  const whitenings = new Float32Array(places * shared.length);
  const covariance = new Float64Array(shared.length);
  for (let place = 0; place < places; place++) {
    let at = place * width;
    for (let i = 0; i < dimensions; i++) {
      for (let j = 0; j <= i; j++, at++) {
        const mean = (means[place * dimensions + i] ?? 0) * (means[place * dimensions + j] ?? 0);
        const own = (products[at] ?? 0) / count - mean;
        covariance[i * dimensions + j] =
          (1 - sharedWeight) * own + sharedWeight * (shared[i * dimensions + j] ?? 0);
      }
    }
    whitenings.set(whiteningMatrix(covariance, dimensions, { ridge }), place * shared.length);
  }
  return whitenings;
}
