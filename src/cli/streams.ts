/** Where text goes; the process's own streams, or those of a test. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Columns of the terminal behind stderr; null where a file or program reads it. */
  readonly columns: number | null;
  /** Seconds on a clock that never goes back. */
  readonly now: () => number;
}
