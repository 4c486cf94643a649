import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { Random } from "../base/random.ts";
import { buildGraph, input } from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import { strengthFeatures, textureCellPx, textureFeatureCount, textureFeatures } from "./texture-features.ts";

/** Features of one picture by the float64 reference: [39] rows of g² places, [31] of one channel. */
function featuresOf(
  size: number,
  value: (channel: number, x: number, y: number) => number,
  of = textureFeatures,
  channels = 3,
): number[][] {
  const x = input("x", "float32", ["N", channels, size, size]);
  const graph = buildGraph({ name: "t", inputs: [x], outputs: { features: of(x) } });
  const data = Float64Array.from({ length: channels * size * size }, (_, i) => {
    const [channel, place] = [Math.floor(i / (size * size)), i % (size * size)];
    return value(channel, place % size, Math.floor(place / size));
  });
  const { features } = evaluateGraph(graph, {
    x: { dtype: "float32", shape: [1, channels, size, size], data },
  });
  const [, count = 0, grid = 0] = features?.shape ?? [];
  const values = Array.from(features?.data ?? []);
  return Array.from({ length: count }, (_, i) => values.slice(i * grid * grid, (i + 1) * grid * grid));
}

test.each([
  [16, 1],
  [32, 1],
  [48, 2],
  [128, 4],
  [160, 4],
  [256, 8],
  [320, 8],
  [512, 8],
])("a picture of %d px is described in cells of %d px", (size, cell) => {
  expect(textureCellPx(size)).toBe(cell);
});

test("a plain picture has its colour, no detail, and the floor's logarithm everywhere", () => {
  const rows = featuresOf(16, (channel) => [0.3, 0, -0.6][channel] ?? 0);
  const expected = [-0.1, 0.3, -0.6 - 0.15, 0, 0, 0, ...Array.from({ length: 33 }, () => Math.log(0.02))];
  expect(rows).toHaveLength(textureFeatureCount(3));
  rows.forEach((row, i) => {
    expectAllClose(row, new Array<number>(256).fill(expected[i] ?? 0), { atol: 1e-6 });
  });
});

test("in the middle of a grey ramp to the right, the slopes are by hand and nothing else is seen", () => {
  const slope = 1 / 32;
  const rows = featuresOf(32, (_, x) => slope * (x - 16));
  const middle = rows.map((row) => row[16 * 32 + 16] ?? Number.NaN);
  const strength = (value: number) => Math.log(value + 0.02);
  const flat = strength(0);
  const ofStep = (step: number) => {
    const right = 2 * step * slope;
    const slopes = [right, 0, right * Math.SQRT1_2, right * Math.SQRT1_2].map(strength);
    return [flat, flat, flat, ...slopes, flat, flat, flat, flat];
  };
  expectAllClose(middle.slice(6), [1, 2, 4].flatMap(ofStep), { atol: 1e-6 });
  expectAllClose(middle.slice(3, 6), [0, 0, 0], { atol: 1e-6 });
});

test("a line downwards is seen by the line filters across it, not by the one along it", () => {
  const rows = featuresOf(32, (_, x) => (x === 16 ? 0.6 : 0));
  // the finest scale: 3 strengths of detail, 4 of slopes, then the lines to the right, down and along both diagonals
  const answers = [13, 14, 15, 16].map((row) => rows[row]?.slice(16 * 32 + 14, 16 * 32 + 19) ?? []);
  const [none, flank, line] = [0, 0.3, 0.6].map((value) => Math.log(value + 0.02)) as [
    number,
    number,
    number,
  ];
  const besides = (none + none + flank) / 3; // features are means over three places
  const onFlank = (none + flank + line) / 3;
  const onLine = (flank + line + flank) / 3;
  const across = [besides, onFlank, onLine, onFlank, besides];
  const along = new Array<number>(5).fill(none);
  answers.forEach((answer, i) => {
    expectAllClose(answer, i === 1 ? along : across, { atol: 1e-5 });
  });
});

test("ONNX Runtime computes what the reference does, of each picture in a batch", async () => {
  const size = 48;
  const random = new Random(1);
  const x = input("x", "float32", ["N", 3, size, size]);
  const graph = buildGraph({ name: "t", inputs: [x], outputs: { features: textureFeatures(x) } });
  const shape = [2, 3, size, size];
  const data = Float32Array.from({ length: 2 * 3 * size * size }, () => 2 * random.uniform() - 1);
  const expected = evaluateGraph(graph, { x: { dtype: "float32", shape, data: Float64Array.from(data) } });
  const session = await nodeBackend({ threads: 1 }).load(encodeModel(graph));
  const { features } = await session.run({ x: { dtype: "float32", shape, data } });
  await session.dispose();
  expect(features?.shape).toEqual([2, textureFeatureCount(3), 24, 24]);
  expectAllClose(Array.from(features?.data ?? [], Number), expected.features?.data ?? [], {
    rtol: 1e-4,
    atol: 1e-5,
  });
});

test("strengths of detail are the same values with the root for the logarithm, each cell by itself", () => {
  const picture = (_: number, x: number) => (x === 16 ? 0.6 : 0);
  const rows = featuresOf(32, picture, strengthFeatures);
  expect(rows).toHaveLength(textureFeatureCount(3));
  const acrossLine = rows[13]?.slice(16 * 32 + 13, 16 * 32 + 20) ?? [];
  expectAllClose(
    acrossLine,
    [0, 0, 0.3, 0.6, 0.3, 0, 0].map((value) => Math.sqrt(value + 1e-4)),
    { atol: 1e-6 },
  );
});

test.each([textureFeatures, strengthFeatures])(
  "one channel has the values that grey pictures of three have, but for those of colour",
  (of) => {
    const random = new Random(3);
    const plane = random.normals(48 * 48);
    const value = (_: number, x: number, y: number) => plane[y * 48 + x] ?? 0;
    const three = featuresOf(48, value, of);
    const one = featuresOf(48, value, of, 1);
    expect(one).toHaveLength(textureFeatureCount(1));
    const ofColour = [1, 2, ...[0, 1, 2].flatMap((step) => [7 + 11 * step, 8 + 11 * step])];
    const grey = three.filter((_, i) => !ofColour.includes(i));
    expectAllClose(one.flat(), grey.flat(), { atol: 1e-6 });
  },
);
