import { expect, test } from "vitest";
import { reference } from "../../../test/support/run-graph.ts";
import { Random } from "../../base/random.ts";
import { buildGraph, input, type Tensor } from "../../graph/index.ts";
import { evaluateGraph } from "../../runtime/reference.ts";
import { correlationStatistic, distributionStatistic } from "./textured-surface.ts";

const side = 25;
const middle = 12 * side + 12;
const errors = Float64Array.from(new Random(1).normals(4000)).sort();

function mapOf(residuals: ArrayLike<number>, statistic: (x: Tensor) => Tensor): Float64Array {
  const x = input("x", "float32", [1, 1, side, side]);
  const graph = buildGraph({ name: "statistic", inputs: [x], outputs: { y: statistic(x) } });
  const { y } = evaluateGraph(graph, { x: reference([1, 1, side, side], residuals) });
  expect(y?.shape).toEqual([1, 1, side, side]);
  return y?.data ?? new Float64Array();
}

/** Errors as expected, but for a square of 9 places in the middle. */
function disturbed(change: (value: number, row: number, column: number) => number): Float32Array {
  return new Random(2).normals(side ** 2).map((value, i) => {
    const [row, column] = [Math.floor(i / side), i % side];
    return Math.max(Math.abs(row - 12), Math.abs(column - 12)) <= 4 ? change(value, row, column) : value;
  });
}

const distribution = (x: Tensor) => distributionStatistic(x, errors, 4);
const correlation = (x: Tensor) => correlationStatistic(x, 4);

test("errors that are all at one place of the distribution have the statistic that follows from the levels", () => {
  // F is 1 from the middle on: mean over u of (1 - u) / u for the upper half, u / (1 - u) for the lower.
  const levels = Array.from({ length: 16 }, (_, i) => (i + 0.5) / 16);
  const expected = levels
    .map((u) => (u < 0.5 ? u / (1 - u) : (1 - u) / u))
    .reduce((sum, x) => sum + x / 16, 0);
  const map = mapOf(new Float64Array(side ** 2), distribution);
  expect((map[middle] ?? 0) / 81).toBeCloseTo(expected, 6);
  expect((map[0] ?? 0) / 25).toBeCloseTo(expected, 6); // of the 25 places of a corner's window
});

test("where errors are larger, or on one side, their distribution is strange", () => {
  const usual = mapOf(
    disturbed((value) => value),
    distribution,
  );
  const larger = mapOf(
    disturbed((value) => 4 * value),
    distribution,
  );
  const higher = mapOf(
    disturbed((value) => value + 1.5),
    distribution,
  );
  for (const map of [larger, higher]) {
    expect(map[middle]).toBeGreaterThan(2 * Math.max(...usual));
    expect(map.indexOf(Math.max(...map))).toBeGreaterThan(6 * side); // within reach of the square
    expect(map[0]).toBe(usual[0]);
  }
});

test("where errors follow each other, their correlation is strange though their distribution is not", () => {
  const usual = mapOf(
    disturbed((value) => value),
    correlation,
  );
  const striped = mapOf(
    disturbed((value, row) => (row % 2 === 0 ? 1 : -1) * Math.abs(value)),
    correlation,
  );
  expect(striped[middle]).toBeGreaterThan(3 * Math.max(...usual));
  expect(striped[0]).toBe(usual[0]);
});

test("errors of one size everywhere are covariances of 1 at all twelve lags", () => {
  const map = mapOf(new Float64Array(side ** 2).fill(-1), correlation);
  expect(map[middle]).toBeCloseTo(12, 4);
});
