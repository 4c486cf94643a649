/** Scorers without models: what a file's bytes say decides whether it loads, and what it scores. */
import { readFileSync } from "node:fs";
import { OnnxFormatError, ServiceError } from "../../src/base/errors.ts";
import type { Scorer, StartScorer } from "../../src/server/scorer.ts";
import { fakeDescription } from "./fake-detector.ts";

/** Scorers that were started. */
export interface FakeScorers {
  readonly start: StartScorer;
  /** How many are running. */
  running(): number;
  /** The next score ends the thread. */
  breakNext(): void;
}

/** A file that says "bad" is no model, one that says "other" fails its self-check; all others score their own length. */
export function fakeScorers(): FakeScorers {
  let running = 0;
  let isBreaking = false;
  return {
    running: () => running,
    breakNext: () => {
      isBreaking = true;
    },
    start: async (path): Promise<Scorer> => {
      const text = readFileSync(path, "utf8");
      if (text.startsWith("bad")) throw new OnnxFormatError("model: expected a model, got a bad one.");
      if (text.startsWith("other")) throw new ServiceError("E_SELF_CHECK", "model: expected the same.");
      running++;
      let hasEnded = false;
      return {
        description: fakeDescription,
        score: async (pictures) => {
          if (isBreaking) {
            isBreaking = false;
            hasEnded = true;
            throw new Error("the thread ended");
          }
          return pictures.map(() => ({
            scored: { anomalyScore: text.length, pValue: 1, isAnomalous: text.length > 4, warnings: [] },
          }));
        },
        hasEnded: () => hasEnded,
        end: async () => {
          running--;
        },
      };
    },
  };
}
