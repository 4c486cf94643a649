/** Pieces of work that wait while others are under way are done together: a transaction costs more than what is in it. */
export class JoinedWork<Item> {
  readonly #work: (items: readonly Item[]) => Promise<void>;
  readonly #most: number;
  readonly #waiting: Waiting<Item>[] = [];
  #isWorking = false;

  /**
   * @param work - Does some pieces, all or none.
   * @param most - Pieces that are done together, at most.
   */
  constructor(work: (items: readonly Item[]) => Promise<void>, most: number) {
    this.#work = work;
    this.#most = most;
  }

  /** Resolves when the piece is done; one that fails fails alone. */
  add(item: Item): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#isWorking) void this.#workOff();
    });
  }

  async #workOff(): Promise<void> {
    this.#isWorking = true;
    while (this.#waiting.length > 0) await this.#do(this.#waiting.splice(0, this.#most));
    this.#isWorking = false;
  }

  async #do(pieces: readonly Waiting<Item>[]): Promise<void> {
    try {
      await this.#work(pieces.map(({ item }) => item));
      for (const { resolve } of pieces) resolve();
    } catch (error) {
      const [only, ...others] = pieces;
      if (others.length === 0) only?.reject(error);
      else for (const piece of pieces) await this.#do([piece]);
    }
  }
}

interface Waiting<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}
