/** How large maps are on good images, so that maps of different units can be compared. */
import { invariant } from "../base/check.ts";

/** What is kept of one image's maps. */
export interface MapReading {
  /** Mean pixel of each map. */
  readonly means: readonly number[];
  /** Largest pixel of each map. */
  readonly maxima: readonly number[];
  /** The image's score where the method gives its own; else null. */
  readonly score: number | null;
}

/** One map's scale on good images. */
export interface MapScale {
  /** Mean of all pixels: becomes 0. */
  readonly mean: number;
  /** What the largest pixel of most images stays below: becomes 1. */
  readonly usualMaximum: number;
}

/** Share of good images whose largest pixel is usual; where two in three of them are disturbed copies, of all (ours). */
const usualShare = { asTheyAre: 0.9, disturbedToo: 0.8 } as const;
const leastRange = 1e-6;

/**
 * The scale of each map.
 *
 * @param asTheyAre - At least one.
 * @param disturbed - Readings of disturbed copies.
 */
export function mapScales(
  asTheyAre: readonly MapReading[],
  disturbed: readonly MapReading[] = [],
): MapScale[] {
  const readings = [...asTheyAre, ...disturbed];
  const share = disturbed.length > 0 ? usualShare.disturbedToo : usualShare.asTheyAre;
  const [first] = readings;
  invariant(first, "scales of no images");
  return first.means.map((_, c) => {
    const maxima = readings.map((reading) => reading.maxima[c] ?? 0).sort((a, b) => a - b);
    const sum = readings.reduce((total, { means }) => total + (means[c] ?? 0), 0);
    return {
      mean: sum / readings.length,
      usualMaximum: maxima[Math.floor(share * maxima.length)] ?? 1,
    };
  });
}

/** What a map of that scale is multiplied by, once its mean is taken away. */
export function scaleFactor({ mean, usualMaximum }: MapScale): number {
  return 1 / Math.max(usualMaximum - mean, leastRange);
}

/** Largest pixel of the anomaly map: the highest of the maps, each brought to its scale. */
export function scaledMaximum({ maxima }: MapReading, scales: readonly MapScale[]): number {
  return Math.max(...scales.map((scale, c) => ((maxima[c] ?? 0) - scale.mean) * scaleFactor(scale)));
}
