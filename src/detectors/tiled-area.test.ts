import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { buildGraph, cast, input, transpose } from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import type { LookedArea } from "./looked-area.ts";
import { imageInput } from "./preprocess.ts";
import { mirrorPlaces, seenArea } from "./tiled-area.ts";

/** An area of rows of labels. */
function areaOf(...rows: readonly string[]): LookedArea {
  const data = Uint8Array.from(rows.join(""), Number);
  return { width: rows[0]?.length ?? 0, height: rows.length, data, names: ["a", "b"] };
}

async function seen(area: LookedArea, picture: { width: number; height: number; data: Uint8Array }) {
  const image = imageInput();
  const { pixels, labels, wholeLabels, whole } = seenArea(image, area);
  const map = whole(transpose(cast(pixels, "float32"), [0, 3, 1, 2]));
  const outputs = { pixels, wholeLabels, map, ...(labels && { labels }) };
  const graph = buildGraph({ name: "area", inputs: [image], outputs });
  const session = await nodeBackend({ threads: 1 }).load(encodeModel(graph));
  const { width, height, data } = picture;
  try {
    return await session.run({ image: { dtype: "uint8", shape: [1, height, width, 3], data } });
  } finally {
    await session.dispose();
  }
}

test("a place that is ignored shows its mirror image in what is looked at, or the edge where that is too narrow", () => {
  expect(Array.from(mirrorPlaces(areaOf("0001100")))).toEqual([3, 3, 4, 3, 4, 3, 4]);
  const [, , beside, , , , , below, corner] = mirrorPlaces(areaOf("110", "110", "000"));
  expect([beside, below]).toEqual([0, 1]);
  expect([0, 1, 3, 4]).toContain(corner); // by steps along rows and columns several are nearest
});

test("of a rectangle, tiles see its pixels and nothing else; maps are brought back to their place", async () => {
  const random = new Random(1);
  const [width, height] = [6, 5];
  const data = Uint8Array.from({ length: 3 * width * height }, () => random.integer(256));
  const area = areaOf("000000", "001110", "001220", "000000", "000000");
  const { pixels, labels, map, wholeLabels } = await seen(area, { width, height, data });
  expect(labels).toBeUndefined();
  expect(pixels?.shape).toEqual([1, 2, 3, 3]);
  const at = (y: number, x: number) =>
    Array.from(data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3));
  const own = [1, 2].flatMap((y) => [2, 3, 4].flatMap((x) => at(y, x)));
  expect(Array.from(pixels?.data ?? [], Number)).toEqual(own);
  expect(Array.from(wholeLabels?.data ?? [], Number)).toEqual(Array.from(area.data));
  const red = Array.from(map?.data ?? [], Number).slice(0, width * height);
  for (const y of [1, 2]) for (const x of [2, 3, 4]) expect(red[y * width + x]).toBe(at(y, x)[0]);
});

test("whatever is ignored shows nothing, in pictures of any size, and what is looked at stays as it is", async () => {
  const random = new Random(2);
  const area = areaOf("0110", "1111", "0100");
  for (const [width, height] of [
    [4, 3],
    [13, 11],
    [8, 6],
    [3, 2],
  ] as const) {
    const data = Uint8Array.from({ length: 3 * width * height }, () => random.integer(256));
    const isLooked = (place: number) => {
      const column = Math.floor((((place % width) + 0.5) * 4) / width);
      return area.data[Math.floor(((Math.floor(place / width) + 0.5) * 3) / height) * 4 + column] !== 0;
    };
    const other = data.map((value, i) => (isLooked(Math.floor(i / 3)) ? value : 255 - value));
    const one = await seen(area, { width, height, data });
    expect(one.pixels?.data).toEqual((await seen(area, { width, height, data: other })).pixels?.data);
    expect(one.pixels?.shape).toEqual([1, height, width, 3]);
    for (let i = 0; i < data.length; i++)
      if (isLooked(Math.floor(i / 3))) expect(one.pixels?.data[i]).toBe(data[i]);
    expect(Array.from(one.labels?.data ?? [], Number).map((label) => label > 0)).toEqual(
      Array.from({ length: width * height }, (_, place) => isLooked(place)),
    );
  }
});

test("pictures whose size is known beforehand, as frames around parts are, are seen as others are", async () => {
  const random = new Random(3);
  const [width, height] = [4, 3];
  const data = Uint8Array.from({ length: 3 * width * height }, () => random.integer(256));
  const area = areaOf("0110", "1111", "0100");
  const image = input("image", "uint8", [1, height, width, 3]);
  const graph = buildGraph({
    name: "area",
    inputs: [image],
    outputs: { pixels: seenArea(image, area).pixels },
  });
  const session = await nodeBackend({ threads: 1 }).load(encodeModel(graph));
  const { pixels } = await session.run({ image: { dtype: "uint8", shape: [1, height, width, 3], data } });
  await session.dispose();
  expect(pixels?.data).toEqual((await seen(area, { width, height, data })).pixels?.data);
});
