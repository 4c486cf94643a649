/** The station's side of a queue: hands work out, waits for its end, takes it back. */
import type { Queue, QueueEvents } from "bullmq";
import { BackendError, ServiceError } from "../../base/errors.ts";
import { errorFrom } from "../../base/plain-error.ts";
import { queueName, readFailure } from "./orders.ts";
import { type RedisLink, reached } from "./redis.ts";
import type { WorkKind } from "./work-kind.ts";

/** How an end is waited for. */
export interface WaitOptions {
  /** Called with what a worker tells of the work under way. */
  readonly onNews?: (news: unknown) => void;
  /** Ends the waiting, not the work. */
  readonly signal: AbortSignal;
  /** While Redis is away: the waiting fails at once, or goes on when it is back. */
  readonly whenAway: "fail" | "wait";
}

interface Waiting extends WaitOptions {
  /** Lets the state of the work be looked at. */
  wake(): void;
}

/** How often the state of what is waited for is looked at where nothing is heard of it (ours): an event may be lost. */
const lookEveryMs = 2000;

/** How long Redis keeps what has ended, in seconds (ours): a station that was away finds it. */
const keptSeconds = 86_400;

/** Work of one kind, for any number of workers. Each piece has an id, and is done at least once. */
export class WorkQueue {
  readonly #queue: Queue;
  readonly #events: QueueEvents;
  readonly #waiting = new Map<string, Waiting>();

  constructor({ bullmq, client, waiting, onError }: RedisLink, kind: WorkKind) {
    this.#queue = new bullmq.Queue(queueName(kind), { connection: client });
    this.#events = new bullmq.QueueEvents(queueName(kind), { connection: waiting() });
    this.#queue.on("error", onError);
    this.#events.on("error", onError);
    this.#events.on("completed", ({ jobId }) => this.#waiting.get(jobId)?.wake());
    this.#events.on("failed", ({ jobId }) => this.#waiting.get(jobId)?.wake());
    this.#events.on("progress", ({ jobId, data }) => this.#waiting.get(jobId)?.onNews?.(data));
    client.on("close", () => {
      for (const { wake } of this.#waiting.values()) wake();
    });
  }

  /** Workers that are connected. */
  async workers(): Promise<number> {
    return this.#queue.getWorkersCount();
  }

  /**
   * Hands work out, unless the same is waiting, under way or done already, and waits for its end. What Redis has lost is handed out anew.
   *
   * @returns Whether it is done, or `signal` ended the waiting.
   * @throws what went wrong in it; {BackendError} E_BACKEND if it was given up, as its workers ended again and again;
   * {ServiceError} E_UNAVAILABLE if Redis is away and that is not waited for.
   */
  async run(id: string, order: object, options: WaitOptions): Promise<"done" | "stopped"> {
    const { signal, whenAway } = options;
    let wake = (): void => {};
    this.#waiting.set(id, { ...options, wake: () => wake() });
    const onAbort = (): void => wake();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      for (let isBefore = true; !signal.aborted; ) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        try {
          const state = await reached(this.#queue.getJobState(id));
          if (state === "completed") return "done";
          if (state === "failed" && !isBefore) throw await this.#failure(id);
          if (state === "failed") await this.withdraw(id); // an earlier try
          if (state === "failed" || state === "unknown") await this.#add(id, order);
          isBefore = false;
        } catch (error) {
          const isAway = error instanceof ServiceError && error.code === "E_UNAVAILABLE";
          if (!isAway || whenAway === "fail") throw error;
        }
        const patience = setTimeout(wake, lookEveryMs);
        await woken;
        clearTimeout(patience);
      }
      return "stopped";
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#waiting.delete(id);
    }
  }

  /** Takes work back, or forgets its end. @returns whether it is gone: what is under way goes on. */
  async withdraw(id: string): Promise<boolean> {
    return (await reached(this.#queue.remove(id))) === 1;
  }

  /** Waits no more; what is in the queue stays. */
  async close(): Promise<void> {
    await Promise.all([this.#queue.close(), this.#events.close()]);
  }

  async #add(id: string, order: object): Promise<void> {
    const kept = { age: keptSeconds };
    await reached(this.#queue.add("work", order, { jobId: id, removeOnComplete: kept, removeOnFail: kept }));
  }

  async #failure(id: string): Promise<Error> {
    const reason = (await reached(this.#queue.getJob(id)))?.failedReason ?? "it is no longer in Redis";
    const failure = readFailure(reason);
    return failure === undefined
      ? new BackendError(`work ${id}: expected its end, got none: ${reason}.`)
      : errorFrom(failure);
  }
}
