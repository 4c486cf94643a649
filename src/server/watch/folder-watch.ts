/** Pictures of a folder and those below, as they appear. */
import { basename, relative } from "node:path";
import { watch } from "chokidar";
import { FileError } from "../../base/errors.ts";
import { isImagePath } from "../../node/image-file.ts";
import { pathKind } from "../../node/path-kind.ts";
import { fileError } from "../../node/system-error.ts";

/** How a folder is watched. */
export interface FolderWatchOptions {
  readonly folder: string;
  /** A file is whole when its size stays the same for so many milliseconds. */
  readonly settleMs: number;
  /** Looks instead of being told: for folders on other machines, of whose changes the system does not tell. */
  readonly poll: boolean;
  /** Called with the path in the folder of each picture that is there, or was changed. */
  readonly onPicture: (file: string) => void;
  readonly onError: (error: unknown) => void;
}

/** A folder that is watched. */
export interface FolderWatch {
  /** What was there at first. */
  readonly files: ReadonlySet<string>;
  end(): Promise<void>;
}

/** How often a file is looked at until it is whole, and a folder that is polled, in milliseconds (ours). */
const [lookEveryMs, pollEveryMs] = [100, 500];

/**
 * Watches a folder; resolves when all that was there has been found.
 *
 * Hidden files are left alone, folders and files: writers that rename begin with one.
 *
 * @throws {FileError} E_FILE if there is no such folder.
 */
export async function watchFolder(options: FolderWatchOptions): Promise<FolderWatch> {
  const { folder, settleMs, poll, onPicture, onError } = options;
  if ((await pathKind(folder)) !== "folder")
    throw new FileError(`${folder}: expected a folder to watch, got none.`);
  const files = new Set<string>();
  const isHidden = (path: string): boolean => path !== folder && basename(path).startsWith(".");
  const watcher = watch(folder, {
    ignored: (path, stats) => isHidden(path) || (stats?.isFile() === true && !isImagePath(path)),
    awaitWriteFinish: { stabilityThreshold: settleMs, pollInterval: Math.min(lookEveryMs, settleMs) },
    usePolling: poll,
    interval: pollEveryMs,
    binaryInterval: pollEveryMs,
  });
  const tell = (path: string): void => onPicture(relative(folder, path));
  watcher.on("add", tell).on("change", tell);
  watcher.on("error", (error) => onError(fileError(folder, "watch", error)));
  await new Promise<void>((resolve) => watcher.once("ready", resolve));
  for (const [at, names] of Object.entries(watcher.getWatched()))
    for (const name of names) files.add(relative(folder, `${at}/${name}`));
  return { files, end: () => watcher.close() };
}
