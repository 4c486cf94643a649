/** A name for the code that computes, so that what was computed by other code is not taken for its result. */
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { contentHash } from "../detectors/content-hash.ts";

/** Rooms whose code changes no figure: they draw, print and plan. */
const idleRooms = ["benchmark", "cli", "rendered", "report"];

/**
 * SHA-256 over the names and bytes of every module of this package but those that draw, print and plan.
 *
 * @param root - Folder of the modules. Default: this package's own, built or as source.
 * @returns 64 hexadecimal digits; the same for the same code wherever it lies.
 * @throws the system's error if the folder cannot be read.
 */
export async function codeDigest(
  root: string = fileURLToPath(new URL("..", import.meta.url)),
): Promise<string> {
  const parts: Uint8Array[] = [];
  for (const path of await modules(root)) {
    parts.push(new TextEncoder().encode(path), await readFile(join(root, path)));
  }
  return contentHash(parts);
}

/** Paths of the modules with forward slashes, sorted. */
async function modules(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && isModule(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => !idleRooms.some((room) => path.startsWith(`${room}/`)))
    .sort();
}

function isModule(name: string): boolean {
  return /\.(js|ts)$/.test(name) && !/\.(d|test)\.ts$/.test(name);
}
