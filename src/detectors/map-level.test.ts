import { expect, test } from "vitest";
import { reference } from "../../test/support/run-graph.ts";
import { buildGraph, constant, input } from "../graph/index.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import { levelled, levelsOf, shiftOf } from "./map-level.ts";

const side = 32;
const usual = { usual: 2, most: 3 };

/** A map of one value with a mark of another in the upper left quarter. */
function map(ground: number, mark: number): number[] {
  return Array.from({ length: side * side }, (_, i) =>
    i % side < side / 2 && i < (side * side) / 2 ? mark : ground,
  );
}

function run(values: readonly number[], labels?: readonly number[]) {
  const shape = [1, 1, side, side];
  const x = input("x", "float32", shape);
  const area = input("area", "float32", shape);
  const seen = labels && area;
  const one = (value: number) =>
    constant({ dtype: "float32", shape: [1, 1, 1, 1], data: Float32Array.of(value) });
  const columns = { usual: one(usual.usual), most: one(usual.most) };
  const graph = buildGraph({
    name: "level",
    inputs: seen ? [x, area] : [x],
    outputs: { levels: levelsOf(x, seen), even: levelled(x, columns, seen) },
  });
  const found = evaluateGraph(graph, {
    x: reference(shape, [...values]),
    ...(labels && { area: reference(shape, [...labels]) }),
  });
  return { level: found.levels?.data[0] ?? Number.NaN, even: Array.from(found.even?.data ?? [], Number) };
}

test("a map's level is that of its calmest part, whatever stands out elsewhere", () => {
  expect(run(map(5, 40)).level).toBeCloseTo(5, 5);
  expect(run(map(5, 5)).level).toBeCloseTo(5, 5);
});

test.each([
  ["higher as a whole", 4, 2],
  ["lower as a whole", 0, 2],
  ["far higher: the rest stays", 12, 9],
  ["far lower", -8, -5],
])("a map that lies %s is brought back", (_, ground, expected) => {
  const { even, level } = run(map(ground, ground + 10));
  expect(even.at(-1)).toBeCloseTo(expected, 5);
  expect(even[0]).toBeCloseTo(expected + 10, 5);
  expect(ground - shiftOf(level, usual)).toBeCloseTo(expected, 5);
});

test("what is not looked at has no say, and a block that hardly shows any of the area neither", () => {
  const values = map(5, 40);
  const inMark = Array.from({ length: side * side }, (_, i) => (i % side < 17 && i < side * 17 ? 1 : 0));
  expect(run(values, inMark).level).toBeGreaterThan(35); // one row and one column of 5 beside 16 of 40
  const [onePixel] = [inMark.map((_, i) => (i === side + 1 ? 1 : 0))];
  expect(run(values, onePixel).level).toBeCloseTo(40, 4);
});
