/** A bounded queue whose entries are worked off in batches, one batch at a time or a few. */
import { checkAborted } from "../base/abort.ts";
import { AbortError, ServiceError } from "../base/errors.ts";

/** How a {@link BatchQueue} works. */
export interface BatchQueueOptions {
  /** Most entries in one batch. */
  readonly maxBatch: number;
  /** Batches that are worked on at a time. Default: one. */
  readonly lanes?: (() => number) | undefined;
  /** Longest time, in milliseconds, that an entry waits for company while a lane is free. */
  readonly maxWaitMs: number;
  /** Most entries that wait; those under way do not count. */
  readonly capacity: number;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Called after each batch. */
  readonly onBatch?: (batch: { readonly size: number; readonly seconds: number }) => void;
}

interface Entry<Item, Result> {
  readonly item: Item;
  readonly since: number;
  /** When its result is of no more use; infinite where nothing was before it, so that it is tried in any case. */
  readonly due: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal | undefined;
}

/** What is asked of entries. */
export interface SubmitOptions {
  /** Takes those out that are not yet being worked on. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds within which their results are of use. */
  readonly withinMs?: number | undefined;
}

/**
 * Latency bound: an accepted entry has at most `capacity` entries before it, so that it is answered after at most
 * `maxWaitMs` and the time of `ceil(capacity / maxBatch) + 1` batches. By the batches so far, none is accepted that would come too late, and none
 * is begun that has become so.
 */
export class BatchQueue<Item, Result> {
  readonly #run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #options: BatchQueueOptions;
  #waiting: Entry<Item, Result>[] = [];
  #running = 0;
  #batches = 0;
  #secondsPerItem = 0;
  /** Mean deviation from it. */
  #spread = 0;
  #timer: NodeJS.Timeout | undefined;
  #idle: (() => void)[] = [];

  /** @param run - Works on a batch; gives one result for each item, in their order. */
  constructor(run: (items: readonly Item[]) => Promise<readonly Result[]>, options: BatchQueueOptions) {
    this.#run = run;
    this.#options = options;
  }

  /** Entries that wait or are being worked on. */
  get length(): number {
    return this.#waiting.length + this.#running;
  }

