/** Per-region overlap: how much of each defect is found, small and large ones counting alike. */
import { checkNumber } from "../base/check.ts";
import { PixelRanking, type ScoredMap } from "./pixel-ranking.ts";
import { requireBothClasses } from "./tie-groups.ts";

/** Points of a per-region overlap curve, from the strictest threshold to the loosest; all arrays float64 [K + 1]. */
export interface RegionOverlapCurve {
  /** Share of normal pixels, over all images, with score > threshold, rising from 0 to 1. */
  readonly falsePositiveRates: Float64Array;
  /** Mean over regions of the share of the region with score > threshold, rising from 0 to 1. */
  readonly overlaps: Float64Array;
  /** K scores from high to low, then -Infinity. */
  readonly thresholds: Float64Array;
}

/** Options of {@link aupro}. */
export interface AuproOptions {
  /** Largest false positive rate that counts, in (0, 1]. Default 0.3 (paper). */
  readonly falsePositiveRateLimit?: number;
}

/** The field's usual integration limit (Bergmann et al. 2021). */
export const defaultFalsePositiveRateLimit = 0.3;

/**
 * Per-region overlap against false positive rate.
 *
 * A region is an 8-connected component of a mask. The arrays have one entry for each distinct score of anomalous pixels, and one
 * for the normal pixels between two of them, whose highest score it has: between them the curve is level.
 *
 * @param images - Maps with masks; together they must hold normal and anomalous pixels.
 * @throws {ShapeError} E_SHAPE if a map or mask has not width x height pixels.
 * @throws {DataError} E_DATA if a score is NaN; E_ONE_CLASS if there are no normal or no anomalous pixels.
 * @see Bergmann et al. 2021, "The MVTec Anomaly Detection Dataset", IJCV 129
 */
export function regionOverlapCurve(images: Iterable<ScoredMap>): RegionOverlapCurve {
  const ranking = rankImages("regionOverlapCurve", images, "A region overlap curve");
  const falsePositiveRates = [0];
  const overlaps = [0];
  const thresholds: number[] = [];
  let falsePositives = 0;
  let overlapSum = 0;
  ranking.visit((score, _anomalous, normal, overlap) => {
    falsePositives += normal;
    overlapSum += overlap;
    thresholds.push(score);
    falsePositiveRates.push(falsePositives / ranking.counts.normal);
    overlaps.push(overlapSum / ranking.regionCount);
  });
  thresholds.push(-Infinity);
  return {
    falsePositiveRates: Float64Array.from(falsePositiveRates),
    overlaps: Float64Array.from(overlaps),
    thresholds: Float64Array.from(thresholds),
  };
}

/**
 * Area under the per-region overlap curve up to a false positive rate, divided by that rate.
 *
 * Exact: trapezoids over every distinct score (no sampled thresholds), with linear interpolation at the limit.
 *
 * @param images - Maps with masks; together they must hold normal and anomalous pixels.
 * @returns A number in [0, 1]; half the limit for a constant score.
 * @throws {ShapeError} E_SHAPE if a map or mask has not width x height pixels.
 * @throws {DataError} E_DATA if a score is NaN; E_ONE_CLASS if there are no normal or no anomalous pixels.
 * @throws {OptionError} E_OPTION if the limit is not in (0, 1].
 * @see Bergmann et al. 2021, "The MVTec Anomaly Detection Dataset", IJCV 129
 * @example
 * const image = { map: Float32Array.of(0.9, 0.1), mask: Uint8Array.of(1, 0), width: 2, height: 1 };
 * aupro([image]); //=> 1
 */
export function aupro(images: Iterable<ScoredMap>, options: AuproOptions = {}): number {
  const { falsePositiveRateLimit = defaultFalsePositiveRateLimit } = options;
  checkLimit(falsePositiveRateLimit);
  const ranking = rankImages("aupro", images, "AUPRO");
  const area = new OverlapArea(ranking.counts.normal, ranking.regionCount, falsePositiveRateLimit);
  ranking.visit((_score, _anomalous, normal, overlap) => area.add(normal, overlap));
  return area.value();
}

/** Throws unless `limit` is in (0, 1]. @throws {OptionError} E_OPTION. */
export function checkLimit(limit: number): void {
  checkNumber("falsePositiveRateLimit", limit, { above: 0, maximum: 1 });
}

/** AUPRO as a running sum of trapezoids; groups of equal score come in from high to low. */
export class OverlapArea {
  readonly #normal: number;
  readonly #regions: number;
  readonly #limit: number;
  #falsePositives = 0;
  #rate = 0;
  #overlap = 0;
  #area = 0;

  /**
   * @param normal - Number of normal pixels in all.
   * @param regions - Number of regions in all.
   * @param limit - False positive rate to integrate to, in (0, 1].
   */
  constructor(normal: number, regions: number, limit: number) {
    this.#normal = normal;
    this.#regions = regions;
    this.#limit = limit;
  }

  /** Takes the next lower group: its normal pixels and the overlap (sum over regions) that its anomalous ones add. */
  add(normal: number, overlapSum: number): void {
    if (this.#rate >= this.#limit) return;
    this.#falsePositives += normal;
    const rate = this.#falsePositives / this.#normal;
    const gain = overlapSum / this.#regions;
    const width = Math.min(rate, this.#limit) - this.#rate;
    const insideFraction = rate > this.#limit ? width / (rate - this.#rate) : 1;
    this.#area += width * (this.#overlap + (gain * insideFraction) / 2);
    this.#rate = rate;
    this.#overlap += gain;
  }

  /** Area up to the limit, divided by the limit. */
  value(): number {
    return this.#area / this.#limit;
  }
}

function rankImages(where: string, images: Iterable<ScoredMap>, metric: string): PixelRanking {
  const ranking = new PixelRanking();
  for (const image of images) ranking.add(where, image);
  requireBothClasses(where, ranking.counts, "mask pixels", metric);
  return ranking;
}
