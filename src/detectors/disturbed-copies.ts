/** Disturbed copies of good pictures, and what they say of a threshold: one rule for trainings and for thresholds set anew. */
import type { DetectorDescription } from "./description.ts";

/** Disturbed copies of each picture, where disturbances are to be tolerated (ours). */
export const copiesPerPicture = 2;

/** Share of the disturbed copies that may be called anomalous; where a higher rate of false alarms is asked for, that (ours). */
const toleratedRate = 0.15;

/** Whether a threshold of the model is raised for disturbed copies: it was taught to tolerate them. */
export function raisesForDisturbances({ options }: DetectorDescription): boolean {
  return options.tolerance === "usual";
}

/** {@link copiesPerPicture} of every picture, drawn one after the other: those of a picture stand behind each other. */
export function copiesOfEach<T>(pictures: readonly T[], copyOf: (picture: T) => T): T[] {
  return pictures.flatMap((picture) => Array.from({ length: copiesPerPicture }, () => copyOf(picture)));
}

/** Place of the picture that a copy is of. */
export function pictureOfCopy(copy: number): number {
  return Math.floor(copy / copiesPerPicture);
}

/**
 * Score that all of the disturbed copies but those that may be called anomalous stay at or below: no threshold is lower. They are 15 %, or the rate where
 * that is higher.
 *
 * @param copies - Scores of the copies.
 * @returns undefined if there are none.
 */
export function toleratedScore(copies: readonly number[], falseAlarmRate: number): number | undefined {
  const sorted = [...copies].sort((a, b) => a - b);
  const above = Math.floor(Math.max(toleratedRate, falseAlarmRate) * sorted.length);
  return sorted[sorted.length - 1 - above];
}
