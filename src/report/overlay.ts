/** Pictures that show where a detector looked: heat map, overlay, outline of the true defects, several side by side. */
import { checkInteger, checkNumber, describe } from "../base/check.ts";
import { anything, checkOptions, integerFrom, type OptionChecks } from "../base/check-options.ts";
import { OptionError } from "../base/errors.ts";
import {
  type AnomalyMap,
  checkRaster,
  type DefectMask,
  type LabelMap,
  type RgbImage,
  type Size,
} from "../base/raster.ts";
import { colorCount, colorIndex, colorTable, type Rgb } from "./color-map.ts";
import { resizeLabels, resizeMap, resizeMask } from "./resample.ts";

/** Line around what the detector marks: cyan stands out from every colour of the heat map. */
export const contourColor: Rgb = [0, 229, 255];
/** Line around the true defects. */
export const outlineColor: Rgb = [124, 252, 90];

const black: Rgb = [0, 0, 0];
const dimmed = 0.4; // of its light that a place keeps that is not looked at (ours)

/** The scale of a heat map. */
export interface HeatMapOptions {
  /**
   * Score that gets the brightest colour, > 0. The scale is absolute: it belongs to the detector and is the same for all
   * images, so that a normal image stays dark.
   */
  readonly scaleMaximum: number;
}

/** How a map is laid over its image. */
export interface OverlayOptions extends HeatMapOptions {
  /** Pixel threshold: a line is drawn around all pixels with score > threshold. Infinity draws none. */
  readonly threshold: number;
  /** Opacity of the brightest colour, in [0, 1]; a pixel of score 0 is left as it is. Default 0.7 (ours). */
  readonly opacity?: number;
  /** Width in pixels of the line around regions, integer >= 1. Default 1 (ours). */
  readonly lineWidthPx?: number;
  /** What was looked at, of any size: the rest of the picture is dimmed. Default: everything was. */
  readonly lookedAt?: LabelMap | undefined;
}

// What must be given is checked where it is used.
const overlayChecks: OptionChecks<OverlayOptions> = {
  scaleMaximum: anything,
  threshold: anything,
  opacity: (name, value) => checkNumber(name, value, { minimum: 0, maximum: 1 }),
  lineWidthPx: integerFrom(1),
  lookedAt: (name, value) => {
    if (typeof value === "object" && value !== null && "data" in value) return;
    throw new OptionError(`${name}: expected labels { width, height, data }, got ${describe(value)}.`);
  },
};

/**
 * Anomaly map in colours on an absolute scale from 0 to `scaleMaximum`.
 *
 * @returns Picture of the map's own size; scores below 0 get the darkest colour, above the maximum the brightest.
 * @throws {OptionError} E_OPTION if `scaleMaximum` is not a finite number > 0.
 */
export function heatMap(map: AnomalyMap, options: HeatMapOptions): RgbImage {
  checkRaster("map", map, 1);
  checkNumber("scaleMaximum", options.scaleMaximum, { above: 0 });
  const data = new Uint8Array(map.data.length * 3);
  for (let i = 0; i < map.data.length; i++) {
    const color = 3 * colorIndex((map.data[i] ?? 0) / options.scaleMaximum);
    for (let channel = 0; channel < 3; channel++) data[3 * i + channel] = colorTable[color + channel] ?? 0;
  }
  return { width: map.width, height: map.height, data };
}

/**
 * The image under its anomaly map: the higher the score the more opaque the colour, and a line around the pixels above
 * the threshold. What was not looked at is dimmed.
 *
 * @param map - Of any size; it is brought to the image's by bilinear interpolation.
 * @returns A new picture of the image's size; equal to the image where the score is 0 or less.
 * @throws {OptionError} E_OPTION if `scaleMaximum`, `opacity` or `lineWidthPx` is out of range, or `threshold` is not a
 * number.
 */
export function overlay(image: RgbImage, map: AnomalyMap, options: OverlayOptions): RgbImage {
  checkOptions("overlay", options, overlayChecks);
  const { threshold, scaleMaximum, opacity = 0.7, lineWidthPx = 1, lookedAt } = options;
  checkRaster("image", image, 3);
  checkNumber("scaleMaximum", scaleMaximum, { above: 0 });
  if (typeof threshold !== "number" || Number.isNaN(threshold))
    throw new OptionError(`threshold: expected a number or Infinity, got ${describe(threshold)}.`);
  const { data: scores } = resizeMap(map, image);
  const data = image.data.slice();
  const region = new Uint8Array(scores.length);
  const looked = lookedAt && resizeLabels(lookedAt, image).data;
  for (let i = 0; i < scores.length; i++) {
    if (looked?.[i] === 0) {
      for (let channel = 3 * i; channel < 3 * i + 3; channel++) data[channel] = dimmed * (data[channel] ?? 0);
      continue;
    }
    const score = scores[i] ?? 0;
    const color = colorIndex(score / scaleMaximum);
    blend(data, 3 * i, 3 * color, (opacity * color) / (colorCount - 1));
    if (score > threshold) region[i] = 1;
  }
  drawOutline(data, image, region, { color: contourColor, lineWidthPx });
  return { width: image.width, height: image.height, data };
}

