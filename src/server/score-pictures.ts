/** One request's pictures on their way through a detector. */
import { untilAborted } from "../base/abort.ts";
import { AbortError, ServiceError } from "../base/errors.ts";
import type { PictureToScore } from "./scorer.ts";
import type { VersionedOutcome } from "./served-model.ts";
import type { Station } from "./station.ts";

/** A request for scores. */
export interface ScoreRequest {
  readonly detector: string;
  readonly pictures: readonly PictureToScore[];
  /** Of the HTTP request: aborted when the caller goes away. */
  readonly signal: AbortSignal;
  readonly deadlineMs?: number | undefined;
}

/**
 * Scores a request's pictures within its deadline.
 *
 * @throws {ServiceError} E_NOT_FOUND, E_UNAVAILABLE, E_TOO_LARGE, E_BUSY; E_DEADLINE if the answer is not there in time;
 * {AbortError} E_ABORTED if the caller went away.
 */
export async function scorePictures(
  { models, limits, measurements, isOpen }: Station,
  { detector, pictures, signal, deadlineMs = limits.deadlineMs }: ScoreRequest,
): Promise<VersionedOutcome[]> {
  if (!isOpen()) throw new ServiceError("E_UNAVAILABLE", "server: ending; it takes no more pictures.");
  const timeout = Math.min(deadlineMs, limits.deadlineMs);
  const inTime = AbortSignal.timeout(timeout);
  const wanted = AbortSignal.any([signal, inTime]);
  try {
    const model = models.get(detector);
    const outcomes = await untilAborted(model.score(pictures, wanted), wanted, "score");
    for (const outcome of outcomes) {
      if ("scored" in outcome) measurements.verdict(detector, outcome.scored.isAnomalous);
    }
    return outcomes;
  } catch (error) {
    if (!(error instanceof AbortError) || !inTime.aborted || signal.aborted) throw error;
    throw new ServiceError(
      "E_DEADLINE",
      `score: expected an answer within ${timeout} ms, got none. Give more time, or send fewer pictures.`,
      { cause: error },
    );
  }
}
