/** Pictures as callers have them: files, encoded bytes, or pixels. */
import { describe } from "../base/check.ts";
import { OptionError } from "../base/errors.ts";
import { type Frame, rgbImageOf } from "../base/frame.ts";
import type { RgbImage } from "../base/raster.ts";
import type { SampleDepth } from "../data/sample-depth.ts";
import { bytesOrPath, type FileInput, isBytes } from "./file-input.ts";
import { decodeImage } from "./image-codec.ts";
import { readImage } from "./image-file.ts";

/** A picture: a file by path or URL, the bytes of an encoded one, or pixels. */
export type Picture = FileInput | Frame;

/** What is given for a {@link Picture}, decoded. */
export interface NamedImage {
  /** Its path, or what the caller's argument is called. */
  readonly name: string;
  readonly image: RgbImage;
}

/**
 * Decodes a picture where it is encoded.
 *
 * @param name - Names it in messages where it has no path.
 * @param depth - What values of more than 8 bits a channel mean, as in the model that is to see it.
 * @throws {FileError} E_FILE, {DataError} E_IMAGE as {@link readImage}; {OptionError} E_OPTION, {ShapeError} E_SHAPE, E_DTYPE if it is
 * no picture.
 */
export async function namedImage(picture: Picture, name: string, depth?: SampleDepth): Promise<NamedImage> {
  if (isFrame(picture)) return { name, image: rgbImageOf(picture, name) };
  const input = bytesOrPath(name, picture);
  if (isBytes(input)) return { name, image: await decodeImage(input, name, depth) };
  return { name: input, image: await readImage(input, depth) };
}

/** A picture in a form that every thread takes: a path, bytes, or a frame. @throws {OptionError} E_OPTION if it is none. */
export function plainPicture(picture: Picture, name: string): string | Uint8Array | Frame {
  return isFrame(picture) ? picture : bytesOrPath(name, picture);
}

/**
 * Makes sure that it is a list.
 *
 * @throws {OptionError} E_OPTION if it is none.
 */
export function checkPictures(name: string, pictures: readonly Picture[]): void {
  if (Array.isArray(pictures)) return;
  throw new OptionError(
    `${name}: expected a list of pictures, got ${describe(pictures)}. For one: detectOne.`,
  );
}

/** Whether it is pixels: nothing is to be decoded. */
export function isFrame(picture: Picture): picture is Frame {
  return typeof picture === "object" && picture !== null && !("byteLength" in picture || "href" in picture);
}
