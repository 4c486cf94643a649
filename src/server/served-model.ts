/** A detector as it is served: what scores for it, and the queue before it. */
import { ServiceError } from "../base/errors.ts";
import type { DetectorDescription } from "../detectors/index.ts";
import { BatchQueue, type SubmitOptions } from "./batch-queue.ts";
import type { Limits } from "./limits.ts";
import type { PictureToScore, ScoredPicture, ScoreOutcome, Scorer } from "./scorer.ts";

/** A version of a detector that scores. */
export interface ActiveVersion {
  /** SHA-256 of the model file. */
  readonly version: string;
  readonly description: DetectorDescription;
}

/** The picture scored, or why it was not; and by which version. */
export type VersionedOutcome = ScoreOutcome & ActiveVersion;

/** What a model tells those who measure. */
export interface ModelObserver {
  readonly now: () => number;
  /** Batches of a model that are scored at a time. Default: one. */
  readonly lanes?: (() => number) | undefined;
  readonly onBatch?: (model: string, batch: { readonly size: number; readonly seconds: number }) => void;
}

interface Active extends ActiveVersion {
  readonly scorer: Scorer;
}

/** One detector of the server. Its version may change between two batches, never within one. */
export class ServedModel {
  readonly name: string;
  /** Why the file in the folder is not what scores; null where it is. */
  problem: Error | null = null;
  /** Whether it has a file in the folder. */
  isInUse = false;
  /** Called when what scored has ended by itself; pictures are refused until another is activated. */
  onLost: (version: string) => void = () => {};
  readonly #queue: BatchQueue<PictureToScore, VersionedOutcome>;
  #active: Active | undefined;
  #ended = false;

  constructor(name: string, limits: Limits, { now, lanes, onBatch }: ModelObserver) {
    this.name = name;
    this.#queue = new BatchQueue((pictures) => this.#score(pictures), {
      maxBatch: limits.batch,
      maxWaitMs: limits.batchWaitMs,
      capacity: limits.queue,
      now,
      lanes,
      onBatch: (batch) => onBatch?.(name, batch),
    });
  }

  /** The version that scores; undefined while none does. */
  get active(): ActiveVersion | undefined {
    return this.#active;
  }

  /** Pictures that wait or are being scored. */
  get queueLength(): number {
    return this.#queue.length;
  }

  /** Seconds after which a refused request should come again. */
  get retryAfter(): number {
    return this.#queue.retryAfter;
  }

  /** Lets a version score from the next batch on; the one before ends when it has ended its batch. */
  async activate(version: string, scorer: Scorer): Promise<void> {
    const before = this.#active;
    this.#active = { version, description: scorer.description, scorer };
    if (before === undefined) return;
    await Promise.all(this.#batches);
    await before.scorer.end();
  }

  /**
   * Scores pictures in the order in which requests came.
   *
   * @throws {ServiceError} E_UNAVAILABLE if nothing scores; E_TOO_LARGE, E_BUSY as {@link BatchQueue.submit}.
   */
  async score(pictures: readonly PictureToScore[], options: SubmitOptions = {}): Promise<VersionedOutcome[]> {
    if (this.#ended || this.#active === undefined) {
      throw new ServiceError(
        "E_UNAVAILABLE",
        `${this.name}: expected a model that scores, got ${this.problem?.message ?? "one that is not loaded"}`,
      );
    }
    const outcomes = await Promise.allSettled(this.#queue.submit(pictures, options));
    return outcomes.map((outcome) => {
      if (outcome.status === "rejected") throw outcome.reason;
      return outcome.value;
    });
  }

  /** Works off what is in the queue, takes no more, and frees the model. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#queue.whenIdle();
    await this.#active?.scorer.end();
    this.#active = undefined;
  }

  readonly #batches = new Set<Promise<unknown>>();

  #score(pictures: readonly PictureToScore[]): Promise<VersionedOutcome[]> {
    const active = this.#active;
    if (active === undefined)
      throw new ServiceError("E_UNAVAILABLE", `${this.name}: the model was taken away.`);
    const { version, description } = active;
    const batch = active.scorer
      .score(pictures)
      .then((outcomes) => outcomes.map((outcome) => ({ ...outcome, version, description })));
    const settled = batch
      .catch(() => {
        if (!active.scorer.hasEnded() || this.#active !== active) return;
        this.#active = undefined;
        this.onLost(version);
      })
      .finally(() => this.#batches.delete(settled));
    this.#batches.add(settled);
    return batch;
  }
}

/** The score of an outcome. @throws what went wrong with the picture. */
export function scoredOf(outcome: ScoreOutcome): ScoredPicture {
  if ("failed" in outcome) throw outcome.failed;
  return outcome.scored;
}
