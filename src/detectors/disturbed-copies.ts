/** Disturbed copies of good pictures, and what they say of a threshold: one rule for trainings and for thresholds set anew. */
import { type Disturbance, usualDisturbances, usualDisturbancesAt } from "../data/disturbance.ts";
import { conformalThreshold } from "./calibration.ts";
import type { DetectorDescription } from "./description.ts";

/** Copies of each picture under random disturbances, on which maps are scaled (ours). */
export const copiesPerPicture = 2;

/** How many usual disturbances there are. */
export const disturbanceCount: number = usualDisturbances.length;

/** Share of the pictures that may be called anomalous under one disturbance; where a higher rate of false alarms is asked for, that (ours). */
const toleratedRate = 0.15;

/** Pictures that are shown under each usual disturbance, at most: of so many, 15 % is a whole number of ranks (ours). */
const mostStressed = { atOneSize: 39, inTiles: 19 } as const;

/** Whether a threshold of the model is raised for disturbances: it was taught to tolerate them. */
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

/** Places of the pictures that are shown under each disturbance, evenly spaced. @param readInTiles - Whether a score takes many calls. */
export function stressedPlaces(
  pictures: number,
  { readInTiles }: { readonly readInTiles: boolean },
): number[] {
  const count = Math.min(pictures, readInTiles ? mostStressed.inTiles : mostStressed.atOneSize);
  return Array.from({ length: count }, (_, i) => Math.floor((i * pictures) / count));
}

/** Something of a picture under each of the usual disturbances, in their order. @param sidePx - The picture's shorter side. */
export function underEach<T>(sidePx: number, of: (disturbance: Disturbance) => T): T[] {
  return usualDisturbancesAt(sidePx).map(({ disturbance }) => of(disturbance));
}

/** What a threshold tolerates. */
export interface Tolerated {
  readonly score: number;
  /** Name of the disturbance under which the pictures score as high, one of `usualDisturbances`; of old files it is not known. */
  readonly under?: string | undefined;
}

/**
 * Score that under every single disturbance all of the pictures but those that may be called anomalous stay at or below: no threshold is lower. They are 15 %, or
 * the rate where that is higher; of so few pictures that this is none of them, the highest is taken.
 *
 * @param scores - Of each picture, under each of `usualDisturbances` in their order; undefined where a copy does not count.
 * @returns undefined if there are none.
 */
export function toleratedScore(
  scores: readonly (readonly (number | undefined)[])[],
  falseAlarmRate: number,
): Tolerated | undefined {
  const tolerated = usualDisturbances.flatMap(({ name }, i): Tolerated[] => {
    const ofOne = scores.flatMap((picture) => picture[i] ?? []);
    if (ofOne.length === 0) return [];
    const rate = Math.max(toleratedRate, falseAlarmRate, 1 / (ofOne.length + 1));
    return [{ score: conformalThreshold(ofOne, rate).threshold, under: name }];
  });
  const [first, ...others] = tolerated;
  return first && others.reduce((most, each) => (each.score > most.score ? each : most), first);
}
