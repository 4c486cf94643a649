/** Image files below a folder, in an order that is the same on every machine. */
import { readdir, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { isImagePath } from "./image-file.ts";
import { pathKind } from "./path-kind.ts";
import { fileError } from "./system-error.ts";

/**
 * Image files in a folder and in all folders below it, told by their extension, sorted by {@link comparePaths}.
 *
 * Names that begin with a dot are left out, files and folders alike. Links are followed, each folder once.
 *
 * @param folder - Prefix of all results.
 * @param options - `depth`: levels of folders below to look into. Default all.
 * @throws {FileError} E_FILE if a folder cannot be listed.
 */
export async function listImages(
  folder: string,
  options: { readonly depth?: number } = {},
): Promise<string[]> {
  const images: string[] = [];
  await collect(folder, options.depth ?? Number.POSITIVE_INFINITY, { images, visited: new Set() });
  return images.sort(comparePaths);
}

/** Names of the folders directly in `folder`, sorted, without those that begin with a dot. @throws {FileError} E_FILE. */
export async function listFolders(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const name of await visibleNames(folder)) {
    if ((await pathKind(join(folder, name))) === "folder") names.push(name);
  }
  return names.sort(comparePaths);
}

/** Order by UTF-16 code units, folder by folder: no locale has a say, and "a/z" comes before "a-b/c". */
export function comparePaths(a: string, b: string): number {
  const left = a.split(sep);
  const right = b.split(sep);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const x = left[i] ?? "";
    const y = right[i] ?? "";
    if (x !== y) return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

async function collect(
  folder: string,
  depth: number,
  found: { readonly images: string[]; readonly visited: Set<string> },
): Promise<void> {
  const place = await realpath(folder).catch((error) => {
    throw fileError(folder, "list", error);
  });
  if (found.visited.has(place)) return;
  found.visited.add(place);
  for (const name of await visibleNames(folder)) {
    const path = join(folder, name);
    const kind = await pathKind(path);
    if (kind === "folder" && depth > 0) await collect(path, depth - 1, found);
    else if (kind === "file" && isImagePath(name)) found.images.push(path);
  }
}

async function visibleNames(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => !name.startsWith(".")).sort();
  } catch (error) {
    throw fileError(folder, "list", error);
  }
}
