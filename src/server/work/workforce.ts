/** The workers of a station, as it sees them: what scores and trains instead of its own threads. */
import { basename, dirname } from "node:path";
import type { Logger } from "pino";
import type { TrainJob } from "../jobs/train-job.ts";
import type { StartScorer } from "../scorer.ts";
import { connectRedis } from "./redis.ts";
import { remoteScorer } from "./remote-scorer.ts";
import { remoteTraining } from "./remote-training.ts";
import { WorkQueue } from "./work-queue.ts";

/** What a station's workforce stands on. */
export interface WorkforceOptions {
  /** Checks a model here, before workers score with it. */
  readonly start: StartScorer;
  /** Longest deadline of a request, in milliseconds. */
  readonly deadlineMs: number;
  readonly log: Logger;
}

/** Workers behind Redis. */
export interface Workforce {
  /** Workers that score, as last counted. */
  readonly scoringWorkers: () => number;
  readonly start: StartScorer;
  readonly train: TrainJob;
  close(): Promise<void>;
}

/** How often workers are counted, in milliseconds (ours). */
const countEveryMs = 1000;

/** Connects a station to its workers. @throws {ServiceError} E_UNAVAILABLE, {RadarError} E_PACKAGE as `connectRedis`. */
export async function openWorkforce(
  redis: string,
  { start, deadlineMs, log }: WorkforceOptions,
): Promise<Workforce> {
  const link = await connectRedis(redis, (error) => log.warn({ err: error.message }, "redis"));
  const scoring = new WorkQueue(link, "scoring");
  const training = new WorkQueue(link, "training");
  let workers = 0;
  const count = async (): Promise<void> => {
    try {
      const now = await scoring.workers();
      if (now !== workers) log.info({ workers: now }, "workers that score");
      workers = now;
    } catch {
      // Redis is away, and has said so
    }
  };
  await count();
  const counting = setInterval(() => void count(), countEveryMs);
  return {
    scoringWorkers: () => workers,
    start: async (path) => {
      const own = await start(path);
      await own.end();
      const version = basename(path, ".onnx"); // <detector>/<version>.onnx, as workers find it in the state folder
      const model = { detector: basename(dirname(path)), version, description: own.description };
      return remoteScorer(link, scoring, model, deadlineMs);
    },
    train: remoteTraining(training),
    close: async () => {
      clearInterval(counting);
      await Promise.all([scoring.close(), training.close()]);
      link.close();
    },
  };
}
