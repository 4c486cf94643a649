import { describe, expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { reference } from "../../test/support/run-graph.ts";
import { ndArray } from "../base/array.ts";
import { Random } from "../base/random.ts";
import type { RgbImage } from "../base/raster.ts";
import { buildGraph, cast, input, resizeLinear, transpose } from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { evaluateGraph, referenceOf } from "../runtime/reference.ts";
import { imageInputName } from "./model-names.ts";
import {
  greyPlanes,
  imageInput,
  imagePlanes,
  resizeGreyPixels,
  resizePixels,
  toNetworkRange,
} from "./preprocess.ts";
import { pictureOf, stackPictures } from "./run-detector.ts";

const backend = nodeBackend({ threads: 1 });

function noise(width: number, height: number, seed = 1): RgbImage {
  const random = new Random(seed);
  return { width, height, data: Uint8Array.from({ length: 3 * width * height }, () => random.integer(256)) };
}

/** Pixels [3, size, size] of pictures of one size, one after the other. */
async function resized(images: readonly RgbImage[], size: number): Promise<Float32Array> {
  const image = imageInput();
  const graph = buildGraph({
    name: "resize",
    inputs: [image],
    outputs: { pixels: resizePixels(image, size) },
  });
  const session = await backend.load(encodeModel(graph));
  const { pixels } = await session.run({ [imageInputName]: stackPictures(images) });
  await session.dispose();
  expect(pixels?.shape).toEqual([images.length, 3, size, size]);
  return Float32Array.from(pixels?.data ?? [], Number);
}

describe("pictures of one channel", () => {
  const size = 16;
  async function greyOf(picture: RgbImage) {
    const image = imageInput();
    const outputs = {
      grey: resizeGreyPixels(image, size),
      colours: resizePixels(image, size),
      planes: greyPlanes(imagePlanes(image)),
    };
    const session = await backend.load(encodeModel(buildGraph({ name: "grey", inputs: [image], outputs })));
    const { grey, colours, planes } = await session.run({ [imageInputName]: stackPictures([picture]) });
    await session.dispose();
    return [grey, colours, planes].map((array) => Float32Array.from(array?.data ?? [], Number));
  }

  test("where colours are equal they are one of them, to the bit, and so are resized ones", async () => {
    const { width, height, data } = noise(50, 37);
    const picture = { width, height, data: data.map((_, i) => data[3 * Math.floor(i / 3)] ?? 0) };
    const [grey, colours, planes] = await greyOf(picture);
    expect(grey).toEqual(colours?.subarray(0, size * size));
    expect(planes).toEqual(Float32Array.from(picture.data.filter((_, i) => i % 3 === 0)));
  });

  test("colour counts as light: the mean, and the range once more", async () => {
    const picture = { width: 2, height: 1, data: Uint8Array.of(200, 50, 50, 9, 10, 11) };
    const [, , planes] = await greyOf(picture);
    expect(planes).toEqual(Float32Array.of(250, 12));
  });
});

describe("resizing", () => {
  test("a picture of the network's size keeps every pixel, channel by channel", async () => {
    const planes = noise(16, 16).data; // read as uint8 [3, 16, 16]
    expect(await resized([pictureOf(planes, 16)], 16)).toEqual(Float32Array.from(planes));
  });

  test.each([
    [20, 20],
    [50, 37],
    [7, 40],
    [3, 2],
  ])("a picture of %i x %i twice is resizing it once", async (width, height) => {
    const once = await resized([noise(width, height)], 16);
    const stored = pictureOf(Uint8Array.from(once), 16);
    expect(await resized([stored], 16)).toEqual(once);
  });

  test.each([
    [50, 37],
    [5, 5],
  ])("noise of %i x %i gives integers in 0 .. 255", async (width, height) => {
    const pixels = await resized([noise(width, height)], 16);
    expect(pixels.every((value) => Number.isInteger(value) && value >= 0 && value <= 255)).toBe(true);
  });

  test.each([0, 1, 254, 255])("a picture of the one value %i stays that", async (value) => {
    for (const [width, height] of [
      [41, 23],
      [9, 30],
      [16, 16],
    ] as const) {
      const data = new Uint8Array(3 * width * height).fill(value);
      expect(await resized([{ width, height, data }], 16)).toEqual(new Float32Array(3 * 16 * 16).fill(value));
    }
  });

  test("a picture of twice the size averages its pixels", async () => {
    const [width, height] = [32, 32];
    const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => 4 * (Math.floor(i / 3) % width));
    const row = (await resized([{ width, height, data }], 16)).slice(16, 32);
    // the middles of pairs: 4·(2i + ½), away from the border that the filter repeats
    expect(Array.from(row.slice(1, 15))).toEqual(Array.from({ length: 14 }, (_, i) => 8 * (i + 1) + 2));
  });

  test("rounds to the nearest integer", async () => {
    const picture = noise(50, 37);
    const image = imageInput();
    const exact = resizeLinear(transpose(cast(image, "float32"), [0, 3, 1, 2]), 16, 16);
    const graph = buildGraph({ name: "exact", inputs: [image], outputs: { exact } });
    const results = evaluateGraph(graph, { [imageInputName]: referenceOf(stackPictures([picture])) });
    expectAllClose(await resized([picture], 16), results.exact?.data ?? [], { atol: 0.502 });
  });

  test("pictures in one call is resizing each by itself", async () => {
    const images = [noise(21, 18, 1), noise(21, 18, 2)];
    const both = await resized(images, 16);
    const [first, second] = await Promise.all(images.map((image) => resized([image], 16)));
    expect(both).toEqual(Float32Array.of(...(first ?? []), ...(second ?? [])));
  });

  test("is in ONNX Runtime what it is in the reference evaluator", async () => {
    const picture = noise(50, 37);
    const image = imageInput();
    const graph = buildGraph({
      name: "resize",
      inputs: [image],
      outputs: { pixels: resizePixels(image, 16) },
    });
    const { pixels } = evaluateGraph(graph, { [imageInputName]: referenceOf(stackPictures([picture])) });
    // exactly, since none of this picture's values lies within float32's rounding of a half
    expect(await resized([picture], 16)).toEqual(Float32Array.from(pixels?.data ?? []));
  });
});

test("the input takes pictures of any number and size", () => {
  const { dtype, shape } = imageInput();
  expect([dtype, shape]).toEqual(["uint8", ["N", "H", "W", 3]]);
});

test("bytes 0 .. 255 become -1 .. 1 in even steps", async () => {
  const x = input("x", "float32", [256]);
  const graph = buildGraph({ name: "range", inputs: [x], outputs: { y: toNetworkRange(x) } });
  const bytes = Array.from({ length: 256 }, (_, i) => i);
  const expected = bytes.map((value) => (2 * value) / 255 - 1);
  const { y } = evaluateGraph(graph, { x: reference([256], bytes) });
  expectAllClose(y?.data ?? [], expected, { atol: 2e-7 });
  const session = await backend.load(encodeModel(graph));
  const results = await session.run({ x: ndArray("float32", [256], Float32Array.from(bytes)) });
  await session.dispose();
  expectAllClose(Array.from(results.y?.data ?? [], Number), expected, { atol: 2e-7 });
});
