/** Many images read into memory, each reduced at once; the few that cannot be read are left out and reported. */
import { checkAborted } from "../base/abort.ts";
import { checkNumber } from "../base/check.ts";
import { DataError } from "../base/errors.ts";
import type { RgbImage } from "../base/raster.ts";
import type { SkippedFile } from "../data/dataset.ts";
import type { SampleDepth } from "../data/sample-depth.ts";
import type { Picture } from "./picture.ts";
import { tryReadPicture } from "./try-read.ts";

/** One image of {@link LoadedImages}. */
export interface LoadedImage<T> {
  /** Its path; `images[0]` and so on of those in memory. */
  readonly path: string;
  /** What `transform` made of it. */
  readonly image: T;
}

/** What {@link loadImages} read, and what it could not. */
export interface LoadedImages<T> {
  /** In the order of the pictures; at least one. */
  readonly images: readonly LoadedImage<T>[];
  /** In the order of the pictures. */
  readonly skipped: readonly SkippedFile[];
}

/** Settings of {@link loadImages}. */
export interface LoadImagesOptions<T> {
  /**
   * Applied to each image right after decoding; only its result is kept, so that memory does not grow with the size of
   * the camera's pictures. At most {@link concurrentImages} whole images exist at a time.
   */
  readonly transform: (image: RgbImage, path: string) => T | Promise<T>;
  /** What values of more than 8 bits mean. Default: all 16 bits are used. */
  readonly depth?: SampleDepth;
  /** Images with a shorter side are left out like unreadable ones. Default 1. */
  readonly smallestSidePx?: number;
  /** Largest share of unreadable files that is tolerated, in [0, 1]. Default 0.1 (ours). */
  readonly maxBadFraction?: number;
  /** Stops the reading; the promise is rejected with E_ABORTED. */
  readonly signal?: AbortSignal;
  /** Called after each file with how many are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Images decoded at the same time: 2, so that one is read while another is reduced (ours). */
export const concurrentImages = 2;

const defaultMaxBadFraction = 0.1; // ours
const listedFiles = 5;

/**
 * Reads pictures and keeps what `transform` makes of each.
 *
 * A file that is missing, must not be read, is no image or too small a one is left out and listed in `skipped`, as long as no more than
 * `maxBadFraction` of all files are such. An error of `transform` is not tolerated.
 *
 * @throws {DataError} E_DATA if none or too few of the files can be read; the message counts them and lists the first.
 * @throws {AbortError} E_ABORTED if `signal` says so.
 * @throws {OptionError} E_OPTION if `maxBadFraction` is not in [0, 1].
 */
export async function loadImages<T>(
  pictures: readonly Picture[],
  options: LoadImagesOptions<T>,
): Promise<LoadedImages<T>> {
  const { maxBadFraction = defaultMaxBadFraction } = options;
  checkNumber("maxBadFraction", maxBadFraction, { minimum: 0, maximum: 1 });
  if (pictures.length === 0)
    throw new DataError("E_DATA", "images: expected at least one picture, got none.");
  const results = new Map<number, LoadedImage<T> | SkippedFile>();
  let next = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < pictures.length; i = next++) {
      checkAborted(options.signal, "images");
      results.set(i, await loadOne(pictures[i] ?? "", `images[${i}]`, options));
      options.onProgress?.(results.size, pictures.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrentImages }, work));
  } finally {
    next = pictures.length; // an error in one worker stops the other
  }
  const inOrder = pictures.map((_, i) => results.get(i)).filter((result) => result !== undefined);
  const images = inOrder.filter((result) => "image" in result);
  const skipped = inOrder.filter((result) => "reason" in result);
  checkSkipped(skipped, pictures.length, maxBadFraction);
  return { images, skipped };
}

async function loadOne<T>(
  picture: Picture,
  name: string,
  { transform, depth, smallestSidePx = 1 }: LoadImagesOptions<T>,
): Promise<LoadedImage<T> | SkippedFile> {
  const read = await tryReadPicture(picture, name, depth);
  if ("reason" in read) return read;
  const { name: path, image } = read;
  const { width, height } = image;
  if (Math.min(width, height) >= smallestSidePx) return { path, image: await transform(image, path) };
  const expected = `${smallestSidePx} x ${smallestSidePx} pixels, one patch`;
  return { path, reason: `expected at least ${expected}, got ${width} x ${height}.` };
}

/**
 * Throws if none or too few of `total` files could be read.
 *
 * @param maxBadFraction - Largest share of unreadable files that is tolerated, in [0, 1].
 * @throws {DataError} E_DATA; the message counts them and lists the first.
 */
export function checkSkipped(
  skipped: readonly SkippedFile[],
  total: number,
  maxBadFraction: number = defaultMaxBadFraction,
): void {
  if (skipped.length < total && skipped.length <= maxBadFraction * total) return;
  const listed = skipped.slice(0, listedFiles).map(({ path, reason }) => `\n  ${path}: ${reason}`);
  const more = skipped.length > listedFiles ? `\n  and ${skipped.length - listedFiles} more` : "";
  const rule = skipped.length === total ? "" : ` (at most ${formatPercent(maxBadFraction)} may fail)`;
  throw new DataError(
    "E_DATA",
    `images: expected files that can be read${rule}, got ${skipped.length} of ${total} that cannot. ` +
      `Repair or remove them:${listed.join("")}${more}`,
  );
}

function formatPercent(fraction: number): string {
  return `${Number((fraction * 100).toPrecision(3))} %`;
}
