/** A folder that has no `train` in it: which of the pictures in it and below are good. */
import { dirname, relative, sep } from "node:path";
import { DataError } from "../base/errors.ts";
import { groupBy } from "../base/group-by.ts";
import { type ClassMeaning, classNames, usualGoodNames } from "./class-names.ts";
import { imageExtensions } from "./image-file.ts";
import { listImages } from "./image-folder.ts";
import { masksBeside } from "./mask-beside.ts";

/** What a data set may look like, for messages. */
export const layoutHint =
  "Give a folder of good images, or one with train/good, test/<class> and ground_truth/<class> in it.";

const shownFolders = 8;

/** Pictures to learn from, and what is to be said of the others. */
export interface GoodFolder {
  readonly paths: readonly string[];
  readonly notes: readonly string[];
}

/**
 * The good pictures below `root`: those in folders whose name means good, where there are such; else all.
 *
 * @param good - The name that means good. Default: the usual ones.
 * @throws {DataError} E_DATA if there is none; if folders are named as defective and none as good; or if masks of defects lie
 * beside the pictures: defective pictures are never learned as good ones.
 */
export async function goodFolder(root: string, good: string | undefined): Promise<GoodFolder> {
  const all = await listImages(root);
  if (all.length === 0) throw noImages(root);
  const meaning = classNames(good);
  const meanings = groupBy(all, (path) => meaningOf(relative(root, path), meaning));
  const named = meanings.get("good");
  if (named === undefined && (good !== undefined || meanings.has("defective"))) {
    throw notNamed(root, { all, good });
  }
  const paths = named ?? all;
  refuseMasks(root, paths);
  const left =
    named === undefined ? [] : all.filter((path) => meaningOf(relative(root, path), meaning) !== "good");
  return { paths, notes: left.length === 0 ? [] : [leftOut(left)] };
}

/** A line on images that are not learned from. */
export function leftOut(paths: readonly string[]): string {
  return `left out, not named as good: ${foldersText(paths)}`;
}

/** The folder nearest to the picture that says something decides. */
function meaningOf(path: string, meaning: (name: string) => ClassMeaning): ClassMeaning {
  const folders = path.split(sep).slice(0, -1);
  return folders.map(meaning).findLast((found) => found !== null) ?? null;
}

function noImages(root: string): DataError {
  return new DataError(
    "E_DATA",
    `${root}: expected good images (${imageExtensions.join(", ")}) in it or in the folders below, got none. ${layoutHint}`,
  );
}

function notNamed(
  root: string,
  { all, good }: { readonly all: readonly string[]; readonly good: string | undefined },
): DataError {
  const expected = good ?? `one named as good (${usualGoodNames}) beside those named as defective`;
  return new DataError(
    "E_DATA",
    `${root}: expected a folder ${expected}, got ${foldersText(all)}. ` +
      "Give the folder of the good images alone, or say what it is called (option good, --good <name>).",
  );
}

/** Refuses pictures with masks beside them: masks are of defects. @throws {DataError} E_DATA. */
export function refuseMasks(root: string, paths: readonly string[]): void {
  const [[, mask] = []] = masksBeside(paths).masks;
  if (mask === undefined) return;
  throw new DataError(
    "E_DATA",
    `${root}: expected good images alone, got some with the mask of a defect beside them, such as ${mask}. ` +
      "Give a folder of the good images, without masks.",
  );
}

/** `12 in parts/OK, 3 in parts/NG`: pictures by the folders they lie in; the largest first, few of them. */
export function foldersText(paths: readonly string[]): string {
  const folders = [...groupBy(paths, dirname)].sort(([, a], [, b]) => b.length - a.length);
  const shown = folders.slice(0, shownFolders).map(([folder, { length }]) => `${length} in ${folder}`);
  const more = folders.length - shown.length;
  return [...shown, ...(more > 0 ? [`and more in ${more} other folders`] : [])].join(", ");
}
