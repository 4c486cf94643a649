/** Scores with labels as groups of equal score, from high to low: the one order that every curve is read from. */
import { describe } from "../base/check.ts";
import { DataError, ShapeError } from "../base/errors.ts";

/** The items that share one score: no threshold can tell them apart. */
export interface TieGroup {
  readonly score: number;
  /** Anomalous items with this score. */
  readonly anomalous: number;
  /** Normal items with this score. */
  readonly normal: number;
}

/** How many items there are of each class. */
export interface ClassCounts {
  readonly anomalous: number;
  readonly normal: number;
}

/**
 * Groups of equal score, highest score first.
 *
 * @param where - Name of the caller, for messages.
 * @param scores - Anomaly scores, length M; higher is more anomalous; infinities are allowed.
 * @param labels - 0 normal, 1 anomalous, length M.
 * @throws {ShapeError} E_SHAPE if the lengths differ.
 * @throws {DataError} E_DATA if a score is NaN or a label neither 0 nor 1.
 */
export function tieGroups(
  where: string,
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
): ClassCounts & { readonly groups: readonly TieGroup[] } {
  const counts = countClasses(where, scores, labels);
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i);
  order.sort((a, b) => compareDescending(scores[a] ?? 0, scores[b] ?? 0));
  const groups: TieGroup[] = [];
  for (let start = 0, end = 0; start < order.length; start = end) {
    const score = (scores[order[start] ?? 0] ?? 0) + 0; // -0 + 0 is 0: one name for the group of both
    let anomalous = 0;
    for (; end < order.length && scores[order[end] ?? 0] === score; end++) {
      anomalous += labels[order[end] ?? 0] ?? 0;
    }
    groups.push({ score, anomalous, normal: end - start - anomalous });
  }
  return { ...counts, groups };
}

/**
 * Checks scores and labels and counts the classes.
 *
 * @throws {ShapeError} E_SHAPE if the lengths differ.
 * @throws {DataError} E_DATA if a score is NaN or a label neither 0 nor 1.
 */
export function countClasses(
  where: string,
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
): ClassCounts {
  if (scores.length !== labels.length) {
    throw new ShapeError(
      "E_SHAPE",
      `${where}: expected as many labels as scores, got ${scores.length} scores and ${labels.length} labels.`,
    );
  }
  for (let i = 0; i < scores.length; i++) {
    if (Number.isNaN(scores[i])) {
      throw new DataError("E_DATA", `${where}: expected scores to be numbers, got NaN at index ${i}.`);
    }
  }
  return countLabels(where, labels);
}

/** Counts the classes in labels. @throws {DataError} E_DATA if a label is neither 0 nor 1. */
export function countLabels(where: string, labels: ArrayLike<number>): ClassCounts {
  let anomalous = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (label !== 0 && label !== 1) {
      throw new DataError(
        "E_DATA",
        `${where}: expected labels of 0 (normal) or 1 (anomalous), got ${describe(label)} at index ${i}.`,
      );
    }
    anomalous += label;
  }
  return { anomalous, normal: labels.length - anomalous };
}

/** Throws unless both classes occur. @throws {DataError} E_ONE_CLASS saying how many there are of each. */
export function requireBothClasses(
  where: string,
  counts: ClassCounts,
  source: "labels" | "mask pixels" | "images",
  metric: string,
): void {
  if (counts.anomalous > 0 && counts.normal > 0) return;
  throw new DataError(
    "E_ONE_CLASS",
    `${where}: expected both classes in ${source}, got ${counts.normal} normal and ${counts.anomalous} anomalous. ${metric} is undefined for one class.`,
  );
}

/** Throws unless something is anomalous. @throws {DataError} E_ONE_CLASS saying how many items are normal. */
export function requireAnomalous(where: string, counts: ClassCounts): void {
  if (counts.anomalous > 0) return;
  throw new DataError(
    "E_ONE_CLASS",
    `${where}: expected at least one anomalous label, got ${counts.normal} normal and 0 anomalous. Recall is undefined without anomalous items.`,
  );
}

function compareDescending(a: number, b: number): number {
  return a > b ? -1 : a < b ? 1 : 0; // not b - a: that is NaN for equal infinities
}
