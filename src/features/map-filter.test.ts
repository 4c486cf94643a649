import { describe, expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { reference, runOnce } from "../../test/support/run-graph.ts";
import { expectWithin } from "../../test/support/tolerances.ts";
import { Random } from "../base/random.ts";
import { buildGraph, type Graph, input, type Tensor } from "../graph/index.ts";
import type { Reference } from "../graph/reference-array.ts";
import { nodeBackend } from "../runtime/node.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import { alongAxes, gaussianBlur, neighbourhoodMean, sobelMagnitude } from "./map-filter.ts";

type Filter = (x: Tensor) => Tensor;

function graphOf(filter: Filter, shape: readonly number[]): Graph {
  const x = input("x", "float32", shape);
  return buildGraph({ name: "filter", inputs: [x], outputs: { y: filter(x) } });
}

function filtered(filter: Filter, x: Reference): Float64Array {
  const { y } = evaluateGraph(graphOf(filter, x.shape), { x });
  expect(y?.shape).toEqual(x.shape);
  return y?.data ?? new Float64Array();
}

/** One map of values by place. */
function mapOf(height: number, width: number, value: (row: number, column: number) => number): Reference {
  const values = Array.from({ length: height * width }, (_, i) => value(Math.floor(i / width), i % width));
  return reference([1, 1, height, width], values);
}

describe("Gaussian smoothing", () => {
  test.each([0.5, 1, 1.7])("of an impulse is the bell of σ = %s px, cut off at three σ", (sigma) => {
    const [height, width, row, column] = [17, 15, 8, 7];
    const impulse = mapOf(height, width, (i, j) => (i === row && j === column ? 1 : 0));
    const radius = Math.ceil(3 * sigma);
    const bell = (distance: number) =>
      Math.abs(distance) > radius ? 0 : Math.exp(-(distance ** 2) / (2 * sigma ** 2));
    let total = 0;
    for (let distance = -radius; distance <= radius; distance++) total += bell(distance);
    const expected = mapOf(height, width, (i, j) => (bell(i - row) * bell(j - column)) / total ** 2);
    expectAllClose(
      filtered((x) => gaussianBlur(x, sigma), impulse),
      expected.data,
      { rtol: 1e-6, atol: 1e-12 },
    );
  });

  test("leaves a constant as it is, edges and corners included", () => {
    const constant = mapOf(5, 7, () => 3.25);
    expectAllClose(
      filtered((x) => gaussianBlur(x, 2), constant),
      constant.data,
      { rtol: 1e-6 },
    );
  });

  test("of a map smaller than its kernel repeats the edge", () => {
    const [a, b] = [1, 3];
    const [left = 0, right = 0] = filtered((x) => gaussianBlur(x, 1), reference([1, 1, 1, 2], [a, b]));
    const taps = [-3, -2, -1, 0, 1, 2, 3].map((distance) => Math.exp(-(distance ** 2) / 2));
    const total = taps.reduce((sum, tap) => sum + tap, 0);
    const beyond = taps.slice(4).reduce((sum, tap) => sum + tap, 0) / total;
    expectAllClose([left, right], [a + (b - a) * beyond, b - (b - a) * beyond], { rtol: 1e-6 });
  });

  test("keeps channels and images apart", () => {
    const x = reference(
      [2, 2, 3, 3],
      Array.from({ length: 36 }, (_, i) => Math.floor(i / 9) + 1),
    );
    expectAllClose(
      filtered((t) => gaussianBlur(t, 1), x),
      x.data,
      { rtol: 1e-6 },
    );
  });
});

describe("the Sobel gradient", () => {
  test("of a plane is eight times its slope", () => {
    const [down, right] = [0.75, -1];
    const plane = mapOf(6, 8, (row, column) => down * row + right * column);
    const magnitude = filtered(sobelMagnitude, plane);
    for (let row = 1; row < 5; row++) {
      for (let column = 1; column < 7; column++)
        expect(magnitude[row * 8 + column]).toBeCloseTo(8 * 1.25, 12);
    }
  });

  test("with five taps, of a plane is 128 times its slope, and equals the one with three smoothed by 1, 2, 1", () => {
    const plane = mapOf(7, 8, (row, column) => 0.75 * row - column);
    const five = (t: Tensor) => sobelMagnitude(t, 5);
    expect(filtered(five, plane)[3 * 8 + 4]).toBeCloseTo(128 * 1.25, 9);
    const impulse = mapOf(11, 11, (row, column) => (row === 5 && column === 5 ? 1 : 0));
    const smoothed = (t: Tensor) => sobelMagnitude(alongAxes(t, Float32Array.of(1, 2, 1)));
    expectAllClose(filtered(five, impulse), filtered(smoothed, impulse), { atol: 1e-9 });
  });

  test.each([
    ["rightwards", (_row: number, column: number) => 0.5 * column],
    ["leftwards", (_row: number, column: number) => -0.5 * column],
    ["downwards", (row: number, _column: number) => 0.5 * row],
    ["upwards", (row: number, _column: number) => -0.5 * row],
  ])("of a ramp %s is half as large where the edge is repeated", (name, ramp) => {
    const magnitude = filtered(sobelMagnitude, mapOf(5, 5, ramp));
    const isAcross = name.endsWith("twards");
    const expected = mapOf(5, 5, (row, column) => ((isAcross ? column : row) % 4 === 0 ? 2 : 4));
    expectAllClose(magnitude, expected.data, { rtol: 1e-12 });
  });

  test("of a constant is 0 everywhere", () => {
    expect(
      filtered(
        sobelMagnitude,
        mapOf(4, 3, () => 7),
      ),
    ).toEqual(new Float64Array(12));
  });

  test("keeps channels and images apart", () => {
    const x = reference(
      [2, 2, 4, 4],
      Array.from({ length: 64 }, (_, i) => Math.floor(i / 16) * (i % 4)),
    );
    const middle = Array.from(filtered(sobelMagnitude, x)).filter((_, i) => i % 16 === 5);
    expect(middle).toEqual([0, 8, 16, 24]);
  });
});

describe("ONNX Runtime computes what the reference evaluator does", () => {
  test.each<[string, Filter]>([
    ["Gaussian smoothing", (x) => gaussianBlur(x, 1.3)],
    ["the Sobel gradient", sobelMagnitude],
    ["the Sobel gradient of five taps", (x) => sobelMagnitude(x, 5)],
  ])("for %s of noise", async (_name, filter) => {
    const shape = [2, 3, 9, 11];
    const x = reference(shape, new Random(3).normals(2 * 3 * 9 * 11));
    const { y } = await runOnce(nodeBackend({ threads: 1 }), graphOf(filter, shape), { x });
    expectWithin(
      "operators, ONNX Runtime and reference",
      Array.from(y?.data ?? [], Number),
      filtered(filter, x),
    );
  });
});

test("the neighbourhood mean averages 3 x 3 places, edges repeated", () => {
  const impulse = mapOf(4, 5, (row, column) => (row === 0 && column === 2 ? 9 : 0));
  // the edge above the impulse repeats it: it counts twice in its own row, once in the row below
  const expected = mapOf(4, 5, (row, column) => (Math.abs(column - 2) <= 1 ? ({ 0: 2, 1: 1 }[row] ?? 0) : 0));
  expectAllClose(filtered(neighbourhoodMean, impulse), expected.data, { rtol: 1e-6, atol: 1e-12 });
});
