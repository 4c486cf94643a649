import { expect, test } from "vitest";
import { pixelFormats, rgbImageOf } from "../base/frame.ts";
import { Random } from "../base/random.ts";
import type { RgbImage } from "../base/raster.ts";
import { buildGraph } from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { imageInputName } from "./model-names.ts";
import { imageInput, resizePixels } from "./preprocess.ts";
import { pictureOf, stackPictures } from "./run-detector.ts";
import { largestWholePixels, shrinkLarge } from "./shrink-picture.ts";

function noise(width: number, height: number): RgbImage {
  const random = new Random(1);
  return { width, height, data: Uint8Array.from({ length: 3 * width * height }, () => random.integer(256)) };
}

/** The picture as the model's own operators resize it. */
async function resized(picture: RgbImage, size: number): Promise<RgbImage> {
  const image = imageInput();
  const outputs = { pixels: resizePixels(image, size) };
  const graph = buildGraph({ name: "resize", inputs: [image], outputs });
  const session = await nodeBackend({ threads: 1 }).load(encodeModel(graph));
  const { pixels } = await session.run({ [imageInputName]: stackPictures([picture]) });
  await session.dispose();
  return pictureOf(Uint8Array.from(pixels?.data ?? [], Number), size);
}

test.each([
  [1300, 1100, 32],
  [1025, 1024, 160],
  [9000, 128, 128], // as low as the square
  [129, 9000, 128],
])(
  "%i x %i pixels become those that the model's own resize to %i makes, but for rounding",
  async (width, height, size) => {
    const picture = noise(width, height);
    const [ours, theirs] = [shrinkLarge(picture, size), await resized(picture, size)];
    expect([ours.width, ours.height]).toEqual([size, size]);
    const differences = ours.data.map((value, i) => Math.abs(value - (theirs.data[i] ?? 0)));
    expect(differences.reduce((a, b) => Math.max(a, b))).toBeLessThanOrEqual(1);
    expect(differences.filter((difference) => difference > 0).length).toBeLessThan(differences.length / 1000);
  },
);

test.each(pixelFormats)("a large frame in %s is shrunk as the picture that it stands for", (format) => {
  const random = new Random(2);
  const size = { width: 1280, height: 900 };
  const bytes = { rgb: 3, bgr: 3, rgba: 4, bgra: 4, gray: 1 }[format];
  const data = Uint8Array.from({ length: bytes * 1280 * 900 }, () => random.integer(256));
  const frame = { ...size, format, data };
  expect(shrinkLarge(frame, 64)).toEqual(shrinkLarge(rgbImageOf(frame, "frame"), 64));
});

test("a strip that is lower than the square is left to the model", () => {
  const strip = noise(9000, 120);
  expect(shrinkLarge(strip, 128).data.buffer).toBe(strip.data.buffer);
});

test("a picture that is not large stays the same, in its memory", () => {
  const picture = noise(1024, 1024);
  expect(picture.width * picture.height).toBe(largestWholePixels);
  const { width, height, data } = shrinkLarge(picture, 32);
  expect([width, height]).toEqual([1024, 1024]);
  expect(data.buffer).toBe(picture.data.buffer);
});

test("one value everywhere stays that value", () => {
  const picture = { width: 2000, height: 1000, data: new Uint8Array(6e6).fill(77) };
  expect(new Set(shrinkLarge(picture, 48).data)).toEqual(new Set([77]));
});
