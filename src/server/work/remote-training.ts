/** A training that a worker makes, in the state folder that it shares with the station. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AbortError } from "../../base/errors.ts";
import type { TrainJob } from "../jobs/train-job.ts";
import { stopFile, trainingNewsSchema } from "./orders.ts";
import type { WorkQueue } from "./work-queue.ts";

/** How long a worker may take to stop before the training counts as stopped, in milliseconds (ours). */
const stopMs = 15_000;

/** Trains by handing the job out; a training that was handed out before is waited for, not begun again. */
export function remoteTraining(queue: WorkQueue): TrainJob {
  return async ({ id, detector, options, model, signal, onNews }) => {
    const stopPath = join(dirname(model), stopFile);
    const patience = new AbortController();
    const stop = async (): Promise<void> => {
      setTimeout(() => patience.abort(), stopMs).unref();
      await writeFile(stopPath, "");
      if (await queue.withdraw(id)) patience.abort();
    };
    const onAbort = (): void => {
      if (signal.reason === "ending") patience.abort();
      else stop().catch(() => {}); // its patience ends all the same
    };
    await rm(stopPath, { force: true });
    signal.addEventListener("abort", onAbort, { once: true });
    const run = () =>
      queue.run(
        id,
        { id, detector, options },
        {
          signal: patience.signal,
          onNews: (news) => onNews(trainingNewsSchema.safeParse(news).data ?? {}),
          whenAway: "wait",
        },
      );
    onNews({ stage: "waiting for a worker" });
    for (;;) {
      try {
        const end = await run();
        if (end === "stopped") throw new AbortError("training: stopped.", { cause: signal.reason });
        break;
      } catch (error) {
        const isOld = error instanceof AbortError && !signal.aborted; // stopped before it was started again
        if (!isOld) throw error;
      }
    }
    const bytes = await readFile(model);
    await queue.withdraw(id).catch(() => false); // its end is forgotten in a day
    return bytes;
  };
}
