/** Quantiles of a few numbers, without interpolation. */

/** The middle value, the upper of two; 0 of no values. */
export function median(values: Iterable<number>): number {
  return quantile(Float64Array.from(values), 0.5);
}

/** The value that a share `q` of the values does not exceed; 0 of no values. @param q - In [0, 1]. */
export function quantile(values: Float32Array | Float64Array, q: number): number {
  const rising = values.slice().sort();
  return rising[Math.min(rising.length - 1, Math.floor(q * rising.length))] ?? 0;
}
