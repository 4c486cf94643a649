/** What a request may cost. */

/** Limits of a server. */
export interface Limits {
  /** Largest body of a request, in bytes. */
  readonly maxBodyBytes: number;
  /** Bytes of all bodies that are in memory at a time. */
  readonly maxBodiesBytes: number;
  /** Largest picture, in pixels. */
  readonly maxPixels: number;
  /** Longest time until an answer, in milliseconds. */
  readonly deadlineMs: number;
  /** Most pictures that wait, for each detector. */
  readonly queue: number;
  /** Most pictures in one call of a network. */
  readonly batch: number;
  /** Longest time, in milliseconds, that a picture waits for company while nothing is being scored. */
  readonly batchWaitMs: number;
}

/** Limits where nothing else is said (ours). */
export const usualLimits: Limits = {
  maxBodyBytes: 2 ** 25,
  maxBodiesBytes: 2 ** 28,
  maxPixels: 2 ** 26,
  deadlineMs: 30_000,
  queue: 64,
  batch: 8,
  batchWaitMs: 2,
};
