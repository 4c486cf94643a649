/** Work that is done one after the other where it has the same name, side by side where it has not. */
export class Turns {
  /** Of each name, what ends when the work so far has. */
  readonly #work = new Map<string, Promise<void>>();

  /** What `work` gives, once all that was asked for before under the name has ended, well or not. */
  take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const done = (this.#work.get(name) ?? Promise.resolve()).then(work);
    const ended = done
      .then(
        () => {},
        () => {},
      )
      .then(() => {
        if (this.#work.get(name) === ended) this.#work.delete(name);
      });
    this.#work.set(name, ended);
    return done;
  }

  /** Resolves when all that was asked for by now has ended. */
  async whenDone(): Promise<void> {
    await Promise.all(this.#work.values());
  }
}
