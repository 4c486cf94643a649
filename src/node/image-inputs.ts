/** The images that the arguments of a command name. */
import { resolve, sep } from "node:path";
import { DataError, FileError } from "../base/errors.ts";
import { isGlob, parseGlob } from "./glob.ts";
import { imageExtensions } from "./image-file.ts";
import { listImages } from "./image-folder.ts";
import { pathKind } from "./path-kind.ts";

/**
 * Image files that `inputs` name, in their order: files as they are, folders with all images below, globs.
 *
 * A path that exists is taken as it is, even if it looks like a glob. What a folder or glob gives is told by extension
 * and sorted by path; a file named outright may have any extension. A file named twice comes once, at its first place.
 *
 * @param inputs - Paths and globs, as of a command line.
 * @returns At least one path, relative where the input is.
 * @throws {FileError} E_FILE if a path does not exist.
 * @throws {DataError} E_DATA if an input gives no image, or there is no input.
 */
export async function findImages(inputs: readonly string[]): Promise<string[]> {
  if (inputs.length === 0) {
    throw new DataError("E_DATA", "images: expected at least one file, folder or glob, got none.");
  }
  const found = new Map<string, string>();
  for (const input of inputs) {
    for (const path of await imagesOf(input)) {
      const place = resolve(path);
      if (!found.has(place)) found.set(place, path);
    }
  }
  return [...found.values()];
}

async function imagesOf(input: string): Promise<string[]> {
  const kind = await pathKind(input);
  if (kind === "file" || kind === "other") return [input];
  if (kind === "folder") return notEmpty(await listImages(input), input, "in this folder or below");
  if (isGlob(input)) return notEmpty(await globImages(input), input, "that this pattern matches");
  throw new FileError(`${input}: expected an image, a folder or a glob that exists, got nothing there.`);
}

async function globImages(pattern: string): Promise<string[]> {
  const slashed = (path: string): string => (sep === "\\" ? path.replaceAll("\\", "/") : path);
  const { base, depth, matches } = parseGlob(slashed(pattern));
  if ((await pathKind(base)) !== "folder") return [];
  return (await listImages(base, { depth })).filter((path) => matches(slashed(path)));
}

function notEmpty(paths: string[], input: string, where: string): string[] {
  if (paths.length > 0) return paths;
  throw new DataError(
    "E_DATA",
    `${input}: expected images (${imageExtensions.join(", ")}) ${where}, got none.`,
  );
}
