import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { reference, runOnce } from "../../test/support/run-graph.ts";
import { Random } from "../base/random.ts";
import { buildGraph, type Graph, input, type Tensor } from "../graph/index.ts";
import type { Reference } from "../graph/reference-array.ts";
import { nodeBackend } from "../runtime/node.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import {
  cutPatches,
  joinPatches,
  type PatchGrid,
  patchGrid,
  splitPatches,
  stitchPatches,
} from "./patch-grid.ts";

/** Patch sides as networks accept them, multiples of 4, and images that are no smaller. */
const sizes = fc
  .tuple(fc.integer({ min: 1, max: 32 }), fc.integer({ min: 0, max: 300 }))
  .map(([quarter, more]) => ({ patch: 4 * quarter, image: 4 * quarter + more }));

function startsOf({ corners }: PatchGrid): number[] {
  return [...new Set(corners.map(([row]) => row))];
}

describe("a patch grid", () => {
  test("has its patches in reading order, evenly spaced", () => {
    expect(patchGrid(40, 16).corners).toEqual(
      [0, 12, 24].flatMap((row) => [0, 12, 24].map((column) => [row, column])),
    );
    expect(patchGrid(24, 16).corners).toEqual([
      [0, 0],
      [0, 8],
      [8, 0],
      [8, 8],
    ]);
  });

  test("of a patch as large as the image is that one", () => {
    expect(patchGrid(32, 32)).toEqual({ imageSizePx: 32, patchSizePx: 32, corners: [[0, 0]] });
  });

  test("covers every pixel, ends at the border, and overlaps by a quarter of a patch or more", () => {
    fc.assert(
      fc.property(sizes, ({ image, patch }) => {
        const grid = patchGrid(image, patch);
        const starts = startsOf(grid);
        expect(grid.corners.length).toBe(starts.length ** 2);
        expect([starts[0], (starts.at(-1) ?? 0) + patch]).toEqual([0, image]);
        for (const [i, start] of starts.entries()) {
          if (i > 0) expect((starts[i - 1] ?? 0) + patch - start).toBeGreaterThanOrEqual(patch / 4);
        }
      }),
    );
  });

  test("overlaps by more where that is asked for", () => {
    expect(startsOf(patchGrid(48, 28, 0.5))).toEqual([0, 10, 20]);
    expect(startsOf(patchGrid(128, 28, 0.5))).toEqual([0, 13, 25, 38, 50, 63, 75, 88, 100]);
    expect(() => patchGrid(48, 28, 1)).toThrow(
      expect.objectContaining({
        code: "E_OPTION",
        message: "overlap: expected a finite number >= 0 and < 1, got 1.",
      }),
    );
  });

  test("has no more patches than that takes", () => {
    fc.assert(
      fc.property(sizes, ({ image, patch }) => {
        const fewer = startsOf(patchGrid(image, patch)).length - 1;
        const reach = patch + (fewer - 1) * 0.75 * patch; // of one patch fewer, overlapping as little as may be
        expect(fewer === 0 || reach < image).toBe(true);
      }),
    );
  });

  test.each([
    [16, 32, "patchSize: expected an integer >= 1 and <= 16, got 32."],
    [16, 0, "patchSize: expected an integer >= 1 and <= 16, got 0."],
    [0, 1, "imageSize: expected an integer >= 1, got 0."],
  ])("of an image of %i px and a patch of %i px is refused", (image, patch, message) => {
    expect(() => patchGrid(image, patch)).toThrow(expect.objectContaining({ code: "E_OPTION", message }));
  });
});

/** A graph of `use` on images [N, C, S, S]. */
function graphOf(channels: number, size: number, use: (images: Tensor) => Record<string, Tensor>): Graph {
  const images = input("images", "float32", ["N", channels, size, size]);
  return buildGraph({ name: "patches", inputs: [images], outputs: use(images) });
}

function imagesOf(count: number, channels: number, size: number): Reference {
  const shape = [count, channels, size, size];
  return reference(shape, new Random(size).normals(count * channels * size * size));
}

