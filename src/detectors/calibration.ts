/** Thresholds from normal scores alone: conformal ones that keep a stated false alarm rate, and the forest's quantile. */
import { checkNumber, describe, formatNumber } from "../base/check.ts";
import { DataError, OptionError } from "../base/errors.ts";

/** A threshold with what it promises. */
export interface ConformalThreshold {
  /** isAnomalous = score > threshold (strict). */
  readonly threshold: number;
  /** Chance that a new normal item is called anomalous, at most; in (0, 1). */
  readonly falseAlarmRate: number;
  /** Number of held-out normal scores behind it. */
  readonly calibrationCount: number;
}

/** The rate `auto` asks for where the sample supports it (ours). */
export const autoFalseAlarmRate = 0.05;

/** How far below an integer (n + 1)·a may fall through rounding and still count as that integer. */
const roundingSlack = 1e-9;

/**
 * Conformal p-value p = (1 + #{calibration scores >= score}) / (n + 1).
 *
 * If the score and the calibration scores are exchangeable (a normal item like the held-out ones), then P(p <= a) <= a
 * for every a. A tie counts towards normal: it makes p larger.
 *
 * @param score - Anomaly score; higher is more anomalous.
 * @param calibrationScores - Scores of n held-out normal items, finite; none of them seen in training.
 * @returns A number in [1/(n + 1), 1]; small is anomalous.
 * @throws {DataError} E_DATA if the score is NaN or a calibration score not finite.
 * @see Vovk, Gammerman and Shafer 2005, "Algorithmic Learning in a Random World", section 2.2
 * @example
 * conformalPValue(5, [1, 2, 3]); //=> 0.25
 */
export function conformalPValue(score: number, calibrationScores: ArrayLike<number>): number {
  if (Number.isNaN(score)) {
    throw new DataError("E_DATA", "conformalPValue: expected score to be a number, got NaN.");
  }
  const scores = finiteScores("conformalPValue", calibrationScores);
  const noLower = scores.reduce((count, calibration) => count + (calibration >= score ? 1 : 0), 0);
  return (1 + noLower) / (scores.length + 1);
}

/**
 * The threshold that calls a new normal item anomalous with probability at most a: the ⌈(n + 1)(1 - a)⌉-th smallest of
 * n held-out normal scores.
 *
 * score > threshold holds exactly when {@link conformalPValue} is <= a, also where scores tie: a score equal to the
 * threshold is normal, and its p-value is above a. Ties among the calibration scores make false alarms rarer, never more
 * frequent. The promise is over the draw of calibration scores and item together, with nothing assumed but
 * exchangeability.
 *
 * @param calibrationScores - Scores of n >= 1 held-out normal items, finite; none of them seen in training.
 * @param falseAlarmRate - The rate a in (0, 1), at least 1/(n + 1); or "auto": 0.05, or 1/(n + 1) where n < 19.
 * @throws {OptionError} E_OPTION if the rate is neither "auto" nor in (0, 1).
 * @throws {DataError} E_DATA if there are no scores or one is not finite; E_FALSE_ALARM_RATE if n < 1/a - 1, saying which
 * rate the sample supports and how many scores the rate needs.
 * @see Vovk, Gammerman and Shafer 2005, section 2.2; Angelopoulos and Bates 2021, arXiv:2107.07511, section 1
 * @example
 * conformalThreshold([4, 1, 3, 2], 0.4).threshold; //=> 3
 */
export function conformalThreshold(
  calibrationScores: ArrayLike<number>,
  falseAlarmRate: "auto" | number,
): ConformalThreshold {
  const rate = checkRate(falseAlarmRate);
  const scores = finiteScores("conformalThreshold", calibrationScores).sort();
  const count = scores.length;
  if (count === 0) {
    throw new DataError("E_DATA", "conformalThreshold: expected at least one calibration score, got none.");
  }
  const smallestRate = 1 / (count + 1);
  const used = rate === "auto" ? Math.max(autoFalseAlarmRate, smallestRate) : rate;
  // ⌈(n + 1)(1 - a)⌉ = n + 1 - ⌊(n + 1)a⌋: the threshold has this rank from the top, which is where alarms begin.
  const rankFromTop = Math.floor((count + 1) * used + roundingSlack);
  if (rankFromTop < 1) {
    const supported = formatNumber(Math.ceil(smallestRate * 1e6) / 1e6);
    const needed = Math.ceil((1 - roundingSlack) / used) - 1;
    throw new DataError(
      "E_FALSE_ALARM_RATE",
      `conformalThreshold: expected falseAlarmRate >= ${supported} (1/(${count} + 1)) with ${count} held-out normal scores, got ${formatNumber(used)}. Use "auto", or hold out at least ${needed} normals.`,
    );
  }
  const threshold = scores[count - Math.min(rankFromTop, count)] ?? 0;
  return { threshold, falseAlarmRate: used, calibrationCount: count };
}

/**
 * The forest's form of a threshold: the (1 - contamination) quantile of the training scores, interpolated linearly, so
 * that about that share of the training items lies above.
 *
 * It promises nothing about new items; {@link conformalThreshold} does.
 *
 * @param scores - Scores of the training items, finite, at least one.
 * @param contamination - Share of the training items taken to be anomalous, in (0, 0.5].
 * @returns A threshold for score > threshold (strict).
 * @throws {OptionError} E_OPTION if `contamination` is not in (0, 0.5].
 * @throws {DataError} E_DATA if there are no scores or one is not finite.
 * @see scikit-learn, `sklearn.ensemble.IsolationForest`, parameter `contamination` (the same quantile, of the negated score)
 * @example
 * contaminationThreshold([1, 2, 3, 4, 5], 0.25); //=> 4
 */
export function contaminationThreshold(scores: ArrayLike<number>, contamination: number): number {
  checkNumber("contamination", contamination, { above: 0, maximum: 0.5 });
  const sorted = finiteScores("contaminationThreshold", scores).sort();
  if (sorted.length === 0) {
    throw new DataError("E_DATA", "contaminationThreshold: expected at least one score, got none.");
  }
  const position = (1 - contamination) * (sorted.length - 1);
  const index = Math.floor(position);
  const lower = sorted[index] ?? 0;
  const upper = sorted[index + 1] ?? lower;
  return lower + (upper - lower) * (position - index);
}

function checkRate(rate: "auto" | number): "auto" | number {
  if (rate === "auto" || (typeof rate === "number" && rate > 0 && rate < 1)) return rate;
  throw new OptionError(`falseAlarmRate: expected "auto" or a number > 0 and < 1, got ${describe(rate)}.`);
}

/** A float64 copy. @throws {DataError} E_DATA naming the first score that is not finite. */
function finiteScores(where: string, scores: ArrayLike<number>): Float64Array {
  const copy = Float64Array.from(scores);
  const bad = copy.findIndex((score) => !Number.isFinite(score));
  if (bad < 0) return copy;
  throw new DataError(
    "E_DATA",
    `${where}: expected finite scores, got ${describe(copy[bad])} at index ${bad}.`,
  );
}
