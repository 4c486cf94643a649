import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { estimatorGolden } from "../../test/support/estimator-golden.ts";
import { reference, runOnce } from "../../test/support/run-graph.ts";
import { Random } from "../base/random.ts";
import { buildGraph, input } from "../graph/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import { fitRandomForest, forestPrediction } from "./random-forest.ts";
import { type RegressionTree, regressionTreeValues } from "./regression-tree.ts";

const golden = estimatorGolden().trees;
const { dimensions } = golden;

function forest(seed: number, options = {}): RegressionTree[] {
  const random = new Random(seed);
  return fitRandomForest(golden.train, golden.targets, dimensions, {
    trees: 40,
    smallestLeaf: 1,
    deepest: golden.forestDeepest,
    featuresPerSplit: 2,
    random,
    ...options,
  });
}

/** Mean of the trees' predictions. */
function predicted(trees: readonly RegressionTree[], points: readonly number[]): Float64Array {
  const each = trees.map((tree) => regressionTreeValues(tree, points, dimensions));
  return Float64Array.from(
    { length: points.length / dimensions },
    (_, i) => each.reduce((sum, values) => sum + (values[i] ?? 0), 0) / trees.length,
  );
}

test("errs as scikit-learn's forests do, and the mean of forests over as many seeds agrees with theirs", () => {
  const seeds = golden.usualErrors.length;
  const all = Array.from({ length: seeds }, (_, seed) => predicted(forest(seed), golden.test));
  const errors = all.map((values) =>
    values.reduce((sum, value, i) => sum + (value - (golden.testTargets[i] ?? 0)) ** 2 / values.length, 0),
  );
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(errors) / mean(golden.usualErrors)).toBeGreaterThan(0.95);
  expect(mean(errors) / mean(golden.usualErrors)).toBeLessThan(1.05);
  const means = golden.usualMeans.map((_, i) => mean(all.map((values) => values[i] ?? 0)));
  // Between scikit-learn's own means over twenty other seeds each, the worst point differs by 0.038 to 0.089; here by 0.057.
  expectAllClose(means, golden.usualMeans, { atol: 0.08 });
});

test("is decided by the random state", () => {
  expect(forest(1, { trees: 3 })).toEqual(forest(1, { trees: 3 }));
  expect(forest(1, { trees: 3 })).not.toEqual(forest(2, { trees: 3 }));
});

test("predicts the same in ONNX Runtime, the reference and here, on thresholds too", async () => {
  const trees = forest(3, { trees: 7 });
  const edges = trees.flatMap((tree) => Array.from(tree.thresholds.slice(0, 5)));
  const points = [...golden.test, ...edges.flatMap((edge) => new Array<number>(dimensions).fill(edge))];
  const expected = predicted(trees, points);
  const graph = (batch: number | string) => {
    const x = input("x", "float32", [batch, dimensions]);
    return buildGraph({ name: "forest", inputs: [x], outputs: { y: forestPrediction(x, trees) } });
  };
  const feeds = { x: reference([expected.length, dimensions], Float32Array.from(points)) };
  expectAllClose(evaluateGraph(graph(expected.length), feeds).y?.data ?? [], expected, { atol: 1e-9 });
  const { y } = await runOnce(nodeBackend({ threads: 1 }), graph("N"), feeds);
  expectAllClose(Array.from(y?.data ?? [], Number), expected, { atol: 1e-6 });
});

test("refuses options out of range and what its trees refuse", () => {
  expect(() => forest(0, { trees: 0 })).toThrow(
    expect.objectContaining({ code: "E_OPTION", message: "trees: expected an integer >= 1, got 0." }),
  );
  expect(() => forest(0, { sampleSize: 0 })).toThrow(
    expect.objectContaining({ code: "E_OPTION", message: "sampleSize: expected an integer >= 1, got 0." }),
  );
  expect(() => fitRandomForest([1, 2, 3], [1], 2, { random: new Random(0) })).toThrow(
    expect.objectContaining({
      code: "E_SHAPE",
      message: "fitRandomForest: expected a multiple of 2 features (points x dimensions), got 3.",
    }),
  );
  expect(() => fitRandomForest([1, 2, 3, 4], [1], 2, { random: new Random(0) })).toThrow(
    expect.objectContaining({ code: "E_DATA" }),
  );
  expect(() => fitRandomForest([], [], 2, { random: new Random(0) })).toThrow(
    expect.objectContaining({ code: "E_DATA" }),
  );
});
