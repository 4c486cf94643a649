/** Which scores a threshold is judged by. */
import type { PastVerdict } from "../server/protocol.ts";

/**
 * Where good parts come from. heldOut: pictures of the training that were held out. confirmed: what operators said were good. passed: that, and what
 * passed and of which nothing was said.
 */
export const goodSources = ["heldOut", "confirmed", "passed"] as const;

/** One of {@link goodSources}. */
export type GoodSource = (typeof goodSources)[number];

type Judged = Pick<PastVerdict, "anomalyScore" | "imageHash" | "isAnomalous" | "truth">;

/** Scores of good parts; a picture that was scored several times counts once, as it does on the server. */
export function goodScores(
  source: GoodSource,
  heldOut: readonly number[],
  verdicts: readonly Judged[],
): readonly number[] {
  if (source === "heldOut") return heldOut;
  return oncePerPicture(
    verdicts.filter(
      ({ truth, isAnomalous }) => truth === "good" || (source === "passed" && truth === null && !isAnomalous),
    ),
  );
}

/** Scores of confirmed defects. */
export function defectScores(verdicts: readonly Judged[]): readonly number[] {
  return oncePerPicture(verdicts.filter(({ truth }) => truth === "defect"));
}

/**
 * Chance that a further good part scores above a threshold, at most: conformal, (those above + 1) / (all + 1), on average over the draw of all of them.
 *
 * @returns null where there is no good part.
 * @see Vovk, Gammerman and Shafer 2005, "Algorithmic Learning in a Random World", section 2.2
 */
export function rateAbove(threshold: number, good: readonly number[]): number | null {
  if (good.length === 0) return null;
  return (good.filter((score) => score > threshold).length + 1) / (good.length + 1);
}

function oncePerPicture(verdicts: readonly Judged[]): number[] {
  return [...new Map(verdicts.map(({ imageHash, anomalyScore }) => [imageHash, anomalyScore])).values()];
}
