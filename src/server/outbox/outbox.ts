/**
 * Verdicts that wait to be delivered, in the history's database: written in the transaction of the verdict, gone when the outlet has them.
 *
 * At least once: a process that ends between the delivery and the note of it delivers again, under the same id. While an outlet cannot be reached nothing is
 * sent to it but one message at growing intervals; a message that it refuses is put off alone.
 */
import type { Random } from "../../base/random.ts";
import type { Database, OutboxTable } from "../history/database.ts";
import type { Outlet, OutletName } from "./outlet.ts";

/** How much waits at most. */
export interface OutboxBounds {
  /** Older messages are dropped. */
  readonly days: number;
  /** The oldest beyond so many are dropped, for each outlet. */
  readonly messages: number;
}

/** Bounds where nothing else is said (ours). */
export const usualOutboxBounds: OutboxBounds = { days: 7, messages: 100_000 };

/** What happened to messages. */
export interface OutboxEvent {
  readonly kind: "delivered" | "refused" | "unreachable" | "dropped";
  readonly outlet: OutletName;
  /** How many messages. */
  readonly count: number;
  readonly problem?: string;
}

/** What waits for an outlet. */
export interface OutboxStatus {
  readonly outlet: OutletName;
  readonly waiting: number;
  /** Age of the oldest; 0 if none waits. */
  readonly oldestSeconds: number;
}

/** What {@link Outbox} stands on. */
export interface OutboxOptions {
  readonly db: Database;
  readonly outlets: readonly Outlet[];
  readonly bounds: OutboxBounds;
  readonly clock: () => Date;
  /** Spreads the retries of many. */
  readonly random: Random;
  readonly onEvent: (event: OutboxEvent) => void;
}

/** First and longest wait after a failure, in milliseconds; it doubles from one to the other (ours). */
const [firstWaitMs, longestWaitMs] = [1000, 300_000];

/** How often is looked for messages of other processes, and for those that are too old (ours). */
const [lookEveryMs, pruneEveryMs] = [1000, 60_000];

const messagesAtATime = 50;

/** Milliseconds to wait after so many failures in a row: doubling, of which the last half is random. */
export function waitAfter(failures: number, random: Random): number {
  const longest = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(30, failures - 1));
  return longest * (0.5 + 0.5 * random.uniform());
}

/** Delivers what waits. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #ending = new AbortController();
  readonly #sleepers = new Set<() => void>();
  #draining = false;
  #work: Promise<unknown> = Promise.resolve();
  #pruned = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** The outlets' names: each verdict is a message for each. */
  get outlets(): OutletName[] {
    return this.#options.outlets.map(({ name }) => name);
  }

  /** Begins to deliver. */
  start(): void {
    this.#work = Promise.all(this.#options.outlets.map((outlet) => this.#serve(outlet)));
  }

  /** Says that there are new messages. */
  wake(): void {
    for (const sleeper of this.#sleepers) sleeper();
  }

  /** What waits. */
  async status(): Promise<OutboxStatus[]> {
    const { db, clock } = this.#options;
    const rows = await db
      .selectFrom("outbox")
      .select(({ fn }) => [
        "outlet",
        fn.countAll<number | string>().as("waiting"),
        fn.min("time").as("oldest"),
      ])
      .groupBy("outlet")
      .execute();
    return this.outlets.map((outlet) => {
      const row = rows.find((found) => found.outlet === outlet);
      const age = row === undefined ? 0 : clock().getTime() - Date.parse(row.oldest);
      return { outlet, waiting: Number(row?.waiting ?? 0), oldestSeconds: Math.max(0, age / 1000) };
    });
  }

  /** Delivers what can be in so many milliseconds, and ends; the rest waits for the next start. */
  async end(graceMs = 5000): Promise<void> {
    this.#draining = true;
    this.wake();
    const timer = setTimeout(() => this.#ending.abort(), graceMs);
    await this.#work;
    clearTimeout(timer);
    this.#ending.abort();
    await Promise.all(this.#options.outlets.map((outlet) => outlet.end()));
  }

  async #serve(outlet: Outlet): Promise<void> {
    const { random, onEvent } = this.#options;
    let failures = 0;
    while (!this.#ending.signal.aborted) {
      try {
        await this.#prune();
        const due = await this.#due(outlet.name);
        if (due.length === 0 && this.#draining) return;
        for (const message of due) {
          if (this.#ending.signal.aborted) return;
          await this.#deliver(outlet, message);
          failures = 0;
        }
        if (due.length === 0) await this.#sleep(lookEveryMs);
      } catch (error) {
        if (this.#draining) return;
        failures++;
        const problem = error instanceof Error ? error.message : String(error);
        onEvent({ kind: "unreachable", outlet: outlet.name, count: 1, problem });
        await this.#pause(waitAfter(failures, random));
      }
    }
  }

  async #due(outlet: OutletName): Promise<OutboxTable[]> {
    const { db, clock } = this.#options;
    return db
      .selectFrom("outbox")
      .selectAll()
      .where("outlet", "=", outlet)
      .where("notBefore", "<=", clock().toISOString())
      .orderBy("id")
      .limit(messagesAtATime)
      .execute();
  }

  async #deliver(outlet: Outlet, message: OutboxTable): Promise<void> {
    const { db, clock, random, onEvent } = this.#options;
    const outcome = await outlet.deliver(message, this.#ending.signal);
    onEvent({ kind: outcome, outlet: outlet.name, count: 1 });
    if (outcome === "delivered") {
      await db.deleteFrom("outbox").where("outlet", "=", outlet.name).where("id", "=", message.id).execute();
      return;
    }
    const refusals = message.refusals + 1;
    const notBefore = new Date(clock().getTime() + waitAfter(refusals, random)).toISOString();
    await db
      .updateTable("outbox")
      .set({ refusals, notBefore })
      .where("outlet", "=", outlet.name)
      .where("id", "=", message.id)
      .execute();
  }

  /** Drops what is too old, and the oldest where there is too much. */
  async #prune(): Promise<void> {
    const { db, bounds, clock, onEvent } = this.#options;
    const now = clock().getTime();
    if (now - this.#pruned < pruneEveryMs) return;
    this.#pruned = now;
    const oldest = new Date(now - bounds.days * 86_400_000).toISOString();
    for (const outlet of this.outlets) {
      const old = await db
        .deleteFrom("outbox")
        .where("outlet", "=", outlet)
        .where("time", "<", oldest)
        .executeTakeFirst();
      const first = await db
        .selectFrom("outbox")
        .select("id")
        .where("outlet", "=", outlet)
        .orderBy("id", "desc")
        .offset(bounds.messages)
        .limit(1)
        .executeTakeFirst();
      const many =
        first &&
        (await db
          .deleteFrom("outbox")
          .where("outlet", "=", outlet)
          .where("id", "<=", first.id)
          .executeTakeFirst());
      const count = Number(old.numDeletedRows + (many?.numDeletedRows ?? 0n));
      if (count > 0) onEvent({ kind: "dropped", outlet, count });
    }
  }

  /** Until so long, or woken. */
  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#sleepers.add(wake);
    });
  }

  /** Until so long, or the end: new messages do not shorten it. */
  async #pause(ms: number): Promise<void> {
    const until = performance.now() + ms;
    while (performance.now() < until && !this.#draining) await this.#sleep(until - performance.now());
  }
}
