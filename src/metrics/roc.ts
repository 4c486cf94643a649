/** Receiver operating characteristic: the curve and the area under it. */
import { requireBothClasses, tieGroups } from "./tie-groups.ts";

/** Points of a ROC curve, from the strictest threshold to the loosest; all arrays float64 [K + 1]. */
export interface RocCurve {
  /** Share of normal items with score > threshold, rising from 0 to 1. */
  readonly falsePositiveRates: Float64Array;
  /** Share of anomalous items with score > threshold, rising from 0 to 1. */
  readonly truePositiveRates: Float64Array;
  /** The K distinct scores from high to low, then -Infinity (everything is called anomalous). */
  readonly thresholds: Float64Array;
}

/**
 * ROC curve with one point for each way a threshold can part the items.
 *
 * The decision is strict, score > threshold, so the first point (at the highest score) is (0, 0) and the last
 * (at -Infinity) is (1, 1).
 *
 * @param scores - Anomaly scores, any real unit, length M; higher is more anomalous.
 * @param labels - 0 normal, 1 anomalous, length M; both classes must occur.
 * @returns K + 1 points for K distinct scores; none is dropped.
 * @throws {ShapeError} E_SHAPE if the lengths differ.
 * @throws {DataError} E_DATA if a score is NaN or a label neither 0 nor 1; E_ONE_CLASS if one class is missing.
 * @see Fawcett 2006, "An introduction to ROC analysis", Algorithm 1
 * @example
 * rocCurve([0.9, 0.1], [1, 0]).truePositiveRates; //=> Float64Array [0, 1, 1]
 */
export function rocCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): RocCurve {
  const ranked = tieGroups("rocCurve", scores, labels);
  requireBothClasses("rocCurve", ranked, "labels", "A ROC curve");
  const points = ranked.groups.length + 1;
  const falsePositiveRates = new Float64Array(points);
  const truePositiveRates = new Float64Array(points);
  const thresholds = new Float64Array(points).fill(-Infinity);
  let truePositives = 0;
  let falsePositives = 0;
  for (const [i, group] of ranked.groups.entries()) {
    truePositives += group.anomalous;
    falsePositives += group.normal;
    thresholds[i] = group.score;
    truePositiveRates[i + 1] = truePositives / ranked.anomalous;
    falsePositiveRates[i + 1] = falsePositives / ranked.normal;
  }
  return { falsePositiveRates, truePositiveRates, thresholds };
}

/**
 * Area under the ROC curve: the chance that a random anomalous item scores above a random normal one,
 * ties counting one half.
 *
 * @param scores - Anomaly scores, any real unit, length M; higher is more anomalous.
 * @param labels - 0 normal, 1 anomalous, length M; both classes must occur.
 * @returns A number in [0, 1]; 0.5 for a constant score.
 * @throws {ShapeError} E_SHAPE if the lengths differ.
 * @throws {DataError} E_DATA if a score is NaN or a label neither 0 nor 1; E_ONE_CLASS if only one class occurs
 * (AUROC is undefined; we do not return NaN).
 * @see Hanley and McNeil 1982, "The meaning and use of the area under a ROC curve"
 * @example
 * auroc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]); //=> 0.75
 */
export function auroc(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const ranked = tieGroups("auroc", scores, labels);
  requireBothClasses("auroc", ranked, "labels", "AUROC");
  const area = new RocArea();
  for (const group of ranked.groups) area.add(group.anomalous, group.normal);
  return area.value();
}

/** AUROC as a running count of well-ordered pairs; groups of equal score come in from high to low. */
export class RocArea {
  #pairs = 0; // a multiple of 1/2: exact while below 2^52
  #anomalous = 0;
  #normal = 0;

  /** Takes the next lower group of equal scores. */
  add(anomalous: number, normal: number): void {
    this.#pairs += normal * (this.#anomalous + anomalous / 2);
    this.#anomalous += anomalous;
    this.#normal += normal;
  }

  /** Well-ordered share of all (anomalous, normal) pairs. */
  value(): number {
    return this.#pairs / (this.#anomalous * this.#normal);
  }
}
