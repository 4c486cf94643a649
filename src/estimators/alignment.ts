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
 * Whether the mean of a place in one half of the images predicts the other half better than the mean of all places does:
 * Σ (x - m_place)² <= (1 - gain)·Σ (x - m)², x of one half, m_place of the other.
 *
 * @param overall - Mean of all places and images, float64 [D].
 */
export function isAligned(a: PlaceSums, b: PlaceSums, overall: Float64Array): boolean {
  if (a.count === 0 || b.count === 0) return false;
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
  const explained = squaredError(a, byPlace(b)) + squaredError(b, byPlace(a));
  return explained <= (1 - alignedGain) * (squaredError(a, byMean) + squaredError(b, byMean));
}

/**
 * The same of images one by one, those of even number the one half.
 *
 * @param images - float32 [D, L] each.
 * @param dimensions - D.
 */
export function areAligned(images: readonly Float32Array[], dimensions: number): boolean {
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
  return isAligned(...halves, overall);
}
