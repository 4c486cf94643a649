/** Ctrl-C: the first one asks to finish cleanly, the second one kills. */
import { once } from "node:events";
import { constants } from "node:os";

/** Signals that ask a program to end. */
const signals = ["SIGINT", "SIGTERM"] as const;

/** A stretch of work that ends cleanly when the user asks for it. */
export interface Interruptible {
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Resolves at that signal. */
  asked(): Promise<void>;
  /** 128 + the signal's number, as shells count; null if there was none. */
  exitCode(): number | null;
  /** Gives the signals back. */
  release(): void;
}

/** Listens for SIGINT and SIGTERM; after the first one the system's own handling is back. @param onSignal - Called once. */
export function interruptible(onSignal: () => void): Interruptible {
  const controller = new AbortController();
  const { signal } = controller;
  let exitCode: number | null = null;
  const stop = (name: NodeJS.Signals): void => {
    release();
    exitCode = 128 + constants.signals[name];
    onSignal();
    controller.abort();
  };
  const release = (): void => {
    for (const name of signals) process.off(name, stop);
  };
  for (const name of signals) process.on(name, stop);
  const asked = async (): Promise<void> => {
    if (!signal.aborted) await once(signal, "abort");
  };
  return { signal, asked, exitCode: () => exitCode, release };
}
