/** Data sets made ready for a benchmark: opened, counted, hashed. */
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { relative, sep } from "node:path";
import { OptionError } from "../base/errors.ts";
import type { BenchmarkSet } from "../benchmark/index.ts";
import type { Dataset } from "../data/index.ts";
import { openDataset } from "./dataset-folder.ts";
import { fileError } from "./system-error.ts";

/** A data set with what a benchmark knows of it. */
export interface OpenedSet {
  readonly set: BenchmarkSet;
  readonly dataset: Dataset;
}

/**
 * Opens the sets of a benchmark.
 *
 * @param paths - Folders in the layout of MVTec AD, each with images to learn from and to measure with.
 * @throws {DataError} E_DATA as `openDataset`; {OptionError} E_OPTION if two have one name; {FileError} E_FILE.
 */
export async function openBenchmarkSets(paths: readonly string[]): Promise<OpenedSet[]> {
  const opened: OpenedSet[] = [];
  for (const path of paths) {
    const next = await openSet(path);
    const twin = opened.find(({ set }) => set.name === next.set.name);
    if (twin !== undefined) {
      throw new OptionError(
        `sets: expected folders of different names, got ${twin.set.path} and ${path}. Rename one of them.`,
      );
    }
    opened.push(next);
  }
  return opened;
}

async function openSet(path: string): Promise<OpenedSet> {
  const dataset = await openDataset(path);
  if (dataset.test.length === 0) await openDataset(path, { purpose: "testing" }); // says what is missing
  const { name, train, test } = dataset;
  const set = {
    name,
    path,
    contentHash: await hashOf(dataset),
    trainImages: train.length,
    goodImages: test.filter(({ label }) => label === 0).length,
    defectiveImages: test.filter(({ label }) => label === 1).length,
    hasMasks: test.some(({ maskPath }) => maskPath !== null),
  };
  return { set, dataset };
}

/** SHA-256 over the relative paths and the bytes of all images and masks. */
async function hashOf({ root, train, test }: Dataset): Promise<string> {
  const hash = createHash("sha256");
  for (const { path, maskPath } of [...train, ...test]) {
    for (const file of maskPath === null ? [path] : [path, maskPath]) {
      const inner = createHash("sha256");
      await addFile(inner, file);
      hash.update(`${relative(root, file).split(sep).join("/")}\0${inner.digest("hex")}\n`);
    }
  }
  return hash.digest("hex");
}

async function addFile(hash: Hash, path: string): Promise<void> {
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk);
  } catch (error) {
    throw fileError(path, "read", error);
  }
}
