/** Several sessions of one model as one. */
import type { NdArray } from "../base/array.ts";
import type { Feeds, Session } from "./backend.ts";

/** Runs after which others are opened as soon as one waits: for fewer pictures it takes longer to open them than to wait (ours). */
const runsAlone = 8;

/**
 * A session whose runs go side by side once many have come: at first they are made one after the other, by one session; then others
 * take its place, as many as runs are made at a time.
 */
export class ParallelSession implements Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly parallel: number;
  readonly #first: Session;
  /** Those that are not disposed of. */
  readonly #alive: Set<Session>;
  readonly #open: () => Promise<Session>;
  readonly #idle: Session[];
  readonly #waiting: ((session: Session) => void)[] = [];
  #opening: Promise<void> | undefined;
  #runs = 0;

  /**
   * @param first - Makes the first runs; disposed of when the others have taken its place.
   * @param open - Opens one of the others, of the same model.
   * @param parallel - Runs made at a time, integer >= 2.
   */
  constructor(first: Session, open: () => Promise<Session>, parallel: number) {
    this.inputNames = first.inputNames;
    this.outputNames = first.outputNames;
    this.parallel = parallel;
    this.#first = first;
    this.#open = open;
    this.#idle = [first];
    this.#alive = new Set([first]);
  }

  async run(feeds: Feeds, meanwhile?: () => void): Promise<Record<string, NdArray>> {
    const session = this.#idle.shift() ?? (await this.#nextIdle());
    try {
      return await session.run(feeds, meanwhile);
    } finally {
      this.#runs++;
      this.#release(session);
    }
  }

  /** Empty: what is carried from run to run has an order. */
  async carried(): Promise<Record<string, NdArray>> {
    return {};
  }

  async dispose(): Promise<void> {
    await this.#opening;
    await Promise.all([...this.#alive].map((session) => this.#end(session)));
  }

  #nextIdle(): Promise<Session> {
    if (this.#runs >= runsAlone) this.#opening ??= this.#openOthers();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #release(session: Session): void {
    const isReplaced = session === this.#first && this.#alive.size > 1;
    const next = isReplaced ? undefined : this.#waiting.shift();
    if (isReplaced)
      this.#end(session).catch(() => {}); // all that was asked of it is answered
    else if (next === undefined) this.#idle.push(session);
    else next(session);
  }

  async #end(session: Session): Promise<void> {
    this.#alive.delete(session);
    await session.dispose();
  }

  /** Where none can be opened, as for want of memory, the first goes on alone: what it answers is the same. */
  async #openOthers(): Promise<void> {
    const opened = await Promise.allSettled(Array.from({ length: this.parallel }, () => this.#open()));
    const others = opened.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    for (const session of others) this.#alive.add(session);
    const idle = this.#idle.splice(0);
    for (const session of [...others, ...idle]) this.#release(session);
  }
}
