/** What a command says: results on stdout, everything else on stderr. */
import { Progress } from "./progress.ts";
import type { Streams } from "./streams.ts";

/** Speaks for one command. */
export class Output {
  readonly #streams: Streams;
  readonly #isForPrograms: boolean;
  readonly #progress: Progress;

  /** @param options - `isForPrograms`: stdout carries data alone; sentences for people are left out. */
  constructor(streams: Streams, options: { readonly isForPrograms: boolean }) {
    this.#streams = streams;
    this.#isForPrograms = options.isForPrograms;
    this.#progress = new Progress(streams);
  }

  /** Seconds on a clock that never goes back. */
  now(): number {
    return this.#streams.now();
  }

  /** Result for people: a line on stdout. */
  print(line: string): void {
    this.#progress.clear();
    if (!this.#isForPrograms) this.#streams.out(`${line}\n`);
  }

  /** Result for programs, such as JSON or a line of CSV. */
  data(text: string): void {
    this.#progress.clear();
    this.#streams.out(`${text}\n`);
  }

  /** What is going on: a line on stderr. */
  note(line: string): void {
    this.#progress.clear();
    this.#streams.err(`${line}\n`);
  }

  /** How far the work is, in one line that replaces the one before. */
  progress(line: () => string): void {
    this.#progress.show(line);
  }

  /** Shows the last progress that was not shown yet, and begins a new line. */
  endProgress(): void {
    this.#progress.end();
  }
}

/** A document as JSON, on several lines. */
export function jsonText(document: unknown): string {
  return JSON.stringify(document, null, 2);
}
