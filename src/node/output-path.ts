/** Whether outputs may be written where they were asked for: no input, and nothing of another kind, is ever replaced. */
import { type FileHandle, open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { FileError } from "../base/errors.ts";
import type { Dataset } from "../data/dataset.ts";
import { pathKind } from "./path-kind.ts";
import { fileError } from "./system-error.ts";

/** Text in the head of every overlay, by which it is told from a photo. */
export const overlayMark = "radar-ad overlay";

/** What a file that is written is. */
export type OutputKind = "model" | "checkpoint" | "report" | "results" | "overlay";

/** What a file is, and how one that was written before begins. */
const kinds: Readonly<Record<OutputKind, { readonly name: string; readonly head: RegExp }>> = {
  model: { name: "a model file", head: /^.{4}radar-ad/s },
  checkpoint: { name: "a checkpoint", head: /^.{8}\{"__metadata__":\{/s },
  report: { name: "a report", head: /^<!doctype html>.*<meta name="generator" content="radar-ad">/s },
  results: { name: "results of a benchmark", head: /^\{\s*"format": 1,\s*"command": "radar benchmark/ },
  overlay: { name: "an overlay", head: new RegExp(`^\x89PNG\r\n.*${overlayMark}`, "s") },
};

/** What is going to be written. */
export interface OutputFile {
  readonly path: string;
  readonly kind: OutputKind;
}

const headBytes = 4096;

/**
 * Checks that no output is a file that the run reads or another output, and that what is there now is empty or of the kind that
 * would be written. Pipes and devices take anything. Called by every command for all its outputs, before the work.
 *
 * @param inputs - Paths of all files that the run reads.
 * @throws {FileError} E_FILE with the path and what is there.
 */
export async function checkOutputs(outputs: readonly OutputFile[], inputs: readonly string[]): Promise<void> {
  const places = new Set<string>();
  for (const { path } of outputs) {
    if (places.has(resolve(path))) throw refusal(path, "a path of its own for each output", "it twice");
    places.add(resolve(path));
  }
  const present = [];
  for (const output of outputs) {
    const kind = await pathKind(output.path);
    if (kind === "folder") throw refusal(output.path, `a path for ${kinds[output.kind].name}`, "a folder");
    if (kind === "file") present.push(output);
  }
  if (present.length === 0) return;
  const read = new Set(await Promise.all(inputs.map(identity)));
  for (const { path, kind } of present) {
    const { name, head } = kinds[kind];
    if (read.has(await identity(path)))
      throw refusal(path, `a path for ${name}`, "one of the files that this run reads");
    const start = await headOf(path);
    if (start === "" || head.test(start)) continue;
    throw refusal(path, `a new file or ${name} to replace`, "a file that holds something else");
  }
}

/** Paths of all images and masks of a data set. */
export function filesOf({ train, test }: Dataset): string[] {
  return [...train, ...test].flatMap(({ path, maskPath }) => (maskPath === null ? [path] : [path, maskPath]));
}

/** The same for all paths that lead to one file: links, other cases of letters where the system tells none. */
async function identity(path: string): Promise<string> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return resolve(path); // nothing there: whoever reads it says so
  }
}

async function headOf(path: string): Promise<string> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, "r");
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead).toString("latin1");
  } catch (error) {
    throw fileError(path, "look into", error);
  } finally {
    await handle?.close();
  }
}

function refusal(path: string, expected: string, got: string): FileError {
  return new FileError(`${path}: expected ${expected}, got ${got}. Name another, or remove it first.`);
}
