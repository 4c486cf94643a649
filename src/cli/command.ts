/** What a command is: what it takes, how it is explained, what it does. */
import type { ArgDef, ArgsDef } from "citty";
import type { Arguments } from "./arguments.ts";
import type { Output } from "./output.ts";

/** One of `radar`'s commands. */
export interface Command {
  readonly name: string;
  /** What it does, in one line. */
  readonly summary: string;
  readonly args: ArgsDef;
  /** The last positional argument may come any number of times. */
  readonly isRepeated?: boolean;
  /** Full command lines for the help. */
  readonly examples: readonly string[];
  /** @returns the exit code. */
  readonly run: (args: Arguments, context: CommandContext) => Promise<number>;
}

/** What a command has besides its arguments. */
export interface CommandContext {
  readonly output: Output;
  /** The arguments as they were typed. */
  readonly raw: readonly string[];
}

/** Options that every command has. */
export const commonArgs: ArgsDef = {
  debug: { type: "boolean", description: "print the stack of an error" },
  help: { type: "boolean", alias: "h", description: "print this help" },
};

/** Where to compute. */
export const computeArgs: Readonly<Record<"device" | "threads", ArgDef>> = {
  device: {
    type: "string",
    valueHint: "name",
    description: "cpu, webgpu, cuda, dml, coreml, or auto: webgpu where it is clearly faster (default cpu)",
  },
  threads: { type: "string", valueHint: "n", description: "threads (default: one per core)" },
};

/** Where to score many pictures. */
export const scoringArgs: Readonly<Record<"device" | "threads" | "parallel", ArgDef>> = {
  ...computeArgs,
  parallel: {
    type: "string",
    valueHint: "n",
    description:
      "pictures scored at a time where there are many, each with its share of the threads (default: one a thread, at most 4)",
  },
};

/** What is good in a folder of classes. */
export const goodArg: ArgDef = {
  type: "string",
  valueHint: "name",
  description: "what folders of good images are called, besides good, OK, normal and the like",
};

/** A command line as one would type it again. */
export function commandLine(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./\\-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}
