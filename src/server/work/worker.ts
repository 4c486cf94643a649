/** A process that scores and trains for a station, on this machine or another. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Job } from "bullmq";
import { pino } from "pino";
import { RadarError } from "../../base/errors.ts";
import { plainError } from "../../base/plain-error.ts";
import { checkWritable } from "../../node/atomic-file.ts";
import type { Device } from "../../runtime/backend.ts";
import { type TrainingNews, trainHere } from "../jobs/train-job.ts";
import { usualLimits } from "../limits.ts";
import { ModelVersions } from "../model-versions.ts";
import { startScorer } from "../scorer.ts";
import { KeptScorers } from "./kept-scorers.ts";
import {
  answerKey,
  failureText,
  orderKey,
  packAnswer,
  queueName,
  scoringOrderSchema,
  stopFile,
  trainingOrderSchema,
  unpackPictures,
} from "./orders.ts";
import { connectRedis } from "./redis.ts";
import { type WorkKind, workKinds } from "./work-kind.ts";

/** How a worker is started. */
export interface WorkerOptions {
  /** `redis://...` of the station. */
  readonly redis: string;
  /** The station's state folder, as this machine sees it. */
  readonly state: string;
  /** What is done. Default: scoring and training. */
  readonly kind?: WorkKind | undefined;
  readonly device?: Device | undefined;
  readonly threads?: number | undefined;
  /** Largest picture that is decoded. */
  readonly maxPixels?: number | undefined;
  readonly logLevel?: "info" | "warn" | "error" | "silent" | undefined;
}

/** A worker that takes work. */
export interface RunningWorker {
  /** Takes no more, ends what is being scored, stops a training at a checkpoint and gives it back. */
  end(): Promise<void>;
}

/**
 * A worker that has not renewed its claim for so long, in milliseconds, has ended (ours): its work is given to another within as much
 * again. One that was merely slow stops when it sees that.
 */
const claimMs = 5000;

/** How often work may be taken over before it is given up (ours): a picture that ends its worker is not tried for ever. */
const takeovers = 10;

/** How long an answer is kept for the station, in seconds (ours). */
const answerSeconds = 600;

/** How often a training's news are told, and its stop looked for, in milliseconds (ours). */
const newsMs = 250;
const stopLookMs = 1000;

/** Does a piece of work; `lost` is aborted when another has taken it over. @throws what went wrong in it. */
type Work = (job: Job, token: string, lost: AbortSignal) => Promise<void>;

/** Starts a worker. @throws {ServiceError} E_UNAVAILABLE, {RadarError} E_PACKAGE as `connectRedis`; {FileError} E_FILE if the folder takes no files. */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { state, device, threads, kind, maxPixels = usualLimits.maxPixels, logLevel = "info" } = options;
  await checkWritable(join(state, "radar-ad")); // where the share is not mounted there is no folder
  const log = pino({ level: logLevel }, pino.destination({ dest: 2, sync: false }));
  const link = await connectRedis(options.redis, (error) => log.warn({ err: error.message }, "redis"));
  const { WaitingError, Worker } = link.bullmq;
  const scorers = new KeptScorers((path) => startScorer(path, { device, threads, maxPixels }));
  const train = trainHere({ device, threads });
  const ending = new AbortController();

  const work: Record<WorkKind, Work> = {
    scoring: async ({ id = "", data }) => {
      const order = await link.get(orderKey(id));
      if (order === undefined) return; // nobody waits for it any more
      const { detector, version } = scoringOrderSchema.parse(data);
      const path = new ModelVersions(join(state, "versions", detector)).pathOf(version);
      const outcomes = (await scorers.score(path, unpackPictures(order))).map((outcome) =>
        "failed" in outcome ? { failed: plainError(outcome.failed) } : outcome,
      );
      await link.put(answerKey(id), packAnswer({ kind: "scored", outcomes }), answerSeconds);
    },
    training: async (job, token, lost) => {
      const { id, detector, options: of } = trainingOrderSchema.parse(job.data);
      const own = join(state, "jobs", id);
      const stop = new AbortController();
      const looks = setInterval(() => existsSync(join(own, stopFile)) && stop.abort("cancelled"), stopLookMs);
      const news = newsOf(job);
      try {
        await train({
          id,
          detector,
          options: of,
          pictures: join(own, "good"),
          model: join(own, "model.onnx"),
          signal: AbortSignal.any([stop.signal, ending.signal, lost]),
          onNews: news.tell,
        });
      } catch (error) {
        if (!ending.signal.aborted) throw error;
        await job.moveToWait(token);
        throw new WaitingError();
      } finally {
        clearInterval(looks);
        news.end();
      }
    },
  };

  const kinds = kind === undefined ? workKinds : [kind];
  const workers = kinds.map((each) => {
    const processor = async (job: Job, token = "", lost = ending.signal): Promise<void> => {
      await work[each](job, token, lost).catch((error: unknown) => {
        if (error instanceof WaitingError) throw error;
        const isOurs = error instanceof RadarError && error.code !== "E_INTERNAL";
        log[isOurs ? "info" : "error"]({ id: job.id, err: error }, `${each}: failed`);
        throw new Error(failureText(error));
      });
    };
    const worker = new Worker(queueName(each), (job, token, lost) => processor(job, token, lost), {
      connection: link.waiting(),
      lockDuration: claimMs,
      stalledInterval: claimMs / 2,
      maxStalledCount: takeovers,
    });
    worker.on("error", link.onError);
    worker.on("lockRenewalFailed", (ids) => {
      for (const id of ids) worker.cancelJob(id); // another has it
    });
    worker.on("stalled", (id) => log.warn({ id }, `${each}: taken over from a worker that ended`));
    worker.on("completed", ({ id }) => log.info({ id }, `${each}: done`));
    return worker;
  });
  await Promise.all(workers.map((worker) => worker.waitUntilReady()));
  return {
    end: async () => {
      ending.abort("ending");
      await Promise.all(workers.map((worker) => worker.close()));
      await scorers.end();
      link.close();
      log.flush();
    },
  };
}

/** Tells the queue how a training goes: the newest news, now and then. */
function newsOf(job: Job) {
  let told: Required<TrainingNews> = {
    step: null,
    totalSteps: null,
    loss: null,
    stage: null,
    stageProgress: null,
  };
  let isNew = false;
  const timer = setInterval(() => {
    if (!isNew) return;
    isNew = false;
    job.updateProgress(told).catch(() => {}); // Redis is away: the next news are newer
  }, newsMs);
  return {
    tell: (news: TrainingNews): void => {
      told = { ...told, ...news };
      isNew = true;
    },
    end: () => clearInterval(timer),
  };
}
