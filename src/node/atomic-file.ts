/** Files that are either whole or not there: written aside, flushed, then renamed into place. */
import { type FileHandle, mkdir, open, realpath, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FileError } from "../base/errors.ts";
import { pathKind } from "./path-kind.ts";
import { fileError, systemCode } from "./system-error.ts";

/**
 * Writes a file so that readers, and whoever comes after a crash, see the old content or the new one, never a part.
 *
 * The bytes go to a hidden file `.<name>.<process>-<n>.tmp` in the same folder, are flushed to the disk and renamed. The
 * hidden file is removed on failure; only a killed process leaves one behind. A link is followed; pipes and devices, which
 * cannot be replaced, are written to directly.
 *
 * @param path - Target; its folder must exist (see {@link ensureFolder}).
 * @param bytes - The whole content; text is written as UTF-8.
 * @throws {FileError} E_FILE with the path and the reason: no folder, a folder in its place, no right, no space.
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array | string): Promise<void> {
  const kind = await checkTarget(path);
  try {
    if (kind === "other") {
      await writeFile(path, bytes);
      return;
    }
    const target = kind === "file" ? await realpath(path) : path;
    const { handle, temporary } = await openBeside(target);
    try {
      await fill(handle, bytes);
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await flushFolder(dirname(target));
  } catch (error) {
    throw fileError(path, "write", error);
  }
}

/**
 * Checks that {@link writeFileAtomic} could write `path` now: its folder exists and takes new files, and no folder is in its
 * place. Called before long work, so that a mistyped output fails at once. Leaves nothing behind.
 *
 * @throws {FileError} E_FILE with the path and the reason.
 */
export async function checkWritable(path: string): Promise<void> {
  const kind = await checkTarget(path);
  try {
    if (kind === "other") {
      await (await open(path, "a")).close();
      return;
    }
    const { handle, temporary } = await openBeside(kind === "file" ? await realpath(path) : path);
    await handle.close();
    await rm(temporary, { force: true });
  } catch (error) {
    throw fileError(path, "write", error);
  }
}

/**
 * Creates a folder and those above it where they are missing.
 *
 * @throws {FileError} E_FILE with the path and the reason, such as a file in its place.
 */
export async function ensureFolder(path: string): Promise<void> {
  if ((await pathKind(path)) === "folder") return;
  // One by one: where a system says ENOENT of a folder that is there, as in /proc, mkdir's own recursion never ends.
  const above = dirname(path);
  if (above !== path && (await pathKind(above)) === "missing") await ensureFolder(above);
  try {
    await mkdir(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === "EEXIST" && (await pathKind(path)) === "folder") return; // made by another meanwhile
    if (code !== "EEXIST" && code !== "ENOENT") throw fileError(path, "create", error);
    const reason = code === "EEXIST" ? "a file of that name is there" : `${above} takes no folders (ENOENT)`;
    throw new FileError(`${path}: cannot create this folder: ${reason}.`, { cause: error });
  }
}

/**
 * Creates a folder where it is missing and tries whether it takes files. Called before long work that writes into it.
 *
 * @throws {FileError} E_FILE with the path and the reason.
 */
export async function prepareFolder(path: string): Promise<void> {
  await ensureFolder(path);
  await checkWritable(join(path, "radar-ad"));
}

async function checkTarget(path: string): Promise<"file" | "other" | "missing"> {
  const kind = await pathKind(path);
  if (kind === "folder") {
    throw new FileError(`${path}: cannot write it: it is a folder. Name a file in it.`);
  }
  if (kind !== "missing") return kind;
  const folder = dirname(path);
  const folderKind = await pathKind(folder);
  if (folderKind === "missing") {
    throw new FileError(`${path}: cannot write it: the folder ${folder} does not exist. Create it first.`);
  }
  if (folderKind !== "folder") throw new FileError(`${path}: cannot write it: ${folder} is not a folder.`);
  return kind;
}

/** A new hidden file in the folder of `target`; names left by killed processes are passed over. */
async function openBeside(target: string): Promise<{ handle: FileHandle; temporary: string }> {
  for (let attempt = 0; ; attempt++) {
    const temporary = join(dirname(target), `.${basename(target)}.${process.pid}-${attempt}.tmp`);
    try {
      return { handle: await open(temporary, "wx"), temporary };
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
    }
  }
}

async function fill(handle: FileHandle, bytes: Uint8Array | string): Promise<void> {
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the rename itself last; where folders cannot be flushed (Windows), the system orders it. */
async function flushFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!["EISDIR", "EPERM", "EACCES", "EINVAL", "ENOTSUP"].includes(systemCode(error) ?? "")) throw error;
  }
}
