/**
 * Encoded images to pixels and back: JPEG, PNG, WebP, TIFF and GIF through sharp (libvips), BMP through our own decoder.
 *
 * What becomes of unusual images:
 * - grey, palette, CMYK: converted to RGB; an embedded colour profile is applied, as browsers do;
 * - alpha: composited on black;
 * - 16 bits a channel: the upper 8 bits, v >> 8, so 65535 becomes 255. Nothing is stretched: a 12-bit camera that stores
 *   0 .. 4095 in 16-bit files gives pictures in 0 .. 15. Let it write left-aligned values, or shift them first;
 * - 32 bits and floating point: refused, as their range is not known;
 * - EXIF orientation: applied;
 * - several frames or pages: the first one.
 */
import sharp, { type Metadata, type Sharp } from "sharp";
import { DataError } from "../base/errors.ts";
import { checkRaster, type DefectMask, type RgbImage } from "../base/raster.ts";
import { decodeBmp } from "../data/bmp.ts";

/** Formats that are read. */
export type ImageFormat = "jpeg" | "png" | "webp" | "tiff" | "gif" | "bmp";

/** Largest image that is decoded, in pixels: 2^28, 16384 x 16384 (ours); larger ones are refused before they fill the memory. */
export const maxPixels: number = 2 ** 28;

/** Starts of files: bytes in hexadecimal, dots for any digit. */
const signatures: ReadonlyArray<readonly [ImageFormat, RegExp]> = [
  ["jpeg", /^ffd8ff/],
  ["png", /^89504e470d0a1a0a/],
  ["webp", /^52494646.{8}57454250/],
  ["tiff", /^(49492a00|4d4d002a|49492b00|4d4d002b)/],
  ["gif", /^474946383[79]61/],
  ["bmp", /^424d/],
];

/** The format that the first bytes of a file tell, whatever its name; null for all that is not read. */
export function imageFormat(bytes: Uint8Array): ImageFormat | null {
  const start = Buffer.from(bytes.subarray(0, 12)).toString("hex");
  return signatures.find(([, signature]) => signature.test(start))?.[0] ?? null;
}

/**
 * Pixels of an encoded image; see the head of this file for how unusual ones are converted.
 *
 * @param bytes - The whole file.
 * @param name - Names the image in messages, usually its path.
 * @returns uint8 [height, width, 3].
 * @throws {DataError} E_IMAGE if `bytes` are no image, a damaged or truncated one, one too large or of a kind not read.
 */
export async function decodeImage(bytes: Uint8Array, name: string): Promise<RgbImage> {
  const format = checkedFormat(bytes, name);
  if (format === "bmp") return decodeBmp(bytes, name, maxPixels);
  return decode(bytes, name, { format, applyProfile: true }, async (pipeline) => {
    const pixels = pipeline.toColourspace("srgb").raw({ depth: "uchar" });
    const { data, info } = await pixels.toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: plain(data) };
  });
}

/**
 * Mask in an encoded image: 1 where any channel is not 0, however small, at 8 or 16 bits.
 *
 * A JPEG is lossy and has no clean zeros: there the mask is where a channel is at least half.
 *
 * @param bytes - The whole file.
 * @param name - Names the image in messages, usually its path.
 * @returns uint8 [height, width] of 0 and 1.
 * @throws {DataError} E_IMAGE as {@link decodeImage}.
 */
export async function decodeMask(bytes: Uint8Array, name: string): Promise<DefectMask> {
  const format = checkedFormat(bytes, name);
  if (format === "bmp") {
    const { width, height, data } = decodeBmp(bytes, name, maxPixels);
    return { width, height, data: inside(data, 1) };
  }
  return decode(bytes, name, { format, applyProfile: false }, async (pipeline, depth) => {
    const isWide = depth === "ushort";
    const pixels = isWide ? pipeline.toColourspace("rgb16") : pipeline.toColourspace("srgb");
    const { data, info } = await pixels
      .raw({ depth: isWide ? "ushort" : "uchar" })
      .toBuffer({ resolveWithObject: true });
    const values = isWide ? new Uint16Array(Uint8Array.from(data).buffer) : data;
    return { width: info.width, height: info.height, data: inside(values, format === "jpeg" ? 128 : 1) };
  });
}

