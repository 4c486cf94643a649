/** How large maps are on good images, so that maps of different units can be compared. */
import { invariant } from "../base/check.ts";
import { type MapLevel, shiftOf } from "./map-level.ts";

/** What is kept of one image's maps. */
export interface MapReading {
  /** Mean pixel of each map. */
  readonly means: readonly number[];
  /** Largest pixel of each map. */
  readonly maxima: readonly number[];
  /** Level of each map, see {@link MapLevel}; null where maps are read as they are. */
  readonly levels: readonly number[] | null;
  /** The image's score where the method gives its own; else null. */
  readonly score: number | null;
}

/** One map's scale on good images, once it is brought to its level where it is. */
export interface MapScale {
  /** Mean of all pixels, of the usual images alone where the others would pull it far up: becomes 0. */
  readonly mean: number;
  /** What the largest pixel of most images stays below: becomes 1. */
  readonly usualMaximum: number;
  /** Absent where maps are read as they are. */
  readonly level?: MapLevel;
}

/** Share of good images whose largest pixel is usual; where two in three of them are disturbed copies, of all (ours). */
const usualShare = { asTheyAre: 0.9, disturbedToo: 0.8 } as const;
const leastRange = 1e-6;

/**
 * What the range between mean pixel and usual maximum keeps of what it is without the images that are not usual (ours). A few disturbed copies whose
 * maps lie many times as high as the others' would else pull the mean up to the usual maximum, and what is divided by the range would be anything.
 */
const leastOfRange = 0.5;

/** How far off its level a map is brought back, of the range between a mean pixel and a usual maximum (ours): light does less, a wrong part more. */
const levelShare = 0.5;

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
  const scaleOf = (c: number, level?: MapLevel): MapScale => {
    const shifts = readings.map(({ levels }) => (level && levels ? shiftOf(levels[c] ?? 0, level) : 0));
    const maxima = readings.map(({ maxima }, i) => (maxima[c] ?? 0) - (shifts[i] ?? 0));
    const means = readings.map(({ means }, i) => (means[c] ?? 0) - (shifts[i] ?? 0));
    const usualMaximum = maxima.toSorted((a, b) => a - b)[Math.floor(share * maxima.length)] ?? 1;
    const ofAll = meanOf(means);
    const ofUsual = meanOf(means.filter((_, i) => (maxima[i] ?? 0) <= usualMaximum));
    const isPulled = usualMaximum - ofAll < leastOfRange * (usualMaximum - ofUsual);
    return { mean: isPulled ? ofUsual : ofAll, usualMaximum, ...(level && { level }) };
  };
  return first.means.map((_, c) => {
    const raw = scaleOf(c);
    const levels = asTheyAre.flatMap(({ levels }) => levels?.[c] ?? []).sort((a, b) => a - b);
    const usual = levels[Math.floor(levels.length / 2)];
    if (usual === undefined) return raw;
    return scaleOf(c, { usual, most: levelShare * Math.max(0, raw.usualMaximum - raw.mean) });
  });
}

function meanOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

/** What a map of that scale is multiplied by, once its mean is taken away. */
export function scaleFactor({ mean, usualMaximum }: MapScale): number {
  return 1 / Math.max(usualMaximum - mean, leastRange);
}

/** Largest pixel of the only map, brought to its scale. */
export function scaledMaximum({ maxima, levels }: MapReading, scale: MapScale): number {
  const shift = scale.level && levels ? shiftOf(levels[0] ?? 0, scale.level) : 0;
  return ((maxima[0] ?? 0) - shift - scale.mean) * scaleFactor(scale);
}
