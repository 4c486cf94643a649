import { describe, expect, test } from "vitest";
import type { RgbImage } from "../base/raster.ts";
import { usualDepth } from "../data/sample-depth.ts";
import {
  goodPictures,
  goodPicturesSchema,
  lookOf,
  type PictureLook,
  pictureWarnings,
} from "./good-pictures.ts";

/** A picture whose pixels are told by a rule. */
function picture(width: number, height: number, pixel: (x: number, y: number) => number[]): RgbImage {
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) data.set(pixel(i % width, Math.floor(i / width)), 3 * i);
  return { width, height, data };
}

const gray = (value: number): number[] => [value, value, value];
const look = (changed: Partial<PictureLook>): PictureLook => ({
  width: 400,
  height: 300,
  hasColor: true,
  contrast: 40,
  ...changed,
});

describe("lookOf", () => {
  test("contrast is the standard deviation of brightness: half black and half white is 127.5", () => {
    const found = lookOf(picture(10, 4, (x) => gray(x < 5 ? 0 : 255)));
    expect(found).toEqual({ width: 10, height: 4, hasColor: false, contrast: 127.5 });
    expect(lookOf(picture(10, 4, () => gray(200))).contrast).toBe(0);
  });

  test("a large picture is looked at on a grid, and looks the same", () => {
    const small = lookOf(picture(256, 256, (x, y) => gray((x * 7 + y * 13) % 256)));
    const large = lookOf(
      picture(1024, 1024, (x, y) => gray((Math.floor(x / 4) * 7 + Math.floor(y / 4) * 13) % 256)),
    );
    expect(large.contrast).toBeCloseTo(small.contrast, 9);
  });

  test("colour is a difference of channels that no rounding explains", () => {
    expect(lookOf(picture(8, 8, () => [100, 102, 103])).hasColor).toBe(false);
    expect(lookOf(picture(8, 8, (x) => (x === 3 ? [100, 104, 100] : gray(90)))).hasColor).toBe(true);
  });
});

describe("pictureWarnings", () => {
  const looks = [look({}), look({ width: 420, contrast: 20 }), look({ width: 800, height: 600 })];
  const good = goodPictures(looks, usualDepth);

  test("what good pictures have in common is known, and survives JSON", () => {
    expect(good).toEqual({
      depth: usualDepth,
      aspectRatio: [400 / 300, 1.4],
      shortSidePx: 300,
      color: "all",
      contrast: 20,
    });
    expect(goodPicturesSchema.parse(JSON.parse(JSON.stringify(good)))).toEqual(good);
  });

  test("good pictures get none, nor do those a little narrower, smaller or fainter", () => {
    for (const usual of [
      ...looks,
      look({ width: 385 }),
      look({ width: 210, height: 150 }),
      look({ contrast: 5 }),
    ])
      expect(pictureWarnings(usual, good)).toEqual([]);
  });

  const cases: [what: string, changed: Partial<PictureLook>, expected: string][] = [
    [
      "a strip",
      { width: 4096, height: 400 },
      "its shape is another (4096 x 400, width / height 10.2, of good pictures 1.33 to 1.4), so it is distorted",
    ],
    [
      "a picture turned by a quarter",
      { width: 300, height: 400 },
      "its shape is another (300 x 400, width / height 0.75, of good pictures 1.33 to 1.4), so it is distorted",
    ],
    [
      "a thumbnail",
      { width: 196, height: 147 },
      "it is much smaller (shorter side 147 pixels, of good pictures from 300)",
    ],
    ["a grey picture", { hasColor: false }, "it is grey, and all good pictures had colour"],
    [
      "a black frame with noise",
      { contrast: 2 },
      "it shows next to nothing (contrast 2 of 255, of good pictures from 20): is the lens covered, or the light off?",
    ],
  ];
  test.each(cases)("%s gets one", (_, changed, expected) => {
    expect(pictureWarnings(look(changed), good)).toEqual([expected]);
  });

  test("colour is strange where all was grey, and neither is where both were", () => {
    const grayOnes = goodPictures([look({ hasColor: false })], usualDepth);
    expect(pictureWarnings(look({}), grayOnes)).toEqual(["it has colour, and no good picture had"]);
    const both = goodPictures([look({ hasColor: false }), look({})], usualDepth);
    for (const hasColor of [true, false]) expect(pictureWarnings(look({ hasColor }), both)).toEqual([]);
  });
});
