/** What good pictures look like from afar, so that a picture of another kind is not scored without a word. */
import { type Frame, rgbRowsOf } from "../base/frame.ts";
import type { Size } from "../base/raster.ts";
import * as z from "../base/schema.ts";
import type { SampleDepth } from "../data/sample-depth.ts";

/** A picture from afar. */
export interface PictureLook extends Size {
  /** Whether its red, green and blue differ anywhere. */
  readonly hasColor: boolean;
  /** Standard deviation of its brightness, in grey levels of 255. */
  readonly contrast: number;
}

/** What the good pictures of a training had in common. */
export interface GoodPictures {
  /** What their values meant where they had more than 8 bits a channel. */
  readonly depth: SampleDepth;
  /** Smallest and largest width / height. */
  readonly aspectRatio: readonly [least: number, most: number];
  /** The shortest of their shorter sides, in pixels. */
  readonly shortSidePx: number;
  /** Whether all, none or some of them had colour. */
  readonly color: "all" | "none" | "some";
  /** The lowest of their contrasts, in grey levels of 255. */
  readonly contrast: number;
}

/** Schema of {@link GoodPictures}. */
export const goodPicturesSchema: z.ZodType<GoodPictures> = z.object({
  depth: z.object({ bits: z.number().int().min(8).max(16), floatWhite: z.number().positive() }),
  aspectRatio: z.tuple([z.number().positive(), z.number().positive()]),
  shortSidePx: z.number().int().positive(),
  color: z.enum(["all", "none", "some"]),
  contrast: z.number().nonnegative(),
});

const mostSamples = 2 ** 16; // pixels looked at: contrast is exact to a percent (ours)
const grayTolerance = 3; // of 255, by which conversions of JPEG make grey differ (ours)
const aspectTolerance = 0.05; // by which a picture may be wider or narrower (ours)
const leastSide = 0.5; // of the smallest good picture (ours)
const leastContrast = 0.25; // of the faintest good picture (ours)

/** Looks at a picture; large ones on a grid of pixels. */
export function lookOf(picture: Frame): PictureLook {
  const { width, height, row } = rgbRowsOf(picture);
  const step = Math.max(1, Math.floor(Math.sqrt((width * height) / mostSamples)));
  let [count, sum, squares, hasColor] = [0, 0, 0, false];
  for (let y = 0; y < height; y += step) {
    const pixels = row(y);
    for (let at = 0; at < pixels.length; at += 3 * step) {
      const red = pixels[at] ?? 0;
      const green = pixels[at + 1] ?? 0;
      const blue = pixels[at + 2] ?? 0;
      if (Math.max(red, green, blue) - Math.min(red, green, blue) > grayTolerance) hasColor = true;
      const brightness = (red + green + blue) / 3;
      count++;
      sum += brightness;
      squares += brightness * brightness;
    }
  }
  const variance = squares / count - (sum / count) ** 2;
  return { width, height, hasColor, contrast: Math.sqrt(Math.max(0, variance)) };
}

/** What pictures have in common. @param looks - At least one. */
export function goodPictures(looks: readonly PictureLook[], depth: SampleDepth): GoodPictures {
  const ratios = looks.map(({ width, height }) => width / height);
  const colored = looks.filter(({ hasColor }) => hasColor).length;
  return {
    depth,
    aspectRatio: [least(ratios), -least(ratios.map((ratio) => -ratio))],
    shortSidePx: least(looks.map(({ width, height }) => Math.min(width, height))),
    color: colored === 0 ? "none" : colored === looks.length ? "all" : "some",
    contrast: least(looks.map(({ contrast }) => contrast)),
  };
}

/** In what a picture is unlike the good ones, one clause each; empty where it is like them. */
export function pictureWarnings(look: PictureLook, good: GoodPictures): string[] {
  const { width, height, hasColor, contrast } = look;
  const [least, most] = good.aspectRatio;
  const ratio = width / height;
  const isOtherShape = ratio < least * (1 - aspectTolerance) || ratio > most * (1 + aspectTolerance);
  const shortSide = Math.min(width, height);
  return [
    ...(isOtherShape
      ? [
          `its shape is another (${width} x ${height}, width / height ${short(ratio)}, of good pictures ${range(least, most)}), so it is distorted`,
        ]
      : []),
    ...(shortSide < leastSide * good.shortSidePx
      ? [`it is much smaller (shorter side ${shortSide} pixels, of good pictures from ${good.shortSidePx})`]
      : []),
    ...(hasColor && good.color === "none" ? ["it has colour, and no good picture had"] : []),
    ...(!hasColor && good.color === "all" ? ["it is grey, and all good pictures had colour"] : []),
    ...(contrast < leastContrast * good.contrast
      ? [
          `it shows next to nothing (contrast ${short(contrast)} of 255, of good pictures from ${short(good.contrast)}): is the lens covered, or the light off?`,
        ]
      : []),
  ];
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity);
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function range(least: number, most: number): string {
  return short(least) === short(most) ? short(least) : `${short(least)} to ${short(most)}`;
}
