/** Folders on disk as data sets: the layout of MVTec AD, or a plain folder of good images. */
import { basename, extname, join, relative, resolve } from "node:path";
import { DataError } from "../base/errors.ts";
import type { Dataset, DatasetImage } from "../data/dataset.ts";
import { imageExtensions } from "./image-file.ts";
import { listFolders, listImages } from "./image-folder.ts";
import { pathKind } from "./path-kind.ts";

const goodClass = "good";

/** What a data set is opened for. */
export interface OpenDatasetOptions {
  /** "training" (default): good images to learn from must be there. "testing": `test` must be there, `train` may be missing. */
  readonly purpose?: "training" | "testing";
}

/**
 * Data set in a folder.
 *
 * With a folder `train` in it, the layout is that of MVTec AD: `train/good` are the images to learn from, `test/good` the good
 * and `test/<class>` the defective ones to measure with, `ground_truth/<class>/<stem>_mask.png` (or `<stem>.png`, or another
 * image extension) the masks; `test` and `ground_truth` may be missing. Any other folder is one of good images, at any depth.
 *
 * Files are told by their extension; hidden ones are left out. Nothing is decoded here.
 *
 * @param root - The folder; the paths of the images begin with it.
 * @throws {DataError} E_DATA if the folder is missing or none, has no image for the purpose, or holds several data sets.
 * @throws {FileError} E_FILE if a folder cannot be listed.
 * @see Bergmann et al. 2021, "The MVTec Anomaly Detection Dataset", doi:10.1007/s11263-020-01400-4
 */
export async function openDataset(root: string, options: OpenDatasetOptions = {}): Promise<Dataset> {
  const kind = await pathKind(root);
  if (kind !== "folder") {
    const got = kind === "missing" ? "nothing there" : "a file";
    throw new DataError("E_DATA", `${root}: expected a folder of images, got ${got}. ${layoutHint}`);
  }
  const folders = await listFolders(root);
  if (options.purpose === "testing") return openForTesting(root, folders);
  return folders.includes("train") ? openMvtec(root) : openPlain(root, folders);
}

const layoutHint =
  "Give a folder of good images, or one with train/good, test/<class> and ground_truth/<class> in it.";

async function openMvtec(root: string): Promise<Dataset> {
  const goodFolder = join(root, "train", goodClass);
  const train = await goodImages(goodFolder);
  if (train.length === 0) {
    const got = (await isFolder(goodFolder)) ? "a folder without any" : "no such folder";
    throw new DataError(
      "E_DATA",
      `${goodFolder}: expected good images to learn from (${imageExtensions.join(", ")}), got ${got}. ` +
        `${root} has a folder "train", so it is read in the layout of MVTec AD: put the good images into train/${goodClass}.`,
    );
  }
  return { name: nameOf(root), root, layout: "mvtec", train, test: await testImages(root) };
}

async function openForTesting(root: string, folders: readonly string[]): Promise<Dataset> {
  const train = await goodImages(join(root, "train", goodClass));
  const test = await testImages(root);
  if (test.length > 0) return { name: nameOf(root), root, layout: "mvtec", train, test };
  const got = folders.includes("test") ? "a folder without any" : "no such folder";
  throw new DataError(
    "E_DATA",
    `${join(root, "test")}: expected images to measure with, in test/${goodClass} and test/<class of defect>, got ${got}. ` +
      "Images without labels can be scored (detect), not evaluated.",
  );
}

async function testImages(root: string): Promise<DatasetImage[]> {
  const testFolder = join(root, "test");
  const classes = (await isFolder(testFolder)) ? await listFolders(testFolder) : [];
  const test: DatasetImage[] = [];
  for (const className of classes) {
    const folder = join(testFolder, className);
    if (className === goodClass) test.push(...(await goodImages(folder)));
    else test.push(...(await defectiveImages(folder, className, join(root, "ground_truth", className))));
  }
  return test;
}

async function openPlain(root: string, folders: readonly string[]): Promise<Dataset> {
  const reserved = folders.filter((name) => name === "test" || name === "ground_truth");
  if (reserved.length > 0) {
    throw new DataError(
      "E_DATA",
      `${root}: expected train/${goodClass} beside ${reserved.join(" and ")}, got no folder "train". ` +
        "Defective images must not be learnt as good ones: give the folder of the good images alone.",
    );
  }
  const sets = await asyncFilter(folders, (name) => isFolder(join(root, name, "train", goodClass)));
  if (sets.length > 0) {
    throw new DataError(
      "E_DATA",
      `${root}: expected one data set, got a folder of ${sets.length} (${sets.slice(0, 5).join(", ")}${sets.length > 5 ? ", ..." : ""}). Give one of them.`,
    );
  }
  const train = await goodImages(root);
  if (train.length === 0) {
    throw new DataError(
      "E_DATA",
      `${root}: expected good images (${imageExtensions.join(", ")}) in it or in the folders below, got none. ${layoutHint}`,
    );
  }
  return { name: nameOf(root), root, layout: "folder", train, test: [] };
}

async function goodImages(folder: string): Promise<DatasetImage[]> {
  if (!(await isFolder(folder))) return [];
  const paths = await listImages(folder);
  return paths.map((path) => ({ path, className: goodClass, label: 0, maskPath: null }));
}

async function defectiveImages(
  folder: string,
  className: string,
  maskFolder: string,
): Promise<DatasetImage[]> {
  const masks = new Set((await isFolder(maskFolder)) ? await listImages(maskFolder) : []);
  return (await listImages(folder)).map((path) => {
    const inner = relative(folder, path);
    const stem = join(maskFolder, inner.slice(0, inner.length - extname(inner).length));
    const candidates = imageExtensions.flatMap((extension) => [
      `${stem}_mask${extension}`,
      `${stem}${extension}`,
    ]);
    return { path, className, label: 1, maskPath: candidates.find((mask) => masks.has(mask)) ?? null };
  });
}

async function isFolder(path: string): Promise<boolean> {
  return (await pathKind(path)) === "folder";
}

async function asyncFilter<T>(items: readonly T[], test: (item: T) => Promise<boolean>): Promise<T[]> {
  const keep = await Promise.all(items.map(test));
  return items.filter((_, i) => keep[i]);
}

function nameOf(root: string): string {
  return basename(resolve(root));
}
