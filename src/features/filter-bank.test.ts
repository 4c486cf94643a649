import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { reference, runOnce } from "../../test/support/run-graph.ts";
import { expectWithin } from "../../test/support/tolerances.ts";
import { Random } from "../base/random.ts";
import { abs, buildGraph, type Graph, input, resizeLinear, type Tensor } from "../graph/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import { bankFeatures, bankSize, gaussianDerivatives } from "./filter-bank.ts";

/** Both slopes and the three second derivatives. */
const orders = [
  [0, 1],
  [1, 0],
  [0, 2],
  [1, 1],
  [2, 0],
] as const;

function graphOf(shape: readonly number[], build: (x: Tensor) => Tensor): Graph {
  const x = input("x", "float32", shape);
  return buildGraph({ name: "bank", inputs: [x], outputs: { y: build(x) } });
}

test("derivatives of a parabola are what calculus says, at every scale", () => {
  const [height, width] = [31, 33];
  const surface = (row: number, column: number) =>
    1 + 2 * row - 3 * column + 0.5 * row * row - 0.25 * column * column + 0.125 * row * column;
  const values = Array.from({ length: height * width }, (_, i) => surface(Math.floor(i / width), i % width));
  for (const sigma of [1, 2, 4]) {
    const graph = graphOf([1, 1, height, width], (x) => gaussianDerivatives(x, sigma, orders));
    const { y } = evaluateGraph(graph, { x: reference([1, 1, height, width], values) });
    expect(y?.shape).toEqual([1, orders.length, height, width]);
    const [row, column] = [15, 16]; // far enough from the edges
    const found = orders.map((_, k) => y?.data[(k * height + row) * width + column] ?? Number.NaN);
    const first = [-3 - 0.5 * column + 0.125 * row, 2 + row + 0.125 * column].map((slope) => sigma * slope);
    const second = [-0.5, 0.125, 1].map((curvature) => sigma * sigma * curvature);
    expectAllClose(found, [...first, ...second], { rtol: 1e-5, atol: 1e-4 });
  }
});

test("wide filters of a shrunk picture tell what those of the whole one do", () => {
  const [size, side] = [64, 8];
  const random = new Random(5);
  const noise = Array.from({ length: size * size }, () => 2 * random.uniform() - 1);
  const values = noise.map((value, i) => {
    const [row, column] = [Math.floor(i / size), i % size];
    const wave = Math.sin(row / 3 + column / 5) + (column > 40 ? 1 : 0); // a grating and an edge
    return 0.4 * wave + 0.1 * value;
  });
  const x = reference([1, 1, size, size], values);
  const meanStrengths = (sigma: number) => {
    const { y } = evaluateGraph(
      graphOf([1, 1, size, size], (t) =>
        resizeLinear(abs(gaussianDerivatives(t, sigma, orders)), side, side),
      ),
      { x },
    );
    return Array.from(y?.data ?? [], Number);
  };
  const whole = [1, 2, 4].flatMap(meanStrengths);
  const { y } = evaluateGraph(
    graphOf([1, 1, size, size], (t) => bankFeatures(t, side)),
    { x },
  );
  const found = Array.from(y?.data ?? [], Number).slice(side * side);
  const roots = whole.map((strength) => Math.sqrt(strength + 1e-4));
  const differences = found.map((value, i) => Math.abs(value - (roots[i] ?? 0)));
  const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
  expect(mean(differences)).toBeLessThan(0.03 * mean(roots));
});

test("features of one colour are that colour on the opponent axes, and no strength", () => {
  const [red, green, blue] = [0.5, -0.25, 0.125];
  const data = Float32Array.from({ length: 3 * 64 }, (_, i) => [red, green, blue][Math.floor(i / 64)] ?? 0);
  const { y } = evaluateGraph(
    graphOf([1, 3, 8, 8], (x) => bankFeatures(x, 4)),
    { x: reference([1, 3, 8, 8], data) },
  );
  expect(y?.shape).toEqual([1, bankSize(3), 4, 4]);
  const features = Array.from({ length: bankSize(3) }, (_, d) => y?.data[d * 16 + 5] ?? Number.NaN);
  const colours = [(red + green + blue) / 3, (red - green) / 2, (red + green) / 4 - blue / 2];
  expectAllClose(features, [...colours, ...new Array<number>(bankSize(3) - 3).fill(0.01)], { atol: 1e-4 });
});

test("a picture of one channel has the features of grey alone, those of three equal channels", () => {
  const random = new Random(3);
  const plane = Float32Array.from({ length: 20 * 20 }, () => 2 * random.uniform() - 1);
  const features = (channels: 1 | 3) => {
    const data = Array.from({ length: channels }, () => [...plane]).flat();
    const shape = [1, channels, 20, 20];
    const { y } = evaluateGraph(
      graphOf(shape, (x) => bankFeatures(x, 5)),
      { x: reference(shape, data) },
    );
    return Array.from(y?.data ?? [], Number);
  };
  const [grey, colours] = [features(1), features(3)];
  const places = 25;
  expect([grey.length, colours.length]).toEqual([bankSize(1) * places, bankSize(3) * places]);
  const ofGrey = [...colours.slice(0, places), ...colours.slice(3 * places, (3 + 15) * places)];
  expectAllClose(grey, ofGrey, { atol: 1e-6 });
});

test.each([-1, -0.2, 0.3, 1])("rounding gives a picture that is %d everywhere no strength", async (value) => {
  const shape = [1, 3, 64, 64];
  const x = reference(shape, new Array<number>(3 * 64 * 64).fill(value));
  const { y } = await runOnce(
    nodeBackend({ threads: 1 }),
    graphOf(shape, (t) => bankFeatures(t, 16)),
    { x },
  );
  const strengths = Array.from(y?.data ?? [], Number).slice(3 * 16 * 16);
  expect(new Set(strengths)).toEqual(new Set([Math.fround(Math.sqrt(Math.fround(1e-4)))]));
});

test("ONNX Runtime computes what the reference evaluator does", async () => {
  const shape = [2, 3, 20, 20];
  const x = reference(shape, new Random(1).normals(2 * 3 * 400));
  const graph = graphOf(shape, (t) => bankFeatures(t, 10));
  const { y } = await runOnce(nodeBackend({ threads: 1 }), graph, { x });
  expectWithin(
    "operators, ONNX Runtime and reference",
    Array.from(y?.data ?? [], Number),
    evaluateGraph(graph, { x }).y?.data ?? [],
  );
});
