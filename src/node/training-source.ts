/** What a detector learns from: a folder, a data set that was opened, or pictures in memory. */
import { describe } from "../base/check.ts";
import { OptionError } from "../base/errors.ts";
import type { Dataset } from "../data/index.ts";
import { openDataset } from "./dataset-folder.ts";
import { type FilePath, pathOf } from "./file-input.ts";
import { foldersText } from "./good-folder.ts";
import { filesOf } from "./output-path.ts";
import { type Picture, plainPicture } from "./picture.ts";

/** Good images, and what they are called together. */
export interface TrainingSource {
  readonly name: string;
  /** The folder; empty for pictures in memory. */
  readonly root: string;
  /** Paths of files, bytes of encoded ones, frames. */
  readonly pictures: readonly Picture[];
  /** Paths of all files that belong to them, masks and test images too: no output may replace one. */
  readonly files: readonly string[];
  /** What was taken for good and what was left out, one sentence each. */
  readonly notes: readonly string[];
}

/** What a training may be given. */
export type TrainingData = FilePath | Dataset | readonly Picture[];

/** The same in a form that every thread takes. */
export type PlainData = string | Dataset | readonly Picture[];

/**
 * What was given, without URLs.
 *
 * @throws {OptionError} E_OPTION if it is no folder, data set or list of pictures.
 */
export function plainData(data: TrainingData): PlainData {
  if (isList(data)) return data.map((picture, i) => plainPicture(picture, `images[${i}]`));
  if (typeof data === "object" && data !== null && "train" in data) return data;
  if (typeof data === "string" || data instanceof URL) return pathOf("data", data);
  throw new OptionError(`data: expected a folder, a data set or a list of pictures, got ${describe(data)}.`);
}

/**
 * The good images of `data`.
 *
 * @param good - What folders of good images are called besides the usual names.
 *
 * @throws {DataError} E_DATA as {@link openDataset}.
 */
export async function trainingSource(data: PlainData, good?: string): Promise<TrainingSource> {
  if (typeof data === "string") return sourceOf(await openDataset(data, { good }));
  if (!isList(data)) return sourceOf(data);
  return {
    name: "pictures",
    root: "",
    pictures: data,
    files: data.filter((picture) => typeof picture === "string"),
    notes: [],
  };
}

function sourceOf(dataset: Dataset): TrainingSource {
  const { name, root, train } = dataset;
  const pictures = train.map(({ path }) => path);
  const notes = [`good: ${foldersText(pictures)}`, ...dataset.notes];
  return { name, root, pictures, files: filesOf(dataset), notes };
}

function isList(data: TrainingData): data is readonly Picture[] {
  return Array.isArray(data);
}
