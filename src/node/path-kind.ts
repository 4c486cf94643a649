/** What is at a path. */
import { stat } from "node:fs/promises";
import { fileError, systemCode } from "./system-error.ts";

/** What a path leads to; links are followed. */
export type PathKind = "file" | "folder" | "other" | "missing";

/**
 * What `path` leads to.
 *
 * @throws {FileError} E_FILE if the system does not let us look.
 */
export async function pathKind(path: string): Promise<PathKind> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return "folder";
    return found.isFile() ? "file" : "other";
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return "missing";
    throw fileError(path, "look at", error);
  }
}
