/** Counts and rates of decisions at one fixed threshold. */
import { describe } from "../base/check.ts";
import { OptionError } from "../base/errors.ts";
import { countClasses } from "./tie-groups.ts";

/** Decisions against labels at one threshold. A rate whose denominator is 0 is 0. */
export interface Confusion {
  /** Anomalous items called anomalous. */
  readonly tp: number;
  /** Normal items called anomalous: false alarms. */
  readonly fp: number;
  /** Normal items called normal. */
  readonly tn: number;
  /** Anomalous items called normal: misses. */
  readonly fn: number;
  /** (tp + tn) / all. */
  readonly accuracy: number;
  /** tp / (tp + fp). */
  readonly precision: number;
  /** tp / (tp + fn). */
  readonly recall: number;
  /** 2·tp / (2·tp + fp + fn). */
  readonly f1: number;
}

/**
 * Confusion counts and rates of the decision score > threshold (strict: a score equal to the threshold is normal).
 *
 * Rates with a zero denominator are 0, so that a report never holds NaN: precision when nothing is called anomalous,
 * recall and F1 when nothing is anomalous, accuracy when there are no items. One class alone is fine here.
 *
 * @param scores - Anomaly scores, any real unit, length M; higher is more anomalous.
 * @param labels - 0 normal, 1 anomalous, length M.
 * @param threshold - In the scores' unit; infinities are allowed.
 * @throws {ShapeError} E_SHAPE if the lengths differ.
 * @throws {DataError} E_DATA if a score is NaN or a label neither 0 nor 1.
 * @throws {OptionError} E_OPTION if `threshold` is NaN or no number.
 * @example
 * confusionAt([3, 2, 1], [1, 0, 0], 2).tp; //=> 1
 */
export function confusionAt(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  threshold: number,
): Confusion {
  if (typeof threshold !== "number" || Number.isNaN(threshold)) {
    throw new OptionError(`confusionAt: expected threshold to be a number, got ${describe(threshold)}.`);
  }
  const counts = countClasses("confusionAt", scores, labels);
  let tp = 0;
  let fp = 0;
  for (let i = 0; i < scores.length; i++) {
    if ((scores[i] ?? 0) <= threshold) continue;
    if (labels[i] === 1) tp++;
    else fp++;
  }
  const fn = counts.anomalous - tp;
  const tn = counts.normal - fp;
  return {
    tp,
    fp,
    tn,
    fn,
    accuracy: ratio(tp + tn, scores.length),
    precision: ratio(tp, tp + fp),
    recall: ratio(tp, tp + fn),
    f1: ratio(2 * tp, 2 * tp + fp + fn),
  };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
