/** Folders on disk as data sets: the layout of MVTec AD, or a plain folder of good images. */
import { basename, extname, join, relative, resolve } from "node:path";
import { checkOptions, type OptionChecks, oneOf, text } from "../base/check-options.ts";
import { DataError } from "../base/errors.ts";
import type { Dataset, DatasetImage } from "../data/dataset.ts";
import { type ClassMeaning, classNames, usualGoodNames } from "./class-names.ts";
import { type FilePath, pathOf } from "./file-input.ts";
import { foldersText, goodFolder, layoutHint, leftOut, refuseMasks } from "./good-folder.ts";
import { imageExtensions } from "./image-file.ts";
import { listFolders, listImages } from "./image-folder.ts";
import { masksBeside } from "./mask-beside.ts";
import { pathKind } from "./path-kind.ts";

/** What a data set is opened for, and what good is called in it. */
export interface OpenDatasetOptions {
  /** "training" (default): good images to learn from must be there. "testing": `test` must be there, `train` may be missing. */
  readonly purpose?: "training" | "testing" | undefined;
  /** What the folders of good images are called, in any case of letters, besides good, OK, normal, pass and the like. */
  readonly good?: string | undefined;
}

const openChecks: OptionChecks<OpenDatasetOptions> = { purpose: oneOf(["training", "testing"]), good: text };

/** Class of good images, whatever their folder is called. */
const goodClass = "good";

/**
 * Data set in a folder.
 *
 * With a folder `train` in it, the layout is that of MVTec AD: `train/good` are the images to learn from, `test/good` the good
 * and `test/<class>` the defective ones to measure with, `ground_truth/<class>/<stem>_mask.png` (or `<stem>.png`, or another
 * image extension) the masks, which may lie beside their images too; `test` and `ground_truth` may be missing. Any other folder is
 * one of good images, at any depth; where folders in it are named as good, only what is in those. Folders of good images may have
 * any usual name, such as OK; `notes` tells what is left out.
 *
 * Files are told by their extension; hidden ones are left out. Nothing is decoded here.
 *
 * @param path - The folder; the paths of the images begin with it.
 * @throws {DataError} E_DATA if the folder is missing or none, has no image for the purpose, holds several data sets, or defective
 * images that would be learned as good.
 * @throws {FileError} E_FILE if a folder cannot be listed.
 * @see Bergmann et al. 2021, "The MVTec Anomaly Detection Dataset", doi:10.1007/s11263-020-01400-4
 */
export async function openDataset(path: FilePath, options: OpenDatasetOptions = {}): Promise<Dataset> {
  checkOptions("openDataset", options, openChecks);
  const root = pathOf("path", path);
  const kind = await pathKind(root);
  if (kind !== "folder") {
    const got = kind === "missing" ? "nothing there" : "a file";
    throw new DataError("E_DATA", `${root}: expected a folder of images, got ${got}. ${layoutHint}`);
  }
  const folders = await listFolders(root);
  const parts = {
    train: partOf(root, folders, "train"),
    test: partOf(root, folders, "test"),
    masks: partOf(root, folders, "ground_truth"),
  };
  const isTesting = options.purpose === "testing";
  if (parts.train === null && !isTesting) return openPlain(root, { folders, good: options.good });
  const meaning = classNames(options.good);
  const train = await trainImages(parts.train, meaning);
  const test = await testImages(parts.test, parts.masks, meaning);
  if (isTesting) requireTest(root, parts.test, test.images);
  else {
    if (train.images.length === 0)
      throw await noneToLearnFrom(root, parts.train ?? root, options.good ?? goodClass);
    refuseMasks(
      root,
      train.images.map(({ path }) => path),
    );
  }
  const notes = [...(isTesting ? [] : train.notes), ...test.notes];
  return { name: nameOf(root), root, layout: "mvtec", train: train.images, test: test.images, notes };
}

interface Images {
  readonly images: readonly DatasetImage[];
  readonly notes: readonly string[];
}

/** Path of one of the folders with a fixed name, in any case of letters. */
function partOf(root: string, folders: readonly string[], wanted: string): string | null {
  const found =
    folders.find((name) => name === wanted) ?? folders.find((name) => name.toLowerCase() === wanted);
  return found === undefined ? null : join(root, found);
}

/** Images of the folders in `train` that are named as good; if there are no folders, those directly in it. */
async function trainImages(folder: string | null, meaning: (name: string) => ClassMeaning): Promise<Images> {
  if (folder === null) return { images: [], notes: [] };
  const names = await listFolders(folder);
  const good = names.filter((name) => meaning(name) === "good");
  const all = await listImages(folder);
  const isMeant = (path: string): boolean =>
    names.length === 0 || good.includes(relative(folder, path).split(/[\\/]/, 1)[0] ?? "");
  const left = all.filter((path) => !isMeant(path));
  return {
    images: all.filter(isMeant).map((path) => imageOf(path, goodClass)),
    notes: left.length === 0 ? [] : [leftOut(left)],
  };
}

