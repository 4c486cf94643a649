/** `radar`: finds the command, reads its arguments, runs it, explains what went wrong. */
import { stripVTControlCharacters } from "node:util";
import { type CommandDef, renderUsage } from "citty";
import { nearest } from "../base/check.ts";
import { packageVersion } from "../node/software-versions.ts";
import { readArguments } from "./arguments.ts";
import { type Command, commonArgs } from "./command.ts";
import { errorText, exitCodeOf, exitCodes, UsageError } from "./errors.ts";
import { Output } from "./output.ts";
import type { Streams } from "./streams.ts";

const summary = "Learns what normal looks like from a folder of good images, and finds what is not";

/** Commands by name; each is loaded when it is asked for. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  train: async () => (await import("./commands/train.ts")).trainCommand,
  detect: async () => (await import("./commands/detect.ts")).detectCommand,
  evaluate: async () => (await import("./commands/evaluate.ts")).evaluateCommand,
  inspect: async () => (await import("./commands/inspect.ts")).inspectCommand,
  calibrate: async () => (await import("./commands/calibrate.ts")).calibrateCommand,
  verify: async () => (await import("./commands/verify.ts")).verifyCommand,
  export: async () => (await import("./commands/export.ts")).exportCommand,
  benchmark: async () => (await import("./commands/benchmark.ts")).benchmarkCommand,
  serve: async () => (await import("./commands/serve.ts")).serveCommand,
  watch: async () => (await import("./commands/watch.ts")).watchCommand,
  worker: async () => (await import("./commands/worker.ts")).workerCommand,
  token: async () => (await import("./commands/token.ts")).tokenCommand,
  page: async () => (await import("./commands/page.ts")).pageCommand,
  demo: async () => (await import("./commands/demo.ts")).demoCommand,
};

/** Options after which stdout carries data alone. */
const dataOptions = ["json", "jsonl", "csv"];

/**
 * Runs a command line.
 *
 * @param argv - What follows `radar`.
 * @param streams - Where it speaks.
 * @returns The exit code: 0 done, 1 failed, 2 not understood, 3 an image is anomalous (where asked for), 128 + n ended by signal n.
 */
export async function runProgram(argv: readonly string[], streams: Streams): Promise<number> {
  const [name = "", ...raw] = argv;
  const failed: { command: string; options: readonly string[] } = { command: "radar", options: [] };
  try {
    if (name === "--version" || name === "-v") {
      streams.out(`${packageVersion()}\n`);
      return exitCodes.done;
    }
    if (name === "" || name === "--help" || name === "-h") {
      (name === "" ? streams.err : streams.out)(await programHelp());
      return name === "" ? exitCodes.usage : exitCodes.done;
    }
    const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (load === undefined) throw unknownCommand(name);
    const command = await load();
    failed.command = `radar ${name}`;
    failed.options = Object.keys(command.args);
    if (asksForHelp(raw)) {
      streams.out(await commandHelp(command));
      return exitCodes.done;
    }
    const args = readArguments(raw, { ...command.args, ...commonArgs }, command);
    const isForPrograms = dataOptions.some((option) => args.flag(option));
    return await command.run(args, { output: new Output(streams, { isForPrograms }), raw });
  } catch (error) {
    streams.err(`${errorText(error, { ...failed, debug: raw.includes("--debug") })}\n`);
    return exitCodeOf(error);
  }
}

function unknownCommand(name: string): UsageError {
  const names = Object.keys(commands);
  const near = nearest(name, names);
  const kind = name.startsWith("-") ? "option" : "command";
  const hint = near ? `Did you mean ${near}?` : `There are ${names.join(", ")}.`;
  return new UsageError(`unknown ${kind} ${name}. ${hint}`);
}

/** Help is given for `--help` anywhere before a bare `--`, whatever else is wrong. */
function asksForHelp(raw: readonly string[]): boolean {
  const end = raw.indexOf("--");
  return raw.slice(0, end < 0 ? raw.length : end).some((word) => word === "--help" || word === "-h");
}

async function programHelp(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()));
  const subCommands = Object.fromEntries(all.map((command) => [command.name, definitionOf(command)]));
  const program = { meta: { name: "radar", version: packageVersion(), description: summary }, subCommands };
  return helpText(await renderUsage(program), [
    "radar demo",
    ...all.flatMap(({ examples }) => examples.slice(0, 1)),
  ]);
}

async function commandHelp(command: Command): Promise<string> {
  return helpText(await renderUsage(definitionOf(command), { meta: { name: "radar" } }), command.examples);
}

function helpText(usage: string, examples: readonly string[]): string {
  const lines = [...new Set(examples)].map((example) => `  ${example}`);
  return `${stripVTControlCharacters(usage).replaceAll(/ +$/gm, "").trimEnd()}\n\nEXAMPLES\n\n${lines.join("\n")}\n`;
}

function definitionOf({ name, summary: description, args }: Command): CommandDef {
  return { meta: { name, description }, args: { ...args, ...commonArgs } };
}
