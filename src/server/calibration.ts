/** A detector's threshold set anew from what operators said of its verdicts. */
import { extname } from "node:path";
import { ServiceError } from "../base/errors.ts";
import { errorFrom } from "../base/plain-error.ts";
import type { DetectorDescription } from "../detectors/index.ts";
import { startThread } from "../node/thread.ts";
import type { JudgedScore } from "./history/history.ts";
import type { Calibrated, CalibrationRequest } from "./protocol.ts";
import type { RecalibratedFile, ScoringAnswer, ScoringOrder } from "./scorer.ts";
import type { Station } from "./station.ts";

/** Verdicts that are looked at: the newest (ours). */
const mostVerdicts = 10_000;

/** How many times more often alarms may have been judged than other verdicts (ours). */
const mostSelection = 2;

/**
 * Makes a version with the threshold that the confirmed good parts give; it is kept, and does not score until it is activated.
 *
 * Only verdicts of the version that scores count: another one's scores are on another scale.
 *
 * @throws {ServiceError} E_NOT_FOUND, E_UNAVAILABLE if nothing scores; E_CONFLICT if the judged parts are a choice by their scores; {DataError}
 * E_FALSE_ALARM_RATE if too few parts were confirmed for the rate.
 */
export async function calibrateFromHistory(
  { models, history }: Pick<Station, "models" | "history">,
  name: string,
  { falseAlarmRate, from, to, unjudged, dryRun }: CalibrationRequest,
): Promise<Calibrated> {
  const { active } = models.get(name);
  if (active === undefined)
    throw new ServiceError("E_UNAVAILABLE", `${name}: expected a model that scores, got none.`);
  const { version: base, description } = active;
  const verdicts = await history.judged({ detector: name, version: base, from, to }, mostVerdicts);
  const scores = goodScores(verdicts, unjudged);
  const made = await recalibrateInThread(models.versionsOf(name).pathOf(base), scores, falseAlarmRate);
  const [before, after] = [description.calibration, made.description.calibration];
  if (description.part !== undefined && after.threshold > before.threshold) throw unknownMisfits(name);
  const version = dryRun ? null : await models.add(name, made.model);
  const alarmsAt = (threshold: number): number => scores.filter((score) => score > threshold).length;
  return {
    detector: name,
    base,
    version,
    parts: scores.length,
    leftOut: made.leftOut,
    before: thresholdOf(before),
    after: thresholdOf(after),
    alarms: { before: alarmsAt(before.threshold), after: alarmsAt(after.threshold) },
  };
}

/**
 * Scores of the parts that count as good, each picture once.
 *
 * The promise is one for parts like these, so they must not be chosen by their scores: were alarms judged and other verdicts not, the threshold would
 * be one for alarms.
 */
export function goodScores(verdicts: readonly JudgedScore[], unjudged: "leave" | "good"): number[] {
  const alarms = verdicts.filter(({ isAnomalous }) => isAnomalous);
  const passed = verdicts.filter(({ isAnomalous }) => !isAnomalous);
  const open = alarms.filter(({ truth }) => truth === null).length;
  if (unjudged === "good" && open > 0) {
    throw new ServiceError(
      "E_CONFLICT",
      `calibrate: expected every alarm of the time to be judged, got ${open} of ${alarms.length} of which nothing was said. Say of each whether the part was good (GET /v1/history?anomalous=true&truth=unknown lists them).`,
    );
  }
  if (unjudged === "leave" && judgedShare(alarms) > mostSelection * judgedShare(passed)) {
    throw new ServiceError(
      "E_CONFLICT",
      `calibrate: expected parts that were judged whatever their scores, got ${percent(judgedShare(alarms))} of the alarms and ${percent(judgedShare(passed))} of the others: a threshold from them would be one for alarms. Judge the others too, or judge all alarms and count what passed as good (unjudged: "good").`,
    );
  }
  const isGood = ({ truth, isAnomalous }: JudgedScore): boolean =>
    truth === "good" || (unjudged === "good" && truth === null && !isAnomalous);
  const byPicture = new Map(
    verdicts.filter(isGood).map(({ imageHash, anomalyScore }) => [imageHash, anomalyScore] as const),
  );
  return [...byPicture.values()];
}

function judgedShare(verdicts: readonly JudgedScore[]): number {
  return verdicts.length === 0 ? 0 : verdicts.filter(({ truth }) => truth !== null).length / verdicts.length;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function unknownMisfits(name: string): ServiceError {
  return new ServiceError(
    "E_CONFLICT",
    `${name}: expected good parts for a lower threshold, got a higher one: of a model that finds a part the history does not tell high scores of parts from pictures without one. Use radar calibrate with the pictures.`,
  );
}

function thresholdOf({
  threshold,
  falseAlarmRate,
  images,
}: DetectorDescription["calibration"]): Calibrated["before"] {
  return { threshold, falseAlarmRate, images };
}

/** In a thread of its own: a large model takes a while. */
async function recalibrateInThread(
  path: string,
  scores: readonly number[],
  falseAlarmRate: number | undefined,
): Promise<RecalibratedFile> {
  const file = new URL(`./scoring-worker${extname(import.meta.url)}`, import.meta.url);
  const thread = startThread<ScoringOrder, ScoringAnswer>("scoring", file);
  try {
    const answer = await thread.ask({ kind: "recalibrate", path, scores, falseAlarmRate });
    if (answer.kind === "recalibrated") return answer;
    throw answer.kind === "failed"
      ? errorFrom(answer.error)
      : new Error(`scoring thread: got ${answer.kind}`);
  } finally {
    await thread.end();
  }
}
