import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { reference, runOnce } from "../../test/support/run-graph.ts";
import { Random } from "../base/random.ts";
import { buildGraph, type Graph, input } from "../graph/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import {
  fitGaussianMixture,
  type GaussianMixture,
  mixtureDistance,
  mixtureResiduals,
} from "./gaussian-mixture.ts";

const none = new Float64Array(2);

/** Two kinds of points: a round cloud around (0, 0), and one around (20, 0) that is ten times as wide upwards. */
function twoKinds(count: number, random: Random): Float32Array {
  const points = Array.from({ length: count }, (_, i) =>
    i % 2 === 0 ? [random.normal(), random.normal()] : [20 + random.normal(), 10 * random.normal()],
  );
  return Float32Array.from(points.flat());
}

function distanceGraph(mixture: GaussianMixture, shape: readonly (number | string)[]): Graph {
  const x = input("x", "float32", shape);
  return buildGraph({ name: "m", inputs: [x], outputs: { distance: mixtureDistance(x, mixture) } });
}

/** Distances of points [x, y]. */
function distances(mixture: GaussianMixture, points: readonly (readonly [number, number])[]): number[] {
  const shape = [1, 2, 1, points.length];
  const values = [...points.map(([x]) => x), ...points.map(([, y]) => y)];
  const { distance } = evaluateGraph(distanceGraph(mixture, shape), { x: reference(shape, values) });
  expect(distance?.shape).toEqual([1, 1, 1, points.length]);
  return Array.from(distance?.data ?? []);
}

test("one component is the Gaussian of all points, with the variance that is added to it", () => {
  const points = Float32Array.of(1, 0, 3, 0, 1, 4, 3, 4, 1, 0, 3, 0, 1, 4, 3, 4); // variances 1 and 4, mean (2, 2)
  const mixture = fitGaussianMixture(points, 2, {
    components: 1,
    addedVariance: Float64Array.of(3, 0),
    random: new Random(1),
  });
  const ridge = 1e-3 * 2.5;
  expectAllClose(
    distances(mixture, [
      [2, 2],
      [6, 2],
      [2, 8],
    ]),
    [0, 4 / Math.sqrt(2 * (1 + 3 + ridge)), 6 / Math.sqrt(2 * (4 + ridge))],
    { rtol: 1e-5 },
  );
});

test("two kinds are told apart, each with a covariance of its own", () => {
  const mixture = fitGaussianMixture(twoKinds(2000, new Random(2)), 2, {
    components: 2,
    addedVariance: none,
    random: new Random(3),
  });
  const [round = 0, wide = 0, between = 0, above = 0, aboveWide = 0] = distances(mixture, [
    [0, 0],
    [20, 0],
    [10, 0],
    [0, 10],
    [20, 10],
  ]);
  expect(Math.max(round, wide)).toBeLessThan(0.2);
  expect(between).toBeGreaterThan(5);
  expect(above).toBeGreaterThan(5);
  expect(aboveWide).toBeLessThan(1);
});

test("few points have few components, and more of them than kinds of points are still finite", () => {
  const options = { components: 16, addedVariance: none };
  const few = fitGaussianMixture(twoKinds(40, new Random(4)), 2, { ...options, random: new Random(5) });
  expect(few.mean.shape[0]).toBeLessThanOrEqual(5);
  const same = fitGaussianMixture(new Float32Array(800), 2, { ...options, random: new Random(5) });
  expect(distances(same, [[0, 0]])).toEqual([0]);
  for (const value of distances(same, [[1, -1]])) expect(Number.isFinite(value)).toBe(true);
});

test("the same seed gives the same mixture, in ONNX Runtime as in the reference", async () => {
  const fitted = () =>
    fitGaussianMixture(twoKinds(600, new Random(6)), 2, {
      components: 4,
      addedVariance: none,
      random: new Random(7),
    });
  const mixture = fitted();
  expect(fitted()).toEqual(mixture);
  const values = reference([2, 2, 3, 4], new Random(8).normals(2 * 2 * 12));
  const graph = distanceGraph(mixture, ["N", 2, 3, 4]);
  const run = await runOnce(nodeBackend({ threads: 1 }), graph, { x: values });
  const { distance } = evaluateGraph(graph, { x: values });
  expectAllClose(Array.from(run.distance?.data ?? [], Number), distance?.data ?? [], {
    rtol: 1e-5,
    atol: 1e-6,
  });
});

test("what a place is once its kind is known is its deviation from the nearest component, in that one's metric", () => {
  const mixture: GaussianMixture = {
    mean: { dtype: "float32", shape: [2, 1, 2], data: Float32Array.of(0, 0, 10, 4) },
    // transposed: the first is narrow, the second ten times as wide along both axes, and leans
    whitening: { dtype: "float32", shape: [2, 2, 2], data: Float32Array.of(1, 0.5, 0, 1, 0.1, 0.05, 0, 0.1) },
  };
  const x = [1, 4, 9];
  const y = [-1, 0, 5];
  // (4, 0): squared 16 + 4 from the first, 0.36 + (-0.3 - 0.4)² = 0.85 from the second
  expect(Array.from(mixtureResiduals(Float32Array.from([...x, ...y]), mixture))).toEqual([
    1, -6, -1, -1, -4, 1,
  ]);
});
