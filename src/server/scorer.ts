/** A model in a thread of its own, which decodes, scores and draws: the server's event loop does none of it. */
import { extname } from "node:path";
import { untilAborted } from "../base/abort.ts";
import { type RadarError, ServiceError } from "../base/errors.ts";
import type { Frame } from "../base/frame.ts";
import { errorFrom, type PlainError } from "../base/plain-error.ts";
import type { DetectorDescription, PartFault } from "../detectors/index.ts";
import type { FilePath } from "../node/file-input.ts";
import { startThread } from "../node/thread.ts";
import type { Device } from "../runtime/backend.ts";
import type { MapForm } from "./protocol.ts";

/** Where and within what limits models compute. */
export interface ScorerOptions {
  readonly device?: Device | undefined;
  readonly threads?: number | undefined;
  /** Largest picture that is decoded. */
  readonly maxPixels: number;
}

/** A picture to score: encoded bytes or pixels. */
export interface PictureToScore {
  /** Names it in messages. */
  readonly name: string;
  readonly picture: Uint8Array | Frame;
  readonly map: MapForm;
}

/** What a model says of one picture. */
export interface ScoredPicture {
  readonly anomalyScore: number;
  readonly pValue: number;
  readonly isAnomalous: boolean;
  /** Of a model that finds a part first: why the picture does not show it as it should. */
  readonly partFault?: PartFault;
  readonly warnings: readonly string[];
  /** Bytes of the map in the form that was wanted. */
  readonly map?: { readonly width: number; readonly height: number; readonly data: Uint8Array };
}

/** What became of one picture. */
export type ScoreOutcome = { readonly scored: ScoredPicture } | { readonly failed: Error };

/** A model that is ready to score. */
export interface Scorer {
  readonly description: DetectorDescription;
  /** One outcome for each picture, in their order. @throws {BackendError} E_BACKEND if the thread ends. */
  score(pictures: readonly PictureToScore[]): Promise<ScoreOutcome[]>;
  /** Whether the thread has ended by itself. */
  hasEnded(): boolean;
  /** Ends the thread, with whatever it is doing. */
  end(): Promise<void>;
}

/** What the thread is asked to do. */
export type ScoringOrder =
  | { readonly kind: "load"; readonly path: string; readonly options: ScorerOptions }
  | { readonly kind: "score"; readonly pictures: readonly PictureToScore[] }
  | {
      readonly kind: "recalibrate";
      readonly path: string;
      readonly scores: readonly number[];
      readonly falseAlarmRate: number | undefined;
    };

/** A model file with another threshold. */
export interface RecalibratedFile {
  readonly model: Uint8Array;
  readonly description: DetectorDescription;
  /** Scores that were like none of the others. */
  readonly leftOut: number;
}

/** What it answers. */
export type ScoringAnswer =
  | { readonly kind: "loaded"; readonly description: DetectorDescription }
  | {
      readonly kind: "scored";
      readonly outcomes: readonly ({ readonly scored: ScoredPicture } | { readonly failed: PlainError })[];
    }
  | ({ readonly kind: "recalibrated" } & RecalibratedFile)
  | { readonly kind: "failed"; readonly error: PlainError };

/** Makes a model file ready to score. @throws {RadarError} as {@link startScorer}. */
export type StartScorer = (path: string) => Promise<Scorer>;

/** What {@link startScorer} may be told, besides. */
export interface StartOptions {
  /** What the thread runs. Default: our own file, beside this one. */
  readonly file?: FilePath | undefined;
  /** Longest time of a self-check, in milliseconds. Default: five minutes. */
  readonly limitMs?: number | undefined;
}

/** Those of models that were changed on purpose may take for ever; others take seconds (ours). */
const selfCheckLimitMs = 300_000;

const ownFile = (): URL => new URL(`./scoring-worker${extname(import.meta.url)}`, import.meta.url);

/**
 * Checks a model file - whole, ours, and computing here what its maker saw - and makes it ready to score.
 *
 * @throws {FileError} E_FILE, {OnnxFormatError} E_ONNX, {BackendError} E_BACKEND as `loadDetector`; E_SELF_CHECK if its self-check differs, does
 * not end in time, or ends the thread that runs it.
 */
export async function startScorer(
  path: string,
  options: ScorerOptions,
  { file = ownFile(), limitMs = selfCheckLimitMs }: StartOptions = {},
): Promise<Scorer> {
  const thread = startThread<ScoringOrder, ScoringAnswer>("scoring", file);
  const limit = AbortSignal.timeout(limitMs);
  let hasEnded = false;
  try {
    const loading = thread.ask({ kind: "load", path, options });
    const answer = await untilAborted(loading, limit, "self-check").catch((error: Error) => {
      const got = limit.aborted
        ? `none within ${limitMs / 1000} s`
        : `an end of the thread that ran it (${error.message})`;
      throw new ServiceError(
        "E_SELF_CHECK",
        `model: expected a self-check that ends here, got ${got}. It may need more time or memory than there is.`,
        { cause: error },
      );
    });
    if (answer.kind !== "loaded") throw failureOf(answer);
    return {
      description: answer.description,
      score: async (pictures) => {
        const scored = await thread.ask({ kind: "score", pictures }).catch((error: unknown) => {
          hasEnded = true;
          throw error;
        });
        return outcomesOf(scored);
      },
      hasEnded: () => hasEnded,
      end: () => thread.end(),
    };
  } catch (error) {
    const ended = thread.end();
    if (!limit.aborted) await ended; // one that computes without end is not waited for
    throw error;
  }
}

/** The outcomes of an answer, their errors of their classes again. @throws what the answer says went wrong. */
export function outcomesOf(answer: ScoringAnswer): ScoreOutcome[] {
  if (answer.kind !== "scored") throw failureOf(answer);
  return answer.outcomes.map((outcome) =>
    "failed" in outcome ? { failed: errorFrom(outcome.failed) } : outcome,
  );
}

function failureOf(answer: ScoringAnswer): Error | RadarError {
  return answer.kind === "failed" ? errorFrom(answer.error) : new Error(`scoring thread: got ${answer.kind}`);
}
