import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { reference } from "../../test/support/run-graph.ts";
import { Random } from "../base/random.ts";
import { buildGraph, input } from "../graph/index.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import { instanceShare, normalizedInstance, normalizedInstances } from "./instance-norm.ts";

const [dimensions, side] = [3, 4];
const places = side * side;

/** The same pattern in each picture, as strong as its `gains` say, and a little noise. */
function pictures(gains: readonly number[], random = new Random(1)): Float32Array[] {
  const pattern = random.normals(dimensions * places);
  return gains.map((gain) => pattern.map((value) => gain * (value + 1) + 0.01 * random.normal()));
}

test("by hand: half of the mean is taken away, and the root of the spread divides", () => {
  const features = Float32Array.of(1, 3, 5, 7, 2, 2, 2, 2); // mean 4, variance 5; no spread at all
  const half = normalizedInstance(features, 2, 0.5);
  const root = 5 ** 0.25;
  const calm = 1 / Math.sqrt(1e-3);
  expectAllClose(half, [-1 / root, 1 / root, 3 / root, 5 / root, calm, calm, calm, calm], { rtol: 1e-6 });
  const all = normalizedInstance(features, 2, 1);
  expectAllClose(
    all.subarray(0, 4),
    [-3, -1, 1, 3].map((v) => v / Math.sqrt(5)),
    { rtol: 1e-6 },
  );
  expectAllClose(all.subarray(4), [0, 0, 0, 0], {});
  expect(normalizedInstance(features, 2, 0)).toBe(features);
});

test("a graph says the same", () => {
  const [picture = new Float32Array()] = pictures([1]);
  const features = input("features", "float32", [2, dimensions, side, side]);
  const graph = buildGraph({
    name: "normalized",
    inputs: [features],
    outputs: { normalized: normalizedInstances(features, 0.7) },
  });
  const other = picture.map((value) => 5 * value - 2);
  const both = Float32Array.from([...picture, ...other]);
  const { normalized } = evaluateGraph(graph, { features: reference([2, dimensions, side, side], both) });
  const expected = [picture, other].flatMap((each) => [...normalizedInstance(each, dimensions, 0.7)]);
  expectAllClose(normalized?.data ?? [], expected, { rtol: 1e-5, atol: 1e-6 });
  expect(normalizedInstances(features, 0)).toBe(features);
});

test("as much is taken away as pictures differ: half of it where the logarithms of their spreads differ by 0.15", () => {
  const alternating = (difference: number) =>
    Array.from({ length: 20 }, (_, i) => Math.exp(Math.floor(i / 2) % 2 === 0 ? difference : -difference));
  expect(instanceShare(pictures(alternating(0.15)), dimensions)).toBeCloseTo(0.5, 1);
  expect(instanceShare(pictures(alternating(0.4)), dimensions)).toBeGreaterThan(0.95);
  expect(instanceShare(pictures(alternating(0.05)), dimensions)).toBe(0);
});

test("nothing is where places are not told apart: there, how strong everything is may be what is wrong", () => {
  const random = new Random(2);
  const anywhere = Array.from({ length: 20 }, (_, i) =>
    random.normals(dimensions * places).map((value) => value * (i % 2 === 0 ? 1 : 3)),
  );
  expect(instanceShare(anywhere, dimensions)).toBe(0);
  expect(instanceShare(pictures([1]), dimensions)).toBe(0); // one picture tells nothing
});
