/** Where to compute, as the command line says it. */
import type { LoadDetectorOptions } from "../node/index.ts";
import { devices } from "../runtime/backend.ts";
import type { Arguments } from "./arguments.ts";

/** Device and threads of a command that has `computeArgs`. @throws {UsageError} if one is none. */
export function computeOptions(args: Arguments): LoadDetectorOptions {
  return {
    device: args.choice("device", devices),
    threads: args.number("threads", { integer: true, minimum: 1 }),
  };
}
