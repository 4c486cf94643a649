import { expect, test } from "vitest";
import { expectAllClose } from "../../../test/support/allclose.ts";
import { reference } from "../../../test/support/run-graph.ts";
import { Random } from "../../base/random.ts";
import { fitRegressionTree, regressionTreeValues } from "../../estimators/regression-tree.ts";
import { buildGraph, input, type Tensor } from "../../graph/index.ts";
import { evaluateGraph } from "../../runtime/reference.ts";
import { causalCount, causalNeighbourhood, predictedGrey, standardizedGrey } from "./causal-texture.ts";

const texture = { side: 6, reach: 2 };
const plane = Float64Array.from({ length: 36 }, (_, i) => i);

function evaluated(shape: readonly number[], values: ArrayLike<number>, use: (x: Tensor) => Tensor) {
  const x = input("x", "float32", shape);
  const graph = buildGraph({ name: "texture", inputs: [x], outputs: { y: use(x) } });
  return evaluateGraph(graph, { x: reference(shape, values) }).y ?? expect.fail("expected an output");
}

test("a neighbourhood is the rows above and the places to the left, in reading order", () => {
  const { shape, data } = evaluated([1, 1, 6, 6], plane, (x) => causalNeighbourhood(x, texture));
  expect(causalCount(texture)).toBe(12);
  expect(shape).toEqual([1, 12, 6, 6]);
  const around = (row: number, column: number) =>
    Array.from({ length: 12 }, (_, i) => data[i * 36 + row * 6 + column]);
  // Of the pixel 21 at row 3, column 3.
  expect(around(3, 3)).toEqual([7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 19, 20]);
  // At the corner the border is repeated; the place to the left of the first is itself.
  expect(around(0, 0)).toEqual([0, 0, 0, 1, 2, 0, 0, 0, 1, 2, 0, 0]);
});

test("grey is standardised in each picture, so that light and contrast do not matter", () => {
  const values = new Random(1).normals(3 * 36);
  const brighter = values.map((value) => 0.3 + 0.5 * value);
  const { data } = evaluated([2, 3, 6, 6], [...values, ...brighter], (x) => standardizedGrey(x, texture));
  const [first, second] = [data.slice(0, 36), data.slice(36)];
  expectAllClose(second, first, { atol: 1e-5 });
  expect(first.reduce((sum, value) => sum + value, 0) / 36).toBeCloseTo(0, 6);
  expect(first.reduce((sum, value) => sum + value ** 2, 0) / 36).toBeCloseTo(1, 5);
  const flat = evaluated([1, 3, 6, 6], new Float64Array(108).fill(0.4), (x) => standardizedGrey(x, texture));
  expectAllClose(flat.data, new Float64Array(36), { atol: 1e-9 });
});

test("each pixel is predicted from its neighbourhood", () => {
  const random = new Random(2);
  const train = random.normals(12 * 50);
  const targets = Array.from({ length: 50 }, (_, i) => (train[12 * i + 11] ?? 0) + (train[12 * i + 4] ?? 0));
  const tree = fitRegressionTree(train, targets, 12, { smallestLeaf: 2 });
  const grey = random.normals(36);
  const rows = evaluated([1, 1, 6, 6], grey, (x) => causalNeighbourhood(x, texture)).data;
  const expected = Array.from({ length: 36 }, (_, place) =>
    regressionTreeValues(
      tree,
      Array.from({ length: 12 }, (_, i) => rows[i * 36 + place] ?? 0),
      12,
    ),
  ).flatMap((value) => Array.from(value));
  const { shape, data } = evaluated([1, 1, 6, 6], grey, (x) => predictedGrey(x, [tree], texture));
  expect(shape).toEqual([1, 1, 6, 6]);
  expectAllClose(data, expected, { rtol: 1e-6 });
});
