/** Ctrl-C: the first one asks to finish cleanly, the second one kills. */
import { constants } from "node:os";

/** Signals that ask a program to end. */
const signals = ["SIGINT", "SIGTERM"] as const;

/** A stretch of work that ends cleanly when the user asks for it. */
export interface Interruptible {
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** 128 + the signal's number, as shells count; null if there was none. */
  exitCode(): number | null;
  /** Gives the signals back. */
  release(): void;
}

/** Listens for SIGINT and SIGTERM; after the first one the system's own handling is back. @param onSignal - Called once. */
export function interruptible(onSignal: () => void): Interruptible {
  const controller = new AbortController();
  let exitCode: number | null = null;
  const stop = (signal: NodeJS.Signals): void => {
    release();
    exitCode = 128 + constants.signals[signal];
    onSignal();
    controller.abort();
  };
  const release = (): void => {
    for (const signal of signals) process.off(signal, stop);
  };
  for (const signal of signals) process.on(signal, stop);
  return { signal: controller.signal, exitCode: () => exitCode, release };
}
