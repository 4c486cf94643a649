/** Middle value, and the spread between the quartiles, of repeated timings. */

/** Median of at least one number. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Quantile without interpolation. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

/** Seconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
