/** Trying a graphics card in a process of its own: a driver that crashes, or never answers, takes no command with it. */
import { type ForkOptions, fork } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { ProbeOutcome } from "./choose-device.ts";
import { isOutcome } from "./device-memory.ts";

/** A card whose drivers compile what a step needs in longer than this is of no use to a command (ours). */
const limitSeconds = 90;

// Beside this file, compiled or not; the options of this Node, such as a loader of TypeScript, are passed on.
const program = fileURLToPath(new URL(`./probe-process${extname(import.meta.url)}`, import.meta.url));

/** Side of the pictures in a probe's batches of eight: small, but with as much to compute an operator as trainings have (ours). */
const sidePx = 128;

/** Options of {@link probeDevice}, for tests. */
export interface ProbeOptions {
  /** What the process runs. Default: our own program. */
  readonly program?: string;
  /** Seconds after which it is ended. Default 90. */
  readonly limitSeconds?: number;
  /** Side of the pictures. Default 128. */
  readonly sidePx?: number;
}

/** What became of a probe in a process of its own. */
export function probeDevice(options: ProbeOptions = {}): Promise<ProbeOutcome> {
  const limit = options.limitSeconds ?? limitSeconds;
  const quiet: ForkOptions = { stdio: ["ignore", "ignore", "ignore", "ipc"] };
  const child = fork(options.program ?? program, [String(options.sidePx ?? sidePx)], quiet);
  return new Promise<ProbeOutcome>((resolve) => {
    const failed = (failure: string): void => resolve({ failure });
    const timer = setTimeout(() => failed(`a few steps took more than ${limit} s`), 1000 * limit);
    child.on("message", (message) => {
      if (isOutcome(message)) resolve(message);
    });
    child.on("error", (error) => failed(error.message));
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      failed(`the process that tried it ended by ${signal ?? `exit code ${code}`}`);
    });
  }).finally(() => child.kill("SIGKILL"));
}