async function testImages(
  folder: string | null,
  maskFolder: string | null,
  meaning: (name: string) => ClassMeaning,
): Promise<Images> {
  if (folder === null) return { images: [], notes: [] };
  const images: DatasetImage[] = [];
  for (const name of await listFolders(folder)) {
    const { pictures, masks } = masksBeside(await listImages(join(folder, name)));
    if (meaning(name) === "good") images.push(...pictures.map((path) => imageOf(path, goodClass)));
    else {
      const found = await maskFinder(join(folder, name), maskFolder === null ? null : join(maskFolder, name));
      images.push(...pictures.map((path) => imageOf(path, name, found(path) ?? masks.get(path) ?? null)));
    }
  }
  const loose = await listImages(folder, { depth: 0 });
  const notes = loose.length === 0 ? [] : [`left out, in no folder of a class: ${foldersText(loose)}`];
  if (images.length > 0 && images.every(({ label }) => label === 1)) {
    notes.push(
      `no folder in ${folder} is named as good (${usualGoodNames}); if one holds good images, say which (option good, --good <name>)`,
    );
  }
  return { images, notes };
}

function imageOf(path: string, className: string, maskPath: string | null = null): DatasetImage {
  return { path, className, label: className === goodClass ? 0 : 1, maskPath };
}

/** Finds masks in the folder for them: `<stem>_mask.png`, `<stem>.png`, or with another extension of images. */
async function maskFinder(
  folder: string,
  maskFolder: string | null,
): Promise<(path: string) => string | undefined> {
  if (maskFolder === null || (await pathKind(maskFolder)) !== "folder") return () => undefined;
  const masks = new Set(await listImages(maskFolder));
  return (path) => {
    const inner = relative(folder, path);
    const stem = join(maskFolder, inner.slice(0, inner.length - extname(inner).length));
    const candidates = imageExtensions.flatMap((end) => [`${stem}_mask${end}`, `${stem}${end}`]);
    return candidates.find((mask) => masks.has(mask));
  };
}

function requireTest(root: string, folder: string | null, images: readonly DatasetImage[]): void {
  if (images.length > 0) return;
  const got = folder === null ? "no such folder" : "a folder without any";
  throw new DataError(
    "E_DATA",
    `${folder ?? join(root, "test")}: expected images to measure with, in test/${goodClass} and test/<class of defect>, got ${got}. ` +
      "Images without labels can be scored (detect), not evaluated.",
  );
}

async function noneToLearnFrom(root: string, folder: string, good: string): Promise<DataError> {
  const [expected, part] = [join(folder, good), basename(folder)];
  const got = (await pathKind(expected)) === "folder" ? "a folder without any" : "no such folder";
  return new DataError(
    "E_DATA",
    `${expected}: expected good images to learn from (${imageExtensions.join(", ")}), got ${got}. ` +
      `${root} has a folder "${part}", so it is read in the layout of MVTec AD: put the good images into ${part}/${good}, ` +
      "or say what their folder is called (option good, --good <name>).",
  );
}

async function openPlain(
  root: string,
  { folders, good }: { readonly folders: readonly string[]; readonly good: string | undefined },
): Promise<Dataset> {
  const reserved = folders.filter((name) => ["test", "ground_truth"].includes(name.toLowerCase()));
  if (reserved.length > 0) {
    throw new DataError(
      "E_DATA",
      `${root}: expected train/${goodClass} beside ${reserved.join(" and ")}, got no folder "train". ` +
        "Defective images must not be learnt as good ones: give the folder of the good images alone.",
    );
  }
  const sets = [];
  for (const name of folders) {
    const inner = await listFolders(join(root, name));
    if (inner.some((part) => part.toLowerCase() === "train")) sets.push(name);
  }
  if (sets.length > 0) {
    throw new DataError(
      "E_DATA",
      `${root}: expected one data set, got a folder of ${sets.length} (${sets.slice(0, 5).join(", ")}${sets.length > 5 ? ", ..." : ""}). Give one of them.`,
    );
  }
  const { paths, notes } = await goodFolder(root, good);
  const train = paths.map((path) => imageOf(path, goodClass));
  return { name: nameOf(root), root, layout: "folder", train, test: [], notes };
}

function nameOf(root: string): string {
  return basename(resolve(root));
}
