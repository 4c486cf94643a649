/** Pixels as cameras and canvases give them, brought to red-green-blue. */
import { checkChoice, describe } from "./check.ts";
import { OptionError, ShapeError } from "./errors.ts";
import { checkRaster, type RgbImage, type Size } from "./raster.ts";

/** Channels of a pixel, in the order in which their bytes lie. */
export const pixelFormats = ["rgb", "bgr", "rgba", "bgra", "gray"] as const;

/** One of {@link pixelFormats}. */
export type PixelFormat = (typeof pixelFormats)[number];

/** An uncompressed picture: a camera's buffer, a canvas' `ImageData`. */
export interface Frame extends Size {
  /** uint8 [height, width, channels], row-major, without padding between rows. */
  readonly data: Uint8Array | Uint8ClampedArray;
  /** What the bytes mean. Default "rgb". Alpha is composited on black, as in files. */
  readonly format?: PixelFormat | undefined;
}

/** Place of red, green, blue and, where there is one, alpha among a pixel's bytes. */
const channels: Readonly<Record<PixelFormat, readonly [number, number, number, number?]>> = {
  rgb: [0, 1, 2],
  bgr: [2, 1, 0],
  rgba: [0, 1, 2, 3],
  bgra: [2, 1, 0, 3],
  gray: [0, 0, 0],
};

/** Bytes of a pixel. */
const pixelBytes: Readonly<Record<PixelFormat, number>> = { rgb: 3, bgr: 3, rgba: 4, bgra: 4, gray: 1 };

/** A frame read row by row. */
export interface RgbRows extends Size {
  /** Row `y` as red, green and blue, uint8 [width, 3]; the next call may overwrite it. */
  row(y: number): Uint8Array;
}

/**
 * The rows of a frame as red, green and blue, without a copy of the whole: a large one fills the caches and new memory is slow.
 *
 * @param name - Names the picture in messages.
 * @throws {OptionError} E_OPTION if it is no frame, or its size or format is none.
 * @throws {ShapeError} E_DTYPE if its data are no bytes; E_SHAPE if they do not fit its size.
 */
export function rgbRowsOf(frame: Frame, name = "picture"): RgbRows {
  const bytes = checkedBytes(frame, name);
  const { width, height, format = "rgb" } = frame;
  const stride = width * pixelBytes[format];
  const row = (y: number): Uint8Array => bytes.subarray(stride * y, stride * (y + 1));
  if (format === "rgb") return { width, height, row };
  const pixels = new Uint8Array(3 * width);
  return {
    width,
    height,
    row: (y) => {
      convert(row(y), format, pixels);
      return pixels;
    },
  };
}

/**
 * A frame as red, green and blue. A frame in "rgb" keeps its memory, others are converted.
 *
 * @param name - Names the picture in messages.
 * @throws {OptionError} E_OPTION, {ShapeError} E_DTYPE, E_SHAPE as {@link rgbRowsOf}.
 */
export function rgbImageOf(frame: Frame, name: string): RgbImage {
  const bytes = checkedBytes(frame, name);
  const { width, height, format = "rgb" } = frame;
  if (format === "rgb") return { width, height, data: bytes };
  const data = new Uint8Array(3 * width * height);
  convert(bytes, format, data);
  return { width, height, data };
}

/** The bytes of a frame that is one. */
function checkedBytes(frame: Frame, name: string): Uint8Array {
  if (typeof frame !== "object" || frame === null) {
    throw new OptionError(
      `${name}: expected a picture { width, height, data }, got ${describe(frame)}. Decode files first.`,
    );
  }
  const { data, format = "rgb" } = frame;
  checkChoice(`${name}.format`, format, pixelFormats);
  const kind = kindOf(data);
  if (kind !== "Uint8Array" && kind !== "Uint8ClampedArray") {
    throw new ShapeError(
      "E_DTYPE",
      `${name}.data: expected bytes (Uint8Array or Uint8ClampedArray), got ${kind}. Bring other values to 0 .. 255 first.`,
    );
  }
  checkLength(name, frame, pixelBytes[format]);
  return new Uint8Array(data.buffer, data.byteOffset, data.length);
}

function convert(from: Uint8Array, format: PixelFormat, to: Uint8Array): void {
  const step = pixelBytes[format];
  const [red, green, blue, alpha] = channels[format];
  for (let i = 0, at = 0; i < to.length; i += 3, at += step) {
    const opacity = alpha === undefined ? 255 : (from[at + alpha] ?? 0);
    to[i] = covered(from[at + red], opacity);
    to[i + 1] = covered(from[at + green], opacity);
    to[i + 2] = covered(from[at + blue], opacity);
  }
}

/** A value on black. */
function covered(value = 0, opacity: number): number {
  return opacity === 255 ? value : Math.floor((value * opacity) / 255);
}

/** As {@link checkRaster}; data of another format's length are told so. */
function checkLength(name: string, frame: Frame, step: number): void {
  const { width, height, data } = frame;
  const other = pixelFormats.find((format) => data.length === width * height * pixelBytes[format]);
  if (other === undefined || pixelBytes[other] === step) {
    checkRaster(name, frame, step);
    return;
  }
  throw new ShapeError(
    "E_SHAPE",
    `${name}.data: expected ${width} x ${height} x ${step} = ${width * height * step} values, got ${data.length}. If they are ${other === "gray" ? "grey" : other.toUpperCase()}, say format: "${other}".`,
  );
}

/** Name of a typed array's class, of another realm's too; the type of all else. */
function kindOf(value: unknown): string {
  if (ArrayBuffer.isView(value)) {
    const tag: unknown = Reflect.get(value, Symbol.toStringTag);
    return typeof tag === "string" ? tag : "DataView";
  }
  return Array.isArray(value) ? "an array of numbers" : describe(value);
}