describe("cutting and joining", () => {
  const pairs: [number, number][] = [
    [16, 16],
    [24, 16],
    [32, 16],
    [40, 32],
    [50, 20],
    [37, 12],
  ];

  test.each(pairs)("images of %i px in patches of %i px gives them back", (size, patch) => {
    const grid = patchGrid(size, patch);
    const graph = graphOf(1, size, (images) => ({ joined: joinPatches(cutPatches(images, grid), grid) }));
    const images = imagesOf(2, 1, size);
    const { joined } = evaluateGraph(graph, { images });
    expect(joined?.shape).toEqual([2, 1, size, size]);
    expectAllClose(joined?.data ?? [], images.data, { rtol: 1e-6, atol: 1e-6 });
  });

  test("gives them back in ONNX Runtime, with the number of images known at run time", async () => {
    const grid = patchGrid(40, 16);
    const graph = graphOf(1, 40, (images) => ({ joined: joinPatches(cutPatches(images, grid), grid) }));
    for (const count of [1, 3]) {
      const images = imagesOf(count, 1, 40);
      const { joined } = await runOnce(nodeBackend({ threads: 1 }), graph, { images });
      expect(joined?.shape).toEqual([count, 1, 40, 40]);
      expectAllClose(Array.from(joined?.data ?? [], Number), images.data, { rtol: 1e-6, atol: 1e-6 });
    }
  });

  test("puts all images' first patches first", () => {
    const [size, side, channels] = [24, 16, 3];
    const grid = patchGrid(size, side);
    const graph = graphOf(channels, size, (images) => ({ patches: cutPatches(images, grid) }));
    const images = imagesOf(2, channels, size);
    const { patches } = evaluateGraph(graph, { images });
    expect(patches?.shape).toEqual([4 * 2, channels, side, side]);
    const expected = grid.corners.flatMap(([top, left]) =>
      Array.from({ length: 2 * channels * side * side }, (_, i) => {
        const [plane, row, column] = [Math.floor(i / side ** 2), Math.floor(i / side) % side, i % side];
        return images.data[plane * size ** 2 + (top + row) * size + left + column] ?? Number.NaN;
      }),
    );
    expect(Array.from(patches?.data ?? [])).toEqual(expected);
  });

  test("splits what came of the patches by place", () => {
    const grid = patchGrid(24, 16);
    const scores = input("scores", "float32", [8, 1]);
    const pieces = splitPatches(scores, grid);
    const outputs = Object.fromEntries(pieces.map((piece, i) => [`piece${i}`, piece]));
    const graph = buildGraph({ name: "split", inputs: [scores], outputs });
    const results = evaluateGraph(graph, { scores: reference([8, 1], [1, 2, 3, 4, 5, 6, 7, 8]) });
    expect(Object.values(results).map(({ shape, data }) => [shape, ...data])).toEqual([
      [[2, 1], 1, 2],
      [[2, 1], 3, 4],
      [[2, 1], 5, 6],
      [[2, 1], 7, 8],
    ]);
  });

  test.each(pairs)("images of %i px in patches of %i px, stitched, are the same", async (size, patch) => {
    const grid = patchGrid(size, patch, 0.5);
    const graph = graphOf(2, size, (images) => ({ stitched: stitchPatches(cutPatches(images, grid), grid) }));
    const images = imagesOf(3, 2, size);
    expect(Array.from(evaluateGraph(graph, { images }).stitched?.data ?? [])).toEqual(
      Array.from(images.data),
    );
    const { stitched } = await runOnce(nodeBackend({ threads: 1 }), graph, { images });
    expect(stitched?.shape).toEqual([3, 2, size, size]);
    expect(Array.from(stitched?.data ?? [], Number)).toEqual(Array.from(Float32Array.from(images.data)));
  });

  test("stitches each pixel from the patch whose middle is nearest", () => {
    const grid = patchGrid(24, 16, 0.5); // two patches along a side, of columns 0 .. 15 and 8 .. 23
    const maps = input("maps", "float32", [4, 1, 16, 16]);
    const outputs = { stitched: stitchPatches(maps, grid) };
    const graph = buildGraph({ name: "stitch", inputs: [maps], outputs });
    const patchNumbers = Array.from({ length: 4 * 256 }, (_, i) => Math.floor(i / 256));
    const { stitched } = evaluateGraph(graph, { maps: reference([4, 1, 16, 16], patchNumbers) });
    const row = (y: number) => Array.from(stitched?.data.slice(24 * y, 24 * (y + 1)) ?? []);
    const halves = (left: number, right: number) => [
      ...new Array<number>(12).fill(left),
      ...new Array<number>(12).fill(right),
    ];
    expect(row(11)).toEqual(halves(0, 1));
    expect(row(12)).toEqual(halves(2, 3));
  });

  test("does nothing to images of one patch", () => {
    const grid = patchGrid(16, 16);
    const images = input("images", "float32", ["N", 1, 16, 16]);
    expect(cutPatches(images, grid)).toBe(images);
    expect(splitPatches(images, grid)).toEqual([images]);
    expect(joinPatches(images, grid)).toBe(images);
    expect(stitchPatches(images, grid)).toBe(images);
  });

  test("lets the middles of patches count more where they overlap", () => {
    const grid = patchGrid(24, 16);
    const maps = input("maps", "float32", [4, 1, 16, 16]);
    const graph = buildGraph({ name: "join", inputs: [maps], outputs: { joined: joinPatches(maps, grid) } });
    const patchNumbers = Array.from({ length: 4 * 256 }, (_, i) => Math.floor(i / 256) % 2); // 0 left, 1 right
    const { joined } = evaluateGraph(graph, { maps: reference([4, 1, 16, 16], patchNumbers) });
    const row = Array.from(joined?.data.slice(0, 24) ?? []);
    expect(row.slice(0, 8)).toEqual(new Array(8).fill(0));
    expectAllClose(row.slice(16), new Array(8).fill(1), { rtol: 1e-6 });
    const rising = row.slice(7, 17);
    for (const [i, value] of rising.entries()) expect(value).toBeGreaterThan(rising[i - 1] ?? -1);
    expectAllClose([(row[11] ?? 0) + (row[12] ?? 0)], [1], { rtol: 1e-6 });
  });
});
