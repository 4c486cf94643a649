/** One request's pictures on their way through a detector. */
import { untilAborted } from "../base/abort.ts";
import { AbortError, ServiceError } from "../base/errors.ts";
import { partFaultTexts } from "../detectors/part-fault.ts";
import type { WatchedTable } from "./history/database.ts";
import type { PictureToScore } from "./scorer.ts";
import type { VersionedOutcome } from "./served-model.ts";
import type { Station } from "./station.ts";

/** A picture with its name in the history. */
export interface HashedPicture extends PictureToScore {
  /** SHA-256 of the bytes that came. */
  readonly imageHash: string;
  /** The file of a watched folder that it is. */
  readonly watched?: WatchedTable | undefined;
}

/** What scoring needs of a station. */
export interface ScoringStation extends Pick<Station, "history" | "limits" | "isOpen" | "now"> {
  readonly measurements: Pick<Station["measurements"], "verdict">;
  readonly models: Pick<Station["models"], "get">;
}

/** An outcome, with its id in the history where there is a score. */
export type RecordedOutcome = VersionedOutcome & { readonly id: string };

/** A request for scores. */
export interface ScoreRequest {
  readonly detector: string;
  readonly pictures: readonly HashedPicture[];
  /** Who asks. */
  readonly caller: string;
  /** Of the HTTP request: aborted when the caller goes away. */
  readonly signal: AbortSignal;
  readonly deadlineMs?: number | undefined;
}

/**
 * Scores a request's pictures within its deadline; the verdicts are in the history when it resolves.
 *
 * @throws {ServiceError} E_NOT_FOUND, E_UNAVAILABLE, E_TOO_LARGE, E_BUSY; E_DEADLINE if the answer is not there in time;
 * {AbortError} E_ABORTED if the caller went away.
 */
export async function scorePictures(
  station: ScoringStation,
  request: ScoreRequest,
): Promise<RecordedOutcome[]> {
  const { models, limits, measurements, isOpen, now } = station;
  const { detector, pictures, signal, deadlineMs = limits.deadlineMs } = request;
  const started = now();
  if (!isOpen()) throw new ServiceError("E_UNAVAILABLE", "server: ending; it takes no more pictures.");
  const timeout = Math.min(deadlineMs, limits.deadlineMs);
  const inTime = AbortSignal.timeout(timeout);
  const wanted = AbortSignal.any([signal, inTime]);
  try {
    const model = models.get(detector);
    const outcomes = await untilAborted(
      model.score(pictures, { signal: wanted, withinMs: timeout }),
      wanted,
      "score",
    );
    for (const outcome of outcomes) {
      if ("scored" in outcome) measurements.verdict(detector, outcome.scored.isAnomalous);
    }
    return await recorded(station, { ...request, latencyMs: now() - started }, outcomes);
  } catch (error) {
    if (!(error instanceof AbortError) || !inTime.aborted || signal.aborted) throw error;
    throw new ServiceError(
      "E_DEADLINE",
      `score: expected an answer within ${timeout} ms, got none. Give more time, or send fewer pictures.`,
      { cause: error },
    );
  }
}

async function recorded(
  { history }: ScoringStation,
  { detector, pictures, caller, latencyMs }: ScoreRequest & { readonly latencyMs: number },
  outcomes: readonly VersionedOutcome[],
): Promise<RecordedOutcome[]> {
  const verdicts = outcomes.flatMap((outcome, i) => {
    const picture = pictures[i];
    if ("failed" in outcome || picture === undefined) return [];
    const { anomalyScore, pValue, isAnomalous, partFault, warnings } = outcome.scored;
    return [
      {
        detector,
        version: outcome.version,
        imageName: picture.name,
        imageHash: picture.imageHash,
        anomalyScore,
        pValue,
        threshold: outcome.description.calibration.threshold,
        isAnomalous,
        latencyMs: Math.round(latencyMs * 10) / 10,
        warnings: partFault ? [partFaultTexts[partFault], ...warnings] : warnings,
        caller,
        watched: picture.watched,
        picture: picture.picture instanceof Uint8Array ? picture.picture : undefined,
      },
    ];
  });
  const ids = await history.add(verdicts);
  let at = 0;
  return outcomes.map((outcome) => ({ ...outcome, id: "failed" in outcome ? "" : (ids[at++] ?? "") }));
}
