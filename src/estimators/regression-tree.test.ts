import { describe, expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { estimatorGolden } from "../../test/support/estimator-golden.ts";
import { Random } from "../base/random.ts";
import { fitRegressionTree, regressionTreeValues } from "./regression-tree.ts";

const golden = estimatorGolden().trees;
const { dimensions, smallestLeaf, deepest } = golden;

describe("fitRegressionTree", () => {
  test("splits where the two means leave the least error, half-way between neighbours", () => {
    const tree = fitRegressionTree([0, 1, 2, 4], [1, 1, 1, 9], 1, { smallestLeaf: 1 });
    expect(tree).toEqual({
      featureIndices: Int32Array.of(0, -1, -1),
      thresholds: Float32Array.of(3, 0, 0),
      left: Int32Array.of(1, -1, -1),
      right: Int32Array.of(2, -1, -1),
      values: Float64Array.of(3, 1, 9),
    });
  });

  test("gives each leaf its share, and ends where targets or features are all equal", () => {
    const halves = fitRegressionTree([0, 1, 2, 4], [1, 1, 1, 9], 1, { smallestLeaf: 2 });
    expect(Array.from(halves.values)).toEqual([3, 1, 5]);
    expect(fitRegressionTree([0, 1, 2, 4], [7, 7, 7, 7], 1, { smallestLeaf: 1 }).values).toEqual(
      Float64Array.of(7),
    );
    expect(fitRegressionTree([3, 3, 3], [1, 2, 3], 1, { smallestLeaf: 1 }).values).toEqual(
      Float64Array.of(2),
    );
  });

  test("parts neighbouring float32 numbers, between which there is no threshold", () => {
    const next = 1 + 2 ** -23;
    const tree = fitRegressionTree([1, next], [0, 1], 1, { smallestLeaf: 1 });
    expect(Array.from(regressionTreeValues(tree, [1, next], 1))).toEqual([0, 1]);
  });

  test("makes scikit-learn's tree: features, thresholds, children, means", () => {
    const tree = fitRegressionTree(golden.train, golden.targets, dimensions, { smallestLeaf, deepest });
    expect(Array.from(tree.featureIndices)).toEqual(golden.featureIndices);
    expect(Array.from(tree.left)).toEqual(golden.left);
    expect(Array.from(tree.right)).toEqual(golden.right);
    expectAllClose(tree.thresholds, golden.thresholds, { rtol: 1e-6, atol: 1e-7 });
    expectAllClose(tree.values, golden.values, { rtol: 1e-9, atol: 1e-12 });
    expectAllClose(regressionTreeValues(tree, golden.test, dimensions), golden.treeValues, {
      rtol: 1e-9,
      atol: 1e-12,
    });
  });

  test("on the points that scikit-learn drew, makes its forest", () => {
    const mean = new Float64Array(golden.forestValues.length);
    for (const sample of golden.samples) {
      const points = sample.flatMap((i) => golden.train.slice(i * dimensions, (i + 1) * dimensions));
      const targets = sample.map((i) => golden.targets[i] ?? Number.NaN);
      const tree = fitRegressionTree(points, targets, dimensions, {
        smallestLeaf: 1,
        deepest: golden.shallow,
      });
      for (const [i, value] of regressionTreeValues(tree, golden.test, dimensions).entries()) {
        mean[i] = (mean[i] ?? 0) + value / golden.samples.length;
      }
    }
    expectAllClose(mean, golden.forestValues, { rtol: 1e-9, atol: 1e-12 });
  });

  test("chooses among the features drawn for each split", () => {
    const options = { smallestLeaf: 1, featuresPerSplit: 1 };
    const tree = (seed: number) =>
      fitRegressionTree(golden.train, golden.targets, dimensions, { ...options, random: new Random(seed) });
    expect(tree(1)).toEqual(tree(1));
    expect(tree(1)).not.toEqual(tree(2));
    expect(new Set(tree(1).featureIndices)).toEqual(new Set([-1, 0, 1, 2, 3, 4]));
  });

  test("refuses options out of range, wrong lengths and targets that are missing or not finite", () => {
    const grown = (features: number[], targets: number[], options = {}) =>
      fitRegressionTree(features, targets, 2, options);
    expect(() => grown([1, 2], [1], { smallestLeaf: 0 })).toThrow(
      expect.objectContaining({
        code: "E_OPTION",
        message: "smallestLeaf: expected an integer >= 1, got 0.",
      }),
    );
    expect(() => grown([1, 2], [1], { featuresPerSplit: 3 })).toThrow(
      expect.objectContaining({ code: "E_OPTION" }),
    );
    expect(() => grown([1, 2, 3], [1])).toThrow(expect.objectContaining({ code: "E_SHAPE" }));
    expect(() => grown([1, 2, 3, 4], [1, Number.NaN])).toThrow(
      expect.objectContaining({
        code: "E_DATA",
        message:
          "fitRegressionTree: expected at least one point and a finite target for each, got 2 points and 2 targets, 1 of them finite.",
      }),
    );
    expect(() => grown([], [])).toThrow(expect.objectContaining({ code: "E_DATA" }));
  });
});
