/** Pictures for tests of detectors: rendered prints, as `trainDetector` takes them too, and what is unlike any print. */
import { Random } from "../../src/base/random.ts";
import type { RgbImage } from "../../src/base/raster.ts";
import { type PrintDefect, renderSurface } from "../../src/rendered/index.ts";

/** Pixels channel by channel: uint8 [height, width, 3] as uint8 [3, height, width]. */
export function planesOf({ width, height, data }: RgbImage): Uint8Array {
  const area = width * height;
  return Uint8Array.from({ length: 3 * area }, (_, i) => data[3 * (i % area) + Math.floor(i / area)] ?? 0);
}

const smallestRendered = 32; // pixels to a side

/** Sound orange prints, one after the other from one seed; of prints smaller than can be rendered, every second pixel, or fewer. */
export function soundPrints(
  count: number,
  options: { readonly width: number; readonly height: number; readonly seed: number },
): RgbImage[] {
  const { width, height } = options;
  const random = new Random(options.seed);
  const step = Math.ceil(smallestRendered / Math.min(width, height, smallestRendered));
  const size = { width: step * width, height: step * height };
  return Array.from({ length: count }, () =>
    everyNth(step, renderSurface({ kind: "print", look: "orange", defect: null, ...size, random }).image),
  );
}

/** Every `step`-th pixel of every `step`-th row. */
function everyNth(step: number, image: RgbImage): RgbImage {
  const [width, height] = [image.width / step, image.height / step];
  const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [place, channel] = [Math.floor(i / 3), i % 3];
    const [row, column] = [Math.floor(place / width), place % width];
    return image.data[3 * step * (row * image.width + column) + channel] ?? 0;
  });
  return { width, height, data };
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
