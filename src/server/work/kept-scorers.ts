/** The models that a worker has ready. */
import type { PictureToScore, ScoreOutcome, Scorer, StartScorer } from "../scorer.ts";

/** Models that are kept ready, the last used (ours): each has a thread and its weights in memory. */
const keptModels = 4;

/** Scorers by their files, started when they are needed; the longest unused ones end. For one call after the other. */
export class KeptScorers {
  readonly #start: StartScorer;
  /** The longest unused first. */
  readonly #scorers = new Map<string, Scorer>();

  constructor(start: StartScorer) {
    this.#start = start;
  }

  /** Scores with the model of a file. @throws as {@link StartScorer}; what the thread's end says, the next call starts another. */
  async score(path: string, pictures: readonly PictureToScore[]): Promise<ScoreOutcome[]> {
    const scorer = this.#scorers.get(path) ?? (await this.#start(path));
    this.#scorers.delete(path);
    this.#scorers.set(path, scorer);
    for (const [oldest, unused] of this.#scorers) {
      if (this.#scorers.size <= keptModels) break;
      this.#scorers.delete(oldest);
      await unused.end();
    }
    try {
      return await scorer.score(pictures);
    } catch (error) {
      if (scorer.hasEnded()) this.#scorers.delete(path);
      throw error;
    }
  }

  /** Ends all of them. */
  async end(): Promise<void> {
    await Promise.all([...this.#scorers.values()].map((scorer) => scorer.end()));
    this.#scorers.clear();
  }
}
