/** Precision and recall: the curve, its average precision, and the best F1 on it. */
import { countLabels, requireAnomalous, tieGroups } from "./tie-groups.ts";

/** Points of a precision-recall curve, from the strictest threshold to the loosest; all arrays float64 [K + 1]. */
export interface PrCurve {
  /** Share of anomalous items among those with score > threshold; 1 by convention where there are none. */
  readonly precisions: Float64Array;
  /** Share of anomalous items with score > threshold, rising from 0 to 1. */
  readonly recalls: Float64Array;
  /** The K distinct scores from high to low, then -Infinity (everything is called anomalous). */
  readonly thresholds: Float64Array;
}

/** The best F1 that any threshold reaches. An oracle: it is chosen with the labels of the very items it rates. */
export interface F1Max {
  /** In (0, 1]. */
  readonly f1: number;
  /** score > threshold (strict) gives this F1; the next lower score, or -Infinity if calling everything anomalous is best. */
  readonly threshold: number;
}

/**
 * Precision-recall curve with one point for each way a threshold can part the items.
 *
 * The decision is strict, score > threshold. The first point (at the highest score) calls nothing anomalous: recall 0
 * and, by convention, precision 1.
 *
 * @param scores - Anomaly scores, any real unit, length M; higher is more anomalous.
 * @param labels - 0 normal, 1 anomalous, length M; at least one must be 1.
 * @returns K + 1 points for K distinct scores.
 * @throws {ShapeError} E_SHAPE if the lengths differ.
 * @throws {DataError} E_DATA if a score is NaN or a label neither 0 nor 1; E_ONE_CLASS if nothing is anomalous.
 * @example
 * prCurve([0.9, 0.1], [1, 0]).precisions; //=> Float64Array [1, 1, 0.5]
 */
export function prCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): PrCurve {
  const ranked = tieGroups("prCurve", scores, labels);
  requireAnomalous("prCurve", ranked);
  const points = ranked.groups.length + 1;
  const precisions = new Float64Array(points).fill(1);
  const recalls = new Float64Array(points);
  const thresholds = new Float64Array(points).fill(-Infinity);
  let truePositives = 0;
  let positives = 0;
  for (const [i, group] of ranked.groups.entries()) {
    truePositives += group.anomalous;
    positives += group.anomalous + group.normal;
    thresholds[i] = group.score;
    precisions[i + 1] = truePositives / positives;
    recalls[i + 1] = truePositives / ranked.anomalous;
  }
  return { precisions, recalls, thresholds };
}

/**
 * Average precision: AP = Σ_k (R_k - R_{k-1}) · P_k over the points of {@link prCurve}, without interpolation.
 *
 * @param scores - Anomaly scores, any real unit, length M; higher is more anomalous.
 * @param labels - 0 normal, 1 anomalous, length M; at least one must be 1.
 * @returns A number in (0, 1]; the share of anomalous items for a constant score.
 * @throws {ShapeError} E_SHAPE if the lengths differ.
 * @throws {DataError} E_DATA if a score is NaN or a label neither 0 nor 1; E_ONE_CLASS if nothing is anomalous.
 * @see scikit-learn, `sklearn.metrics.average_precision_score` (the same definition)
 * @example
 * averagePrecision([0.9, 0.5, 0.1], [1, 0, 1]).toFixed(4); //=> "0.8333"
 */
export function averagePrecision(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const ranked = tieGroups("averagePrecision", scores, labels);
  requireAnomalous("averagePrecision", ranked);
  const area = new PrecisionArea(ranked.anomalous);
  for (const group of ranked.groups) area.add(group.anomalous, group.normal);
  return area.value();
}

/**
 * The largest F1 = 2·TP / (2·TP + FP + FN) over all thresholds; of equal ones the strictest.
 *
 * To be reported as an oracle beside the F1 at a threshold fixed beforehand and beside {@link trivialF1}.
 *
 * @param scores - Anomaly scores, any real unit, length M; higher is more anomalous.
 * @param labels - 0 normal, 1 anomalous, length M; at least one must be 1.
 * @throws {ShapeError} E_SHAPE if the lengths differ.
 * @throws {DataError} E_DATA if a score is NaN or a label neither 0 nor 1; E_ONE_CLASS if nothing is anomalous.
 * @example
 * f1Max([3, 2, 1], [1, 1, 0]); //=> { f1: 1, threshold: 1 }
 */
export function f1Max(scores: ArrayLike<number>, labels: ArrayLike<number>): F1Max {
  const ranked = tieGroups("f1Max", scores, labels);
  requireAnomalous("f1Max", ranked);
  const best = new BestF1(ranked.anomalous);
  for (const group of ranked.groups) best.add(group.score, group.anomalous, group.normal);
  return best.value();
}

/**
 * F1 of calling everything anomalous: 2·P / (2·P + N) with P anomalous and N normal items. Any F1 worth having is above.
 *
 * @param labels - 0 normal, 1 anomalous; at least one must be 1.
 * @throws {DataError} E_DATA if a label is neither 0 nor 1; E_ONE_CLASS if nothing is anomalous.
 * @example
 * trivialF1([1, 1, 0]); //=> 0.8
 */
export function trivialF1(labels: ArrayLike<number>): number {
  const counts = countLabels("trivialF1", labels);
  requireAnomalous("trivialF1", counts);
  return (2 * counts.anomalous) / (2 * counts.anomalous + counts.normal);
}

/** Average precision as a running sum; groups of equal score come in from high to low. */
export class PrecisionArea {
  readonly #total: number;
  #sum = 0;
  #truePositives = 0;
  #positives = 0;

  /** @param total - Number of anomalous items in all. */
  constructor(total: number) {
    this.#total = total;
  }

  /** Takes the next lower group of equal scores. */
  add(anomalous: number, normal: number): void {
    this.#truePositives += anomalous;
    this.#positives += anomalous + normal;
    if (anomalous > 0) this.#sum += anomalous * (this.#truePositives / this.#positives);
  }

  /** Average precision of what came in. */
  value(): number {
    return this.#sum / this.#total;
  }
}

/** The best F1 so far; groups of equal score come in from high to low. */
export class BestF1 {
  readonly #total: number;
  #truePositives = 0;
  #positives = 0;
  #f1 = 0;
  #threshold = -Infinity;
  #endsAtNextGroup = false;

  /** @param total - Number of anomalous items in all. */
  constructor(total: number) {
    this.#total = total;
  }

  /** Takes the next lower group of equal scores. */
  add(score: number, anomalous: number, normal: number): void {
    if (this.#endsAtNextGroup) this.#threshold = score;
    this.#truePositives += anomalous;
    this.#positives += anomalous + normal;
    const f1 = (2 * this.#truePositives) / (this.#positives + this.#total);
    this.#endsAtNextGroup = f1 > this.#f1;
    if (this.#endsAtNextGroup) this.#f1 = f1;
  }

  /** Best F1 of what came in, and the threshold just below its last group. */
  value(): F1Max {
    return { f1: this.#f1, threshold: this.#endsAtNextGroup ? -Infinity : this.#threshold };
  }
}