  /** Seconds until what is in the queue now will have been worked off, by the batches so far; at least 1. */
  get retryAfter(): number {
    return Math.max(1, Math.ceil(this.length * this.#secondsPerItem));
  }

  /**
   * Puts items in the queue, all or none.
   *
   * @returns A promise for each item.
   * @throws {ServiceError} E_TOO_LARGE if they would not even fit in an empty queue; E_BUSY if they do not fit now, or what is before them
   * leaves too little time; {AbortError} E_ABORTED if they are not wanted any more.
   */
  submit(items: readonly Item[], { signal, withinMs }: SubmitOptions = {}): Promise<Result>[] {
    const { capacity, now } = this.#options;
    checkAborted(signal, "score");
    if (items.length > capacity) {
      throw new ServiceError(
        "E_TOO_LARGE",
        `score: expected at most ${capacity} pictures in a request, got ${items.length}. Send them in several.`,
      );
    }
    if (this.#waiting.length + items.length > capacity) {
      throw new ServiceError(
        "E_BUSY",
        `score: expected room in the queue of ${capacity} pictures, got ${this.#waiting.length} that wait. Come again in ${this.retryAfter} s.`,
      );
    }
    const isFirst = this.length === 0;
    const expectedMs = this.#longestMs(this.length + items.length);
    if (withinMs !== undefined && expectedMs > withinMs && !isFirst)
      throw this.#tooLate(withinMs, expectedMs);
    const since = now();
    const due = withinMs === undefined || isFirst ? Number.POSITIVE_INFINITY : since + withinMs;
    const results = items.map(
      (item) =>
        new Promise<Result>((resolve, reject) => {
          this.#waiting.push({ item, since, due, resolve, reject, signal });
        }),
    );
    signal?.addEventListener("abort", () => this.#dropAborted(), { once: true });
    this.#schedule();
    return results;
  }

  /** Resolves when nothing waits and nothing is being worked on. */
  async whenIdle(): Promise<void> {
    if (this.length > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #dropAborted(): void {
    for (const { reject, signal } of this.#take(({ signal }) => signal?.aborted ?? false)) {
      reject(new AbortError("score: stopped before it began.", { cause: signal?.reason }));
    }
    this.#tellIdle();
  }

  /** Refuses those of the next batch that would come too late by now: who waits for them has no use for them. */
  #dropLate(): void {
    const { maxBatch, now, lanes } = this.#options;
    const next = this.#waiting.slice(0, maxBatch);
    const expectedMs = this.#longestMs(next.length) * Math.max(1, lanes?.() ?? 1);
    const late = new Set(next.filter(({ due }) => now() + expectedMs > due));
    for (const { reject, due } of this.#take((entry) => late.has(entry)))
      reject(this.#tooLate(Math.max(0, due - now()), expectedMs));
    this.#tellIdle();
  }

  /** Takes entries that wait out of the queue. */
  #take(isTaken: (entry: Entry<Item, Result>) => boolean): Entry<Item, Result>[] {
    const taken = this.#waiting.filter(isTaken);
    if (taken.length > 0) this.#waiting = this.#waiting.filter((entry) => !isTaken(entry));
    return taken;
  }

  /** Milliseconds that hardly any items take longer than, by the batches so far: mean and four deviations, as TCP waits for an answer (RFC 6298). */
  #longestMs(items: number): number {
    return 1000 * items * (this.#secondsPerItem + 4 * this.#spread);
  }

  #tooLate(withinMs: number, expectedMs: number): ServiceError {
    return new ServiceError(
      "E_BUSY",
      `score: expected a queue that can answer within ${Math.ceil(withinMs)} ms, got one that may take ${Math.ceil(expectedMs)}. Come again in ${this.retryAfter} s, or give more time.`,
    );
  }

  #schedule(): void {
    const { maxBatch, maxWaitMs, now, lanes } = this.#options;
    const [first] = this.#waiting;
    if (first === undefined || this.#batches >= Math.max(1, lanes?.() ?? 1)) return;
    const rest = first.since + maxWaitMs - now();
    if (this.#waiting.length >= maxBatch || rest <= 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#dropLate();
      if (this.#waiting.length > 0) void this.#work();
      this.#schedule();
      return;
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#schedule();
    }, Math.ceil(rest));
  }

  async #work(): Promise<void> {
    const { maxBatch, now, onBatch, lanes } = this.#options;
    const batch = this.#waiting.splice(0, maxBatch);
    this.#running += batch.length;
    this.#batches++;
    const started = now();
    try {
      const results = await this.#run(batch.map(({ item }) => item));
      for (const [i, { resolve, reject }] of batch.entries()) {
        const result = results[i];
        if (result === undefined)
          reject(new ServiceError("E_UNAVAILABLE", "score: got no answer. Come again."));
        else resolve(result);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    const seconds = (now() - started) / 1000;
    const perItem = seconds / batch.length / Math.max(1, lanes?.() ?? 1);
    this.#learn(perItem);
    this.#running -= batch.length;
    this.#batches--;
    onBatch?.({ size: batch.length, seconds });
    this.#schedule();
    this.#tellIdle();
  }

  /** Takes the time of a batch into the mean and the deviation, as TCP does that of an answer (RFC 6298). */
  #learn(perItem: number): void {
    if (this.#secondsPerItem === 0) {
      this.#secondsPerItem = perItem;
      return;
    }
    this.#spread += 0.25 * (Math.abs(perItem - this.#secondsPerItem) - this.#spread);
    this.#secondsPerItem += 0.2 * (perItem - this.#secondsPerItem);
  }

  #tellIdle(): void {
    if (this.length > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
