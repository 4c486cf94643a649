/** Whether good images are aligned: whether what is seen at a place depends on the place. */

/** Sums over some of the images. */
export interface PlaceSums {
  count: number;
  /** Sum at each place of each dimension, float64 [L, D]. */
  readonly sum: Float64Array;
  /** Sum of all squares. */
  squares: number;
}

const alignedGain = 0.1; // share of the spread that the place must explain on unseen images (ours)

/** No images yet. */
export function emptyPlaceSums(places: number, dimensions: number): PlaceSums {
  return { count: 0, sum: new Float64Array(places * dimensions), squares: 0 };
}

/**
 * Whether the place explains at least a tenth of the spread, see {@link shareOfPlace}.
 *
 * @param overall - Mean of all places and images, float64 [D].
 */
export function isAligned(a: PlaceSums, b: PlaceSums, overall: Float64Array): boolean {
  return shareOfPlace(a, b, overall) >= alignedGain;
}

/**
 * How much of the spread in one half of the images the mean of a place in the other half explains, beyond the mean of all places:
 * 1 - Σ (x - m_place)² / Σ (x - m)², x of one half, m_place of the other.
 *
 * @param overall - Mean of all places and images, float64 [D].
 * @returns At most 1; 0 where either half is empty, and below 0 where the mean of all places says more.
 */
function shareOfPlace(a: PlaceSums, b: PlaceSums, overall: Float64Array): number {
  if (a.count === 0 || b.count === 0) return 0;
  const squaredError = (half: PlaceSums, predict: (i: number) => number) => {
    let error = half.squares;
    half.sum.forEach((sum, i) => {
      const m = predict(i);
      error += half.count * m * m - 2 * m * sum;
    });
    return error;
  };
  const byMean = (i: number) => overall[i % overall.length] ?? 0;
  const byPlace = (half: PlaceSums) => (i: number) => (half.sum[i] ?? 0) / half.count;
  const unexplained = squaredError(a, byPlace(b)) + squaredError(b, byPlace(a));
  const spread = squaredError(a, byMean) + squaredError(b, byMean);
  return spread > 0 ? 1 - unexplained / spread : 1; // without spread, the place's mean is every picture
}

/** {@link isAligned} of images one by one. Arguments as {@link explainedByPlace}. */
export function areAligned(images: readonly Float32Array[], dimensions: number): boolean {
  return explainedByPlace(images, dimensions) >= alignedGain;
}

/**
 * {@link shareOfPlace} of images one by one, those of even number the one half.
 *
 * @param images - float32 [D, L] each.
 * @param dimensions - D.
 */
export function explainedByPlace(images: readonly Float32Array[], dimensions: number): number {
  const places = (images[0]?.length ?? 0) / dimensions;
  const halves = [emptyPlaceSums(places, dimensions), emptyPlaceSums(places, dimensions)] as const;
  const overall = new Float64Array(dimensions);
  for (const [image, features] of images.entries()) {
    const half = halves[image % 2 === 0 ? 0 : 1];
    half.count++;
    for (const [i, value] of features.entries()) {
      const [dimension, place] = [Math.floor(i / places), i % places];
      const at = place * dimensions + dimension;
      half.sum[at] = (half.sum[at] ?? 0) + value;
      half.squares += value * value;
      overall[dimension] = (overall[dimension] ?? 0) + value / (places * images.length);
    }
  }
  return shareOfPlace(...halves, overall);
}
