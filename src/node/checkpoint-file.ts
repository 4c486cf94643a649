/** The checkpoint beside a model file. */
import { readFile } from "node:fs/promises";
import { TrainingError } from "../base/errors.ts";
import { type Checkpoint, decodeCheckpoint } from "../train/checkpoint.ts"; // not index.ts: the name alone needs nothing that trains
import { pathKind } from "./path-kind.ts";
import { fileError } from "./system-error.ts";

/** Where the training of a model file keeps its checkpoint. */
export function checkpointPathOf(output: string): string {
  return `${output}.checkpoint`;
}

/** The checkpoint of an unfinished training; undefined where there is none. */
export async function readCheckpoint(path: string): Promise<Checkpoint | undefined> {
  if ((await pathKind(path)) !== "file") return undefined;
  try {
    return decodeCheckpoint(new Uint8Array(await readFile(path)));
  } catch (error) {
    if (!(error instanceof TrainingError)) throw fileError(path, "read", error);
    throw new TrainingError(error.code, error.message.replace(/^checkpoint/, path), { cause: error });
  }
}
