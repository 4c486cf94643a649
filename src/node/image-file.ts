/** Images and masks in files. */
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import type { DefectMask, RgbImage } from "../base/raster.ts";
import { type SampleDepth, usualDepth } from "../data/sample-depth.ts";
import { type FilePath, pathOf } from "./file-input.ts";
import { decodeImage, decodeMask } from "./image-codec.ts";
import { fileError } from "./system-error.ts";

/** Extensions by which image files are found in folders, lower case with the dot. */
export const imageExtensions: readonly string[] = [
  ".png",
  ".jpg",
  ".jpeg",
  ".jpe",
  ".jfif",
  ".bmp",
  ".dib",
  ".tif",
  ".tiff",
  ".webp",
  ".gif",
  ".avif",
  ".heic",
  ".heif",
];

/** Whether a file's name ends as an image's does, in either case. */
export function isImagePath(path: string): boolean {
  return imageExtensions.includes(extname(path).toLowerCase());
}

/**
 * Picture in a file: JPEG, PNG, WebP, TIFF, GIF, BMP or AVIF, told by its content and not by its name.
 *
 * @param path - The file, by path or URL.
 * @param depth - What values of more than 8 bits a channel mean, as in the model that is to see it. Default: all 16 bits are used.
 * @returns uint8 [height, width, 3]; grey, palette, CMYK, alpha, 16 bits and EXIF orientation as in {@link decodeImage}.
 * @throws {FileError} E_FILE if the file is missing or must not be read.
 * @throws {DataError} E_IMAGE if it is empty, no image, or a damaged one. All messages begin with `<path>: `.
 */
export async function readImage(path: FilePath, depth: SampleDepth = usualDepth): Promise<RgbImage> {
  const found = pathOf("path", path);
  return decodeImage(await readBytes(found), found, depth);
}

/**
 * Defect mask in a file: 1 where any channel is not 0.
 *
 * @param path - The file.
 * @returns uint8 [height, width] of 0 and 1.
 * @throws {FileError} E_FILE if the file is missing or must not be read.
 * @throws {DataError} E_IMAGE if it is empty, no image, or a damaged one.
 */
export async function readMask(path: string): Promise<DefectMask> {
  return decodeMask(await readBytes(path), path);
}

/** Bytes of a file. @throws {FileError} E_FILE if it is missing or must not be read. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw fileError(path, "read", error);
  }
}
