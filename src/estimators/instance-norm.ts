/**
 * Descriptions of pictures without a picture's own light and contrast. Where good pictures differ in how strong *all* of their detail is, a Gaussian of a place takes
 * any detail for usual that is so strong in the strongest of them, and a fault in a faint one is lost. So there, each dimension is brought to one mean and one spread
 * over its picture - instance normalisation -, as far as good pictures differ in it.
 *
 * @see Ulyanov, Vedaldi and Lempitsky 2016, "Instance normalization", arXiv:1607.08022; how far, and when, is ours.
 */
import { div, exp, log, max, mul, reduceMean, scalar, sqrt, sub, type Tensor } from "../graph/index.ts";
import { areAligned } from "./alignment.ts";

const usualDifference = 0.15; // standard deviation, over good pictures, of the logarithm of a picture's spread at which half is taken away (ours)
const leastShare = 0.1; // less than that is not worth a graph's while (ours)
const leastSpread = 1e-3; // of a picture that is the same everywhere

/**
 * How much of a picture's own mean and spread is taken away, 0 (none: pictures are alike in it, or are not compared place by place) to 1:
 * d⁴ / (d⁴ + 0.15⁴), d the standard deviation over pictures of the logarithm of their spread, the median over the dimensions. Where places are not told apart nothing is,
 * since how strong all of a surface's detail is may be what is wrong with it.
 *
 * @param images - Features of some good images, float32 [D, L] each.
 * @param dimensions - D.
 */
export function instanceShare(images: readonly Float32Array[], dimensions: number): number {
  if (!areAligned(images, dimensions)) return 0;
  const logSpreads = images.map((features) =>
    instanceMoments(features, dimensions).map(({ spread }) => Math.log(spread)),
  );
  const differences = Array.from({ length: dimensions }, (_, i) =>
    deviationOf(logSpreads.map((of) => of[i] ?? 0)),
  );
  const median = differences.sort((a, b) => a - b)[Math.floor(dimensions / 2)] ?? 0;
  const share = median ** 4 / (median ** 4 + usualDifference ** 4);
  return share < leastShare ? 0 : share;
}

/**
 * Features of one image less that share of its own mean and spread: (f - s·m) / σ^s for each dimension, m and σ over the image's places.
 *
 * @param features - float32 [D, L].
 * @param share - s, as {@link instanceShare} gives it. 0: the features as they are.
 * @returns float32 [D, L].
 */
export function normalizedInstance(features: Float32Array, dimensions: number, share: number): Float32Array {
  if (share === 0) return features;
  const places = features.length / dimensions;
  const moments = instanceMoments(features, dimensions);
  return features.map((value, i) => {
    const { mean = 0, spread = 1 } = moments[Math.floor(i / places)] ?? {};
    return (value - share * mean) / spread ** share;
  });
}

/** The same in a graph. @param features - float32 [N, D, h, w]. @returns The same shape. */
export function normalizedInstances(features: Tensor, share: number): Tensor {
  if (share === 0) return features;
  const mean = reduceMean(features, { axes: [2, 3] });
  const deviation = sub(features, mean);
  const spread = max(sqrt(reduceMean(mul(deviation, deviation), { axes: [2, 3] })), scalar(leastSpread));
  return div(sub(features, mul(mean, scalar(share))), exp(mul(log(spread), scalar(share))));
}

/** Mean and standard deviation (at least {@link leastSpread}) over the places of each dimension. */
function instanceMoments(features: Float32Array, dimensions: number): { mean: number; spread: number }[] {
  const places = features.length / dimensions;
  return Array.from({ length: dimensions }, (_, i) => {
    const values = features.subarray(i * places, (i + 1) * places);
    return { mean: meanOf(values), spread: Math.max(deviationOf(values), leastSpread) };
  });
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
  return sum / values.length;
}

function deviationOf(values: ArrayLike<number>): number {
  const mean = meanOf(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += ((values[i] ?? 0) - mean) ** 2;
  return Math.sqrt(sum / values.length);
}
