/** Work that begins in the order in which it came, a few pieces at a time. */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #free: number;
  #ended: Promise<unknown> = Promise.resolve();

  /** @param places - Pieces of work at a time, integer >= 1. */
  constructor(places: number) {
    this.#free = places;
  }

  /** What `work` gives; it begins when all that came before has begun and a place is free. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#place()
      .then(work)
      .finally(() => this.#leave());
    const quiet = done.then(ignore, ignore);
    this.#ended = this.#ended.then(() => quiet);
    return done;
  }

  /** Ends when all that was taken so far has ended, well or not. */
  async ended(): Promise<void> {
    await this.#ended;
  }

  async #place(): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next(); // it has the place that was left
  }
}

function ignore(): void {}
