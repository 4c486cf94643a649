/** Scores by versions that need not be active, for comparisons: nothing is queued before them or kept of them. */
import { AbortError } from "../base/errors.ts";
import type { Limits } from "./limits.ts";
import type { Models } from "./models.ts";
import type { PictureToScore, StartScorer } from "./scorer.ts";
import type { VersionedOutcome } from "./served-model.ts";

/** What {@link Trials} stands on. */
export interface TrialsOptions {
  readonly models: Pick<Models, "versionsOf">;
  readonly start: StartScorer;
  readonly limits: Pick<Limits, "batch">;
}

/** One trial at a time, each in a thread that ends with it: what is served keeps its memory. */
export class Trials {
  readonly #options: TrialsOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: TrialsOptions) {
    this.#options = options;
  }

  /**
   * Scores pictures by a version that is kept.
   *
   * @param signal - Ends it after the pictures that are being scored.
   * @throws {ServiceError} E_NOT_FOUND, E_SELF_CHECK; {OnnxFormatError} E_ONNX, {BackendError} E_BACKEND if it does not score here; {AbortError} E_ABORTED.
   */
  score(
    name: string,
    version: string,
    pictures: readonly PictureToScore[],
    signal: AbortSignal,
  ): Promise<VersionedOutcome[]> {
    const trial = this.#last.then(() => this.#score(name, version, pictures, signal));
    this.#last = trial.catch(() => {});
    return trial;
  }

  async #score(
    name: string,
    version: string,
    pictures: readonly PictureToScore[],
    signal: AbortSignal,
  ): Promise<VersionedOutcome[]> {
    const { models, start, limits } = this.#options;
    if (signal.aborted) throw new AbortError("trial: the caller went away.");
    const versions = models.versionsOf(name);
    await versions.bytesOf(version);
    const scorer = await start(versions.pathOf(version));
    try {
      const { description } = scorer;
      const outcomes: VersionedOutcome[] = [];
      for (let at = 0; at < pictures.length; at += limits.batch) {
        if (signal.aborted) throw new AbortError("trial: the caller went away.");
        const batch = await scorer.score(pictures.slice(at, at + limits.batch));
        outcomes.push(...batch.map((outcome) => ({ ...outcome, version, description })));
      }
      return outcomes;
    } finally {
      await scorer.end();
    }
  }
}
