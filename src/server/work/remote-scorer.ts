/** A model that workers score with: batches go out over Redis, and answers come back. */
import { randomUUID } from "node:crypto";
import { ServiceError } from "../../base/errors.ts";
import type { DetectorDescription } from "../../detectors/index.ts";
import { outcomesOf, type Scorer } from "../scorer.ts";
import { answerKey, orderKey, packPictures, unpackAnswer } from "./orders.ts";
import type { RedisLink } from "./redis.ts";
import type { WorkQueue } from "./work-queue.ts";

/** What a {@link remoteScorer} scores with. */
export interface RemoteModel {
  readonly detector: string;
  readonly version: string;
  readonly description: DetectorDescription;
}

/**
 * @param timeoutMs - How long a batch is waited for; the longest deadline of a request.
 * @returns A scorer whose batches are done by whichever worker takes them; a batch whose worker ends is done by another.
 */
export function remoteScorer(
  link: RedisLink,
  queue: WorkQueue,
  { detector, version, description }: RemoteModel,
  timeoutMs: number,
): Scorer {
  return {
    description,
    hasEnded: () => false,
    end: async () => {},
    score: async (pictures) => {
      const id = randomUUID();
      const seconds = Math.ceil(timeoutMs / 1000) + 60;
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        await link.put(orderKey(id), packPictures(pictures), seconds);
        const end = await queue.run(id, { detector, version }, { signal, whenAway: "fail" });
        if (end === "stopped") throw unavailable("no worker has answered in time");
        const answer = await link.get(answerKey(id));
        if (answer === undefined) throw unavailable("it is no longer in Redis");
        return outcomesOf(unpackAnswer(answer));
      } finally {
        // A worker that comes too late finds no pictures, and does nothing.
        await link.forget(orderKey(id), answerKey(id)).catch(() => {});
        await queue.withdraw(id).catch(() => {});
      }
    },
  };
}

function unavailable(reason: string): ServiceError {
  return new ServiceError(
    "E_UNAVAILABLE",
    `score: expected a worker's answer, got none: ${reason}. Look at radar worker.`,
  );
}
