/** Pictures as a page has them, brought to what a worker can be sent. */
import { describe } from "../base/check.ts";
import { DataError, OptionError } from "../base/errors.ts";
import type { Frame } from "../base/frame.ts";

/** A picture in a page: pixels, anything that can be drawn, or a file that the browser can decode. */
export type WebPicture =
  | Frame
  | ImageData
  | ImageBitmap
  | HTMLImageElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLVideoElement
  | VideoFrame
  | Blob;

/** What is sent: bitmaps are handed over, frames copied. */
export type SentPicture = Frame | ImageBitmap;

/**
 * A picture to be sent. The caller keeps its own.
 *
 * @param name - What messages call it.
 * @throws {DataError} E_IMAGE if the browser cannot decode or draw it; {OptionError} E_OPTION if it is no picture.
 */
export async function sentPicture(picture: WebPicture, name: string): Promise<SentPicture> {
  if (typeof picture !== "object" || picture === null) {
    throw new OptionError(`${name}: expected a picture, got ${describe(picture)}.`);
  }
  if (picture instanceof ImageData) {
    const { width, height, data } = picture;
    return { width, height, data, format: "rgba" };
  }
  if ("data" in picture) return picture;
  try {
    return await createImageBitmap(picture);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DataError("E_IMAGE", `${name}: expected a picture that this browser can read, got: ${reason}`, {
      cause,
    });
  }
}

/** The bitmaps among pictures, which are handed over. */
export function bitmapsIn(pictures: readonly SentPicture[]): ImageBitmap[] {
  return pictures.filter((picture) => picture instanceof ImageBitmap);
}

/** The pixels of a picture that came; a bitmap is freed. */
export function frameOf(picture: SentPicture): Frame {
  if (!(picture instanceof ImageBitmap)) return picture;
  const { width, height } = picture;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (context === null)
    throw new DataError("E_IMAGE", "picture: expected a canvas to read it with, got none.");
  context.drawImage(picture, 0, 0);
  picture.close();
  return { width, height, data: context.getImageData(0, 0, width, height).data, format: "rgba" };
}
