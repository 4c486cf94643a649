/**
 * Encoded images to pixels and back: JPEG, PNG, WebP, TIFF, GIF and AVIF through sharp (libvips), BMP through our own decoder.
 *
 * What becomes of unusual images:
 * - grey, palette, CMYK: converted to RGB; an embedded colour profile is applied, as browsers do;
 * - alpha: composited on black; another fourth channel, such as near infrared in a TIFF, is left out; more channels are refused;
 * - 16 bits a channel and floating point: by the rule of a {@link SampleDepth}, values outside of which are refused. A profile is
 *   applied where all 16 bits are used. Integers of 32 bits and with sign are refused;
 * - EXIF orientation: applied;
 * - several frames or pages: the first one.
 */
import { rgbImageOf } from "../base/frame.ts";
import { checkRaster, type DefectMask, type RgbImage } from "../base/raster.ts";
import { decodeBmp } from "../data/bmp.ts";
import { type SampleDepth, toBytes, usualDepth } from "../data/sample-depth.ts";
import { decodeSamples, maxPixels as largestPicture, needsDepth } from "./decode-samples.ts";
import { bytesOf } from "./file-input.ts";
import { checkedFormat } from "./image-format.ts";
import { loadSharp } from "./load-sharp.ts";

/**
 * Pixels of an encoded image; see the head of this file for how unusual ones are converted.
 *
 * @param encoded - The whole file's bytes.
 * @param name - Names the image in messages, usually its path.
 * @param depth - What values of more than 8 bits mean. Default: {@link usualDepth}.
 * @param options - `maxPixels`: larger ones are refused by their header, before they fill the memory. Default: {@link largestPicture}.
 * @returns uint8 [height, width, 3].
 * @throws {DataError} E_IMAGE if `bytes` are no image, a damaged or truncated one, one too large or of a kind not read.
 */
export async function decodeImage(
  encoded: Uint8Array | ArrayBuffer,
  name = "image",
  depth: SampleDepth = usualDepth,
  options: { readonly maxPixels?: number } = {},
): Promise<RgbImage> {
  const { maxPixels = largestPicture } = options;
  const bytes = bytesOf(name, encoded);
  const format = checkedFormat(bytes, name);
  if (format === "bmp") return decodeBmp(bytes, name, maxPixels);
  const rule = needsDepth(format) ? depth : usualDepth;
  const samples = await decodeSamples(bytes, name, { format, profileFor: rule, maxPixels });
  const { width, height } = samples;
  return { width, height, data: toBytes(samples, rule, name) };
}

/**
 * Mask in an encoded image: 1 where any channel is above 0, however little, at any depth.
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
  const { width, height, channels, data } =
    format === "bmp"
      ? { channels: 3, ...decodeBmp(bytes, name, largestPicture) }
      : await decodeSamples(bytes, name, { format });
  const above = format === "jpeg" ? 127 : 0;
  const mask = new Uint8Array(width * height);
  for (let i = 0; i < data.length; i++) if ((data[i] ?? 0) > above) mask[Math.floor(i / channels)] = 1;
  return { width, height, data: mask };
}

/**
 * PNG of a picture, lossless.
 *
 * @param image - uint8 [height, width, 3].
 * @param options - `description`: text that the head of the file holds, ASCII.
 * @returns The bytes of the file.
 * @throws {OptionError} E_OPTION if it is no picture; {ShapeError} E_DTYPE, E_SHAPE if `image.data` are no bytes or do not fit its size.
 */
export async function encodePng(
  image: RgbImage,
  options: { readonly description?: string } = {},
): Promise<Uint8Array> {
  const { width, height, data } = rgbImageOf(image, "image");
  const { description } = options;
  const sharp = await loadSharp();
  const picture = sharp(data, { raw: { width, height, channels: 3 } }).png();
  if (description !== undefined) picture.withExif({ IFD0: { ImageDescription: description } });
  return plain(await picture.toBuffer());
}

/**
 * WebP of a picture, small and not lossless (quality 80): for pages.
 *
 * @param image - uint8 [height, width, 3].
 * @throws as {@link encodePng}.
 */
export async function encodeWebp(image: RgbImage): Promise<Uint8Array> {
  const { width, height, data } = rgbImageOf(image, "image");
  const sharp = await loadSharp();
  return plain(
    await sharp(data, { raw: { width, height, channels: 3 } })
      .webp({ smartSubsample: true })
      .toBuffer(),
  );
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
  const sharp = await loadSharp();
  const encoded = await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
  return decodeImage(plain(encoded), "JPEG");
}

/** The same bytes as a plain Uint8Array: the `slice` of a Buffer shares memory, that of Uint8Array copies. */
function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
