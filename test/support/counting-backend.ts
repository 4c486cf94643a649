/** A backend that keeps count of what is done with another one. */
import type { Backend, LoadOptions, Session } from "../../src/runtime/backend.ts";

/** Passes everything on; its counts are those since it was made. */
export class CountingBackend implements Backend {
  loads = 0;
  runs = 0;
  disposals = 0;
  readonly #backend: Backend;
  readonly #onRun: (runs: number) => void;

  /** @param onRun - Called before each run with how many there are now. */
  constructor(backend: Backend, onRun: (runs: number) => void = () => {}) {
    this.#backend = backend;
    this.#onRun = onRun;
  }

  get name(): string {
    return this.#backend.name;
  }

  /** Sessions loaded and not yet disposed of. */
  get open(): number {
    return this.loads - this.disposals;
  }

  async load(model: Uint8Array, options?: LoadOptions): Promise<Session> {
    const session = await this.#backend.load(model, options);
    this.loads++;
    return {
      inputNames: session.inputNames,
      outputNames: session.outputNames,
      run: (feeds, meanwhile) => {
        this.runs++;
        this.#onRun(this.runs);
        return session.run(feeds, meanwhile);
      },
      carried: () => session.carried(),
      dispose: async () => {
        await session.dispose();
        this.disposals++;
      },
    };
  }
}
