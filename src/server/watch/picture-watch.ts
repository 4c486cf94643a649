/** A watched folder: each picture in it is scored once, however often the process starts. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { RadarError, ServiceError } from "../../base/errors.ts";
import { fileHash } from "../../detectors/content-hash.ts";
import type { WatchedTable } from "../history/database.ts";
import type { WatchedFiles } from "../history/watched-files.ts";
import type { HashedPicture } from "../score-pictures.ts";
import { type FolderWatch, type FolderWatchOptions, watchFolder } from "./folder-watch.ts";

/** What a {@link PictureWatch} stands on. */
export interface PictureWatchOptions extends Pick<FolderWatchOptions, "folder" | "settleMs" | "poll"> {
  /** What was scored. */
  readonly scored: WatchedFiles;
  /** Largest file that is read. */
  readonly maxBytes: number;
  /** Scores a picture, and writes down verdict and file in one; rejected where nothing was written. */
  readonly score: (picture: WatchedPicture) => Promise<void>;
  /** Writes down that a picture cannot be scored. */
  readonly fail: (failed: FailedPicture) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** A picture of a watched folder. */
export interface WatchedPicture extends HashedPicture {
  readonly watched: WatchedTable;
}

/** A picture of a watched folder that cannot be scored. */
export interface FailedPicture {
  readonly name: string;
  readonly watched: WatchedTable;
  readonly error: unknown;
}

/** Pictures that are under way together, and the wait for room in the queue, in milliseconds (ours). */
const [picturesAtATime, busyWaitMs] = [8, 500];

/** Errors that pass: the picture is tried until it is scored. */
const passing: readonly string[] = ["E_BUSY", "E_UNAVAILABLE", "E_DEADLINE", "E_NOT_FOUND"];

/** Errors of the picture itself: it is not tried again. */
const ownErrors: readonly string[] = [
  "E_IMAGE",
  "E_DATA",
  "E_SHAPE",
  "E_DTYPE",
  "E_TOO_LARGE",
  "E_NOT_FINITE",
];

/** How often a picture is tried of which the rest goes wrong, such as the disk or the scoring thread (ours). */
const mostTries = 5;

/** Scores what is in a folder and what comes. */
export class PictureWatch {
  readonly #options: PictureWatchOptions;
  readonly #waiting = new Set<string>();
  readonly #working = new Map<string, Promise<void>>();
  #watch: FolderWatch | undefined;
  #hasEnded = false;

  private constructor(options: PictureWatchOptions) {
    this.#options = options;
  }

  /** @throws {FileError} E_FILE if there is no such folder. */
  static async start(options: PictureWatchOptions): Promise<PictureWatch> {
    const watch = new PictureWatch(options);
    watch.#watch = await watchFolder({ ...options, onPicture: (file) => watch.#take(file) });
    const { files } = watch.#watch;
    await options.scored.keep((file) => files.has(file));
    return watch;
  }

  /** Pictures that were seen and are not scored. */
  get waiting(): number {
    return this.#waiting.size + this.#working.size;
  }

  /** Finishes what is under way, and takes no more; what waits is scored after the next start. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    this.#waiting.clear();
    await this.#watch?.end();
    await Promise.all(this.#working.values());
  }

  #take(file: string): void {
    if (this.#hasEnded) return;
    this.#waiting.add(file);
    this.#next();
  }

  #next(): void {
    for (const file of this.#waiting) {
      if (this.#working.size >= picturesAtATime) return;
      if (this.#working.has(file)) continue; // changed again: when the one before is done
      this.#waiting.delete(file);
      const work = this.#see(file)
        .catch((error: unknown) => this.#options.onError(error))
        .then(() => {
          this.#working.delete(file);
          this.#next();
        });
      this.#working.set(file, work);
    }
  }

  async #see(file: string): Promise<void> {
    const { folder, scored, maxBytes, fail } = this.#options;
    const path = join(folder, file);
    const look = await lookOf(path);
    if (look === undefined || (await scored.has(file, look.text))) return;
    const watched = scored.entry(file, look.text);
    if (look.size > maxBytes) {
      const error = new ServiceError(
        "E_TOO_LARGE",
        `${file}: expected a file of at most ${maxBytes} bytes, got ${look.size}.`,
      );
      await fail({ name: file, watched, error });
      return;
    }
    const bytes = await readFile(path);
    if ((await lookOf(path))?.text !== look.text) return; // written to meanwhile: it is told again
    const picture = { name: file, imageHash: await fileHash(bytes), picture: bytes, map: "none" as const };
    await this.#score({ ...picture, watched });
  }

  async #score(picture: WatchedPicture): Promise<void> {
    const { score, fail, onError } = this.#options;
    for (let tries = 1; ; ) {
      try {
        await score(picture);
        return;
      } catch (error) {
        const code = error instanceof RadarError ? error.code : "E_INTERNAL";
        if (ownErrors.includes(code) || tries === mostTries) {
          await fail({ name: picture.name, watched: picture.watched, error });
          return;
        }
        if (!passing.includes(code)) {
          onError(error);
          tries++;
        }
        if (this.#hasEnded) return;
        await new Promise((resolve) => setTimeout(resolve, busyWaitMs));
      }
    }
  }
}

async function lookOf(path: string): Promise<{ readonly text: string; readonly size: number } | undefined> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { text: `${size} ${mtimeMs}`, size };
  } catch {
    return undefined; // gone again
  }
}
