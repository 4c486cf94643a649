/** What was started, ended in the other order: at the end, or where starting went wrong half-way. */

/** Ends of what was started. */
export class Endings {
  readonly #ends: (() => unknown)[] = [];

  /** What is started with this one is ended when it goes wrong; what goes wrong is thrown. */
  static async around<T>(start: (endings: Endings) => Promise<T>): Promise<T> {
    const endings = new Endings();
    try {
      return await start(endings);
    } catch (error) {
      await endings.end();
      throw error;
    }
  }

  /** Adds what ends the thing that was started last. */
  add(end: () => unknown): void {
    this.#ends.push(end);
  }

  /** Ends all, the last one first, each once. */
  async end(): Promise<void> {
    for (let end = this.#ends.pop(); end !== undefined; end = this.#ends.pop()) await end();
  }
}
