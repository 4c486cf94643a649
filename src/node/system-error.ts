/** What the operating system's file errors mean, in words. */
import { FileError } from "../base/errors.ts";

const meanings: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "permission denied",
  EPERM: "the operation is not permitted",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left on the device",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file is too large for the file system",
  EISDIR: "it is a folder, not a file",
  ENOTDIR: "a part of the path is a file, not a folder",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "its symbolic links go in a circle",
  EMFILE: "too many files are open",
  EBUSY: "it is in use",
  EADDRINUSE: "another program listens there",
  EADDRNOTAVAIL: "this machine has no such address",
  EIO: "the device reported an input/output error",
};

/** The system's code of an error, e.g. "ENOENT"; undefined for other errors. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Why the system refused, e.g. "permission denied (EACCES)". */
function systemReason(error: unknown): string {
  const code = systemCode(error);
  if (code !== undefined) return `${meanings[code] ?? "the system refused"} (${code})`;
  return error instanceof Error ? error.message : String(error);
}

/**
 * A {@link FileError} for a refused operation: `<path>: cannot <action> it: <reason>.`
 *
 * @param path - The file or folder.
 * @param action - What was tried, e.g. "read" or "write".
 * @param error - The system's error; becomes `cause`.
 */
export function fileError(path: string, action: string, error: unknown): FileError {
  return new FileError(`${path}: cannot ${action} it: ${systemReason(error)}.`, { cause: error });
}
