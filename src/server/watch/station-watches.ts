/** Watched folders of a station. */
import { resolve } from "node:path";
import type { Database } from "../history/database.ts";
import { WatchedFiles } from "../history/watched-files.ts";
import { problemOf } from "../http-error.ts";
import { type RecordedOutcome, type ScoringStation, scorePictures } from "../score-pictures.ts";
import { scoredOf } from "../served-model.ts";
import { PictureWatch } from "./picture-watch.ts";

/** A folder whose pictures a detector scores. */
export interface WatchSetting {
  readonly detector: string;
  readonly folder: string;
  /** A file is whole when its size stays the same for so many milliseconds. Default 500 (ours). */
  readonly settleMs?: number | undefined;
  /** Looks instead of being told: for folders of other machines. Default false. */
  readonly poll?: boolean | undefined;
}

/** What watching needs of a station. */
export interface WatchingStation extends ScoringStation {
  readonly db: Database;
  /** Called with the verdict of each picture, or why there is none. */
  readonly onPicture?:
    | ((file: string, outcome: RecordedOutcome | { readonly failed: Error }) => void)
    | undefined;
  readonly onError: (error: unknown) => void;
}

/** Starts to watch. @throws {FileError} E_FILE if there is no such folder. */
export async function startWatch(
  station: WatchingStation,
  { detector, folder, settleMs = 500, poll = false }: WatchSetting,
): Promise<PictureWatch> {
  const { db, history, limits, onPicture, onError } = station;
  const signal = new AbortController().signal; // what is under way is finished, at the end too
  return PictureWatch.start({
    folder,
    settleMs,
    poll,
    scored: new WatchedFiles(db, `${detector} ${resolve(folder)}`),
    maxBytes: limits.maxBodyBytes,
    onError,
    score: async (picture) => {
      const request = { detector, caller: "watch", pictures: [picture], signal };
      const [outcome] = await scorePictures(station, request);
      if (outcome === undefined) return;
      scoredOf(outcome);
      onPicture?.(picture.name, outcome);
    },
    fail: async ({ name, watched, error }) => {
      await history.addFailure({ detector, imageName: name, watched, error: problemOf(error).body.error });
      onPicture?.(name, { failed: error instanceof Error ? error : new Error(String(error)) });
    },
  });
}
