/** What the command line says when something goes wrong, and the exit code that goes with it. */
import { RadarError } from "../base/errors.ts";

/** Exit codes: 0 done, 1 failed, 2 the command was not understood, 3 an image is anomalous, where that was asked for. */
export const exitCodes = { done: 0, failed: 1, usage: 2, anomaly: 3 } as const;

/** A command line that cannot be understood: unknown option, missing argument, text where a number belongs. */
export class UsageError extends Error {
  override readonly name = "UsageError" as const;
}

/** What is known of the command that failed. */
export interface ErrorContext {
  /** What was run, e.g. "radar train". */
  readonly command: string;
  /** Its options, e.g. "image-size": messages that begin with imageSize, or speak of `imageSize`, then say --image-size. */
  readonly options: readonly string[];
  /** Whether stacks are wanted. */
  readonly debug: boolean;
}

/** Text of an error for stderr: the message, its code and where to read on; the stack only when asked for. */
export function errorText(error: unknown, { command, options, debug }: ErrorContext): string {
  const lines = [`${command}: ${inOptionWords(messageOf(error), options)}`];
  if (error instanceof UsageError) lines.push(`Run "${command} --help" to see what it takes.`);
  else if (error instanceof RadarError) {
    lines[0] += ` [${error.code}]`;
    lines.push(`see docs/errors.md#${error.code.toLowerCase()}`);
  } else
    lines.push("This is a fault of radar-ad; run it again with --debug and please report what it prints.");
  if (debug && error instanceof Error) lines.push(stackOf(error));
  return lines.join("\n");
}

/** Exit code of an error: 2 where the command line is at fault, else 1. */
export function exitCodeOf(error: unknown): number {
  const isUsage = error instanceof UsageError || (error instanceof RadarError && error.code === "E_OPTION");
  return isUsage ? exitCodes.usage : exitCodes.failed;
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}

function inOptionWords(message: string, options: readonly string[]): string {
  const inWords = (text: string, name: string, end: string): string => {
    const option = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return options.includes(option) ? `--${option}${end}` : text;
  };
  return message
    .replace(/^([a-z]+(?:[A-Z][a-z]+)*): /, (text, name: string) => inWords(text, name, ": "))
    .replaceAll(/`([a-z]+(?:[A-Z][a-z]+)*)`/g, (text, name: string) => inWords(text, name, ""));
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim();
}