/**
 * The image with a line around the true defects.
 *
 * @param mask - Of any size; it is brought to the image's.
 * @param options - `lineWidthPx`: width of the line in pixels, integer >= 1, default 1 (ours).
 * @returns A new picture of the image's size; equal to the image if the mask is empty.
 * @throws {OptionError} E_OPTION if `lineWidthPx` is out of range.
 */
export function maskOutline(
  image: RgbImage,
  mask: DefectMask,
  options: { readonly lineWidthPx?: number } = {},
): RgbImage {
  const { lineWidthPx = 1 } = options;
  checkRaster("image", image, 3);
  checkInteger("lineWidthPx", lineWidthPx, { minimum: 1 });
  const data = image.data.slice();
  drawOutline(data, image, resizeMask(mask, image).data, { color: outlineColor, lineWidthPx });
  return { width: image.width, height: image.height, data };
}

/**
 * Pictures in one row, aligned at the top, on white.
 *
 * @param images - At least one; heights may differ.
 * @param options - `gapPx`: white pixels between two pictures, default 4 (ours).
 * @throws {OptionError} E_OPTION if there is no picture.
 */
export function sideBySide(images: readonly RgbImage[], options: { readonly gapPx?: number } = {}): RgbImage {
  const { gapPx = 4 } = options;
  checkInteger("gapPx", gapPx, { minimum: 0 });
  if (images.length === 0) throw new OptionError("images: expected at least one picture, got none.");
  const width = images.reduce((sum, image) => sum + image.width + gapPx, -gapPx);
  const height = Math.max(...images.map((image) => image.height));
  const data = new Uint8Array(width * height * 3).fill(255);
  let left = 0;
  for (const image of images) {
    checkRaster("images", image, 3);
    for (let y = 0; y < image.height; y++) {
      const row = image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3);
      data.set(row, (y * width + left) * 3);
    }
    left += image.width + gapPx;
  }
  return { width, height, data };
}

/** Moves the three bytes at `pixel` towards the colour at `color` of the table. */
function blend(data: Uint8Array, pixel: number, color: number, alpha: number): void {
  for (let channel = 0; channel < 3; channel++) {
    const value = data[pixel + channel] ?? 0;
    data[pixel + channel] = Math.round(value + alpha * ((colorTable[color + channel] ?? 0) - value));
  }
}

/** How a line is drawn. */
interface LineStyle {
  readonly color: Rgb;
  /** Width of the coloured line. */
  readonly lineWidthPx: number;
}

/** Two lines: `color` inside along the region's border, one pixel of black just outside, so it shows on any ground. */
function drawOutline(
  data: Uint8Array,
  size: Size,
  region: Uint8Array,
  { color, lineWidthPx }: LineStyle,
): void {
  if (!region.includes(1)) return;
  for (let at = 0; at < region.length; at++)
    if (region[at] === 0 && neighboursInside(region, size, at) > 0) paint(data, at, black);
  let rest = region;
  for (let ring = 0; ring < lineWidthPx; ring++) {
    const core = new Uint8Array(rest.length);
    for (let at = 0; at < rest.length; at++) {
      if (rest[at] === 0) continue;
      if (neighboursInside(rest, size, at) === 4) core[at] = 1;
      else paint(data, at, color);
    }
    rest = core;
  }
}

/** How many of the four neighbours of a pixel are inside; beyond the picture's edge nothing is. */
function neighboursInside(region: Uint8Array, { width }: Size, at: number): number {
  const x = at % width;
  const left = x > 0 ? (region[at - 1] ?? 0) : 0;
  const right = x < width - 1 ? (region[at + 1] ?? 0) : 0;
  return left + right + (region[at - width] ?? 0) + (region[at + width] ?? 0);
}

function paint(data: Uint8Array, at: number, [red, green, blue]: Rgb): void {
  data[3 * at] = red;
  data[3 * at + 1] = green;
  data[3 * at + 2] = blue;
}
