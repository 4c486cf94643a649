/** The three kinds of pixel arrays - pictures, anomaly maps, defect masks - and the check that they fit their size. */
import { checkInteger, describe } from "./check.ts";
import { OptionError, ShapeError } from "./errors.ts";

/** Width and height in pixels. */
export interface Size {
  /** Pixels per row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** A colour picture. */
export interface RgbImage extends Size {
  /** uint8 [height, width, 3], row-major, red-green-blue in [0, 255]. */
  readonly data: Uint8Array;
}

/** Anomaly scores of an image's pixels, often on a coarser grid than the image. */
export interface AnomalyMap extends Size {
  /** float32 [height, width], row-major; higher is more anomalous. */
  readonly data: Float32Array;
}

/** What of a picture is looked at. */
export interface LabelMap extends Size {
  /** uint8 [height, width], row-major: 0 ignored, k in the k-th region, counted from 1. */
  readonly data: Uint8Array;
}

/** Where the defects are, as drawn by the data set's makers. */
export interface DefectMask extends Size {
  /** uint8 [height, width], row-major; non-zero inside defects. */
  readonly data: Uint8Array;
}

/**
 * Checks that pixel data has the length its size states.
 *
 * @param name - Names the argument in the message.
 * @throws {OptionError} E_OPTION if it is no object, or width or height is not a positive integer.
 * @throws {ShapeError} E_SHAPE if the length is not width * height * channels.
 */
export function checkRaster(
  name: string,
  raster: Size & { readonly data: ArrayLike<number> },
  channels: number,
): void {
  if (typeof raster !== "object" || raster === null) {
    throw new OptionError(`${name}: expected { width, height, data }, got ${describe(raster)}.`);
  }
  const { width, height, data } = raster;
  checkInteger(`${name}.width`, width, { minimum: 1 });
  checkInteger(`${name}.height`, height, { minimum: 1 });
  if (data?.length === width * height * channels) return;
  throw new ShapeError(
    "E_SHAPE",
    `${name}.data: expected ${width} x ${height} x ${channels} = ${width * height * channels} values, got ${data?.length ?? describe(data)}.`,
  );
}
