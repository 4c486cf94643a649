/** Pictures for tests of detectors: rendered prints, as `trainDetector` takes them too, and what is unlike any print. */
import { Random } from "../../src/base/random.ts";
import type { RgbImage } from "../../src/base/raster.ts";
import { type PrintDefect, renderSurface } from "../../src/rendered/index.ts";

/** Pixels channel by channel: uint8 [height, width, 3] as uint8 [3, height, width]. */
export function planesOf({ width, height, data }: RgbImage): Uint8Array {
  const area = width * height;
  return Uint8Array.from({ length: 3 * area }, (_, i) => data[3 * (i % area) + Math.floor(i / area)] ?? 0);
}

/** Sound orange prints, one after the other from one seed. */
export function soundPrints(
  count: number,
  options: { readonly width: number; readonly height: number; readonly seed: number },
): RgbImage[] {
  const { width, height } = options;
  const random = new Random(options.seed);
  return Array.from(
    { length: count },
    () => renderSurface({ kind: "print", look: "orange", defect: null, width, height, random }).image,
  );
}

/** Noise, black, white, and `picture` inverted: unlike any print, all of its size. */
export function strangePictures({ width, height, data }: RgbImage, random: Random): RgbImage[] {
  const values: readonly ((value: number) => number)[] = [
    () => random.integer(256),
    () => 0,
    () => 255,
    (value) => 255 - value,
  ];
  return values.map((value) => ({ width, height, data: data.map(value) }));
}

/** An orange print with a defect. */
export function defectivePrint(
  defect: PrintDefect,
  { seed, ...size }: { readonly width: number; readonly height: number; readonly seed: number },
): RgbImage {
  return renderSurface({ kind: "print", look: "orange", defect, ...size, random: new Random(seed) }).image;
}