/**
 * PNG of a picture, lossless.
 *
 * @param image - uint8 [height, width, 3].
 * @param options - `description`: text that the head of the file holds, ASCII.
 * @returns The bytes of the file.
 * @throws {ShapeError} E_SHAPE if `image.data` does not fit its size.
 */
export async function encodePng(
  image: RgbImage,
  options: { readonly description?: string } = {},
): Promise<Uint8Array> {
  checkRaster("image", image, 3);
  const { width, height, data } = image;
  const { description } = options;
  const picture = sharp(data, { raw: { width, height, channels: 3 } }).png();
  if (description !== undefined) picture.withExif({ IFD0: { ImageDescription: description } });
  return plain(await picture.toBuffer());
}

/**
 * A picture as it comes back from a JPEG file.
 *
 * @param image - uint8 [height, width, 3].
 * @param quality - 1 .. 100.
 * @throws {ShapeError} E_SHAPE if `image.data` does not fit its size.
 */
export async function throughJpeg(image: RgbImage, quality: number): Promise<RgbImage> {
  checkRaster("image", image, 3);
  const { width, height, data } = image;
  const encoded = await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
  return decodeImage(plain(encoded), "JPEG");
}

function checkedFormat(bytes: Uint8Array, name: string): ImageFormat {
  if (bytes.length === 0) throw imageError(name, "expected an image, got an empty file (0 bytes).");
  const format = imageFormat(bytes);
  if (format !== null) return format;
  throw imageError(
    name,
    "expected a JPEG, PNG, WebP, TIFF, GIF or BMP image, got a file that is none of these.",
  );
}

/** Opens the image, checks size and depth, and hands on an upright pipeline without alpha. */
async function decode<T>(
  bytes: Uint8Array,
  name: string,
  how: { format: ImageFormat; applyProfile: boolean },
  read: (pipeline: Sharp, depth: string) => Promise<T>,
): Promise<T> {
  try {
    const { width, height, depth } = await checkedMetadata(bytes, name);
    if (width * height > maxPixels) {
      throw imageError(
        name,
        `expected at most ${maxPixels} pixels, got ${width} x ${height}. Reduce or crop it first.`,
      );
    }
    const pipeline = sharp(bytes, {
      failOn: "error",
      limitInputPixels: maxPixels,
      ignoreIcc: !how.applyProfile,
    });
    return await read(pipeline.autoOrient().flatten({ background: "#000000" }), depth);
  } catch (error) {
    if (error instanceof DataError) throw error;
    const reason =
      error instanceof Error ? error.message.trim().replaceAll(/\s*\n\s*/g, "; ") : String(error);
    throw imageError(
      name,
      `expected a whole ${how.format.toUpperCase()} image, got a damaged, truncated or unsupported one (${reason}).`,
      error,
    );
  }
}

async function checkedMetadata(bytes: Uint8Array, name: string): Promise<Metadata> {
  const metadata = await sharp(bytes, { limitInputPixels: false }).metadata();
  if (metadata.depth === "uchar" || metadata.depth === "ushort") return metadata;
  throw imageError(
    name,
    `expected 8 or 16 bits a channel without sign, got ${metadata.depth}. Scale it to 8 or 16 bits first.`,
  );
}

/** [pixels, 3] to [pixels]: 1 where the largest channel reaches `least`. */
function inside(values: ArrayLike<number>, least: number): Uint8Array {
  const mask = new Uint8Array(values.length / 3);
  for (let i = 0; i < mask.length; i++) {
    const largest = Math.max(values[i * 3] ?? 0, values[i * 3 + 1] ?? 0, values[i * 3 + 2] ?? 0);
    mask[i] = largest >= least ? 1 : 0;
  }
  return mask;
}

/** The same bytes as a plain Uint8Array: the `slice` of a Buffer shares memory, that of Uint8Array copies. */
function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function imageError(name: string, problem: string, cause?: unknown): DataError {
  return new DataError("E_IMAGE", `${name}: ${problem}`, cause === undefined ? undefined : { cause });
}
