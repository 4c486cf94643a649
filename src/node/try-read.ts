/** Reading of an image that may be unreadable: whoever reads many goes on with the others. */
import { DataError, FileError } from "../base/errors.ts";
import type { DefectMask, RgbImage } from "../base/raster.ts";
import type { SkippedFile } from "../data/dataset.ts";
import type { SampleDepth } from "../data/sample-depth.ts";
import { readImage, readMask } from "./image-file.ts";
import { type NamedImage, namedImage, type Picture } from "./picture.ts";

/** The picture in a file, or why there is none: missing, not to be read, no image, damaged, values outside of `depth`. */
export async function tryReadImage(path: string, depth?: SampleDepth): Promise<RgbImage | SkippedFile> {
  return orReason(path, () => readImage(path, depth));
}

/** A picture, decoded where it is encoded, or why there is none. */
export async function tryReadPicture(
  picture: Picture,
  name: string,
  depth?: SampleDepth,
): Promise<NamedImage | SkippedFile> {
  return orReason(typeof picture === "string" ? picture : name, () => namedImage(picture, name, depth));
}

/** The mask in a file, or why there is none. */
export async function tryReadMask(path: string): Promise<DefectMask | SkippedFile> {
  return orReason(path, () => readMask(path));
}

async function orReason<T>(path: string, read: () => Promise<T>): Promise<T | SkippedFile> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof DataError || error instanceof FileError)) throw error;
    const prefix = `${path}: `; // the list has the path already
    const { message } = error;
    return { path, reason: message.startsWith(prefix) ? message.slice(prefix.length) : message };
  }
}
