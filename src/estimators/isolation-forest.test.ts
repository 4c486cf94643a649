import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { Random } from "../base/random.ts";
import { contaminationThreshold } from "../detectors/calibration.ts";
import { auroc } from "../metrics/index.ts";
import { fitIsolationForest, isolationForestScores } from "./isolation-forest.ts";
import { decodeForest } from "./isolation-forest-encoding.ts";
import { averagePathLength, type IsolationTree } from "./isolation-tree.ts";

interface Golden {
  train: number[];
  test: number[];
  labels: number[];
  forest: unknown;
  forestScores: number[];
  forestTrainScores: number[];
  contamination: number;
  contaminationThreshold: number;
  defaultScores: number[];
  defaultAuroc: number;
  meanForests: number;
  meanDefaultScores: number[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL("../../test/golden/isolation_forest.json", import.meta.url), "utf8"),
);
const points = Float64Array.from(golden.train);
const testPoints = Float64Array.from(golden.test);

/** Rank of each value; the values are distinct or nearly so. */
function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (_, i) => i).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const result = new Float64Array(values.length);
  for (const [rank, i] of order.entries()) result[i] = rank;
  return result;
}

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = (x: Float64Array, y: Float64Array, mx: number, my: number) =>
    x.reduce((sum, value, i) => sum + (value - mx) * ((y[i] ?? 0) - my), 0);
  return product(a, b, meanA, meanB) / Math.sqrt(product(a, a, meanA, meanA) * product(b, b, meanB, meanB));
}

/** Depth of each node. */
function depthsOf(tree: IsolationTree): number[] {
  const depths = [0];
  for (const [node, feature] of tree.featureIndices.entries()) {
    if (feature < 0) continue;
    depths[tree.left[node] ?? -1] = (depths[node] ?? 0) + 1;
    depths[tree.right[node] ?? -1] = (depths[node] ?? 0) + 1;
  }
  return depths;
}

describe("averagePathLength", () => {
  test("is 0, 1 and 2·(ln 2 + γ) - 4/3 for one, two and three keys", () => {
    expect(averagePathLength(1)).toBe(0);
    expect(averagePathLength(2)).toBe(1);
    expect(averagePathLength(3)).toBeCloseTo(2 * (Math.log(2) + 0.5772156649015329) - 4 / 3, 15);
  });

  test("is 10.2448 for the usual 256 samples", () => {
    expect(averagePathLength(256)).toBeCloseTo(10.2448, 4);
  });
});

describe("fitIsolationForest", () => {
  test("parts two points at depth 1, so both score 2^(-1/c(2)) = 1/2", () => {
    const forest = fitIsolationForest(Float64Array.of(0, 10), 1, { trees: 3, random: new Random(1) });
    expect(forest.sampleSize).toBe(2);
    expect(Array.from(forest.trees[0]?.featureIndices ?? [])).toEqual([0, -1, -1]);
    expect(Array.from(forest.trees[0]?.pathLengths ?? [])).toEqual([0, 1, 1]);
    expect(Array.from(isolationForestScores(forest, Float64Array.of(-1, 0, 10)))).toEqual([0.5, 0.5, 0.5]);
  });

  test("ends at once where all points are equal, and scores everything 1/2", () => {
    const forest = fitIsolationForest(new Float64Array(60).fill(3), 2, { trees: 5, random: new Random(1) });
    for (const tree of forest.trees) expect(Array.from(tree.featureIndices)).toEqual([-1]);
    expect(Array.from(isolationForestScores(forest, Float64Array.of(3, 3, 90, -90)))).toEqual([0.5, 0.5]);
  });

  test("never splits on a constant feature", () => {
    const random = new Random(4);
    const features = Float64Array.from({ length: 300 }, (_, i) => (i % 3 === 1 ? 7 : random.normal()));
    const forest = fitIsolationForest(features, 3, { trees: 10, random });
    const used = new Set(forest.trees.flatMap((tree) => Array.from(tree.featureIndices)));
    expect([...used].sort()).toEqual([-1, 0, 2]);
  });

  test("parts neighbouring float32 numbers, between which there is no threshold", () => {
    const next = 1 + 2 ** -23;
    const forest = fitIsolationForest(Float64Array.of(1, next), 1, { trees: 20, random: new Random(2) });
    for (const tree of forest.trees) expect(tree.thresholds[0]).toBe(1);
    // equal in float32: nothing to part
    const same = fitIsolationForest(Float64Array.of(1, 1 + 2 ** -30), 1, { trees: 1, random: new Random(2) });
    expect(same.trees[0]?.featureIndices.length).toBe(1);
  });

  test("makes trees whose nodes hold their children's points, within the depth limit", () => {
    const sizes = fc.record({
      count: fc.integer({ min: 2, max: 60 }),
      dimensions: fc.integer({ min: 1, max: 4 }),
      sampleSize: fc.integer({ min: 2, max: 40 }),
      step: fc.constantFrom(0, 1, 1e-3),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(sizes, ({ count, dimensions, sampleSize, step, seed }) => {
        const random = new Random(seed);
        const normals = Float64Array.from({ length: count * dimensions }, () => random.normal());
        const features = step === 0 ? normals : normals.map((value) => Math.round(value / step) * step);
        const forest = fitIsolationForest(features, dimensions, { trees: 3, sampleSize, random });
        expect(forest.sampleSize).toBe(Math.min(count, sampleSize));
        for (const tree of forest.trees) {
          expect(tree.sampleCounts[0]).toBe(forest.sampleSize);
          for (const [node, depth] of depthsOf(tree).entries()) {
            const [left = -1, right = -1, samples = 0] = [
              tree.left[node],
              tree.right[node],
              tree.sampleCounts[node],
            ];
            expect(depth).toBeLessThanOrEqual(Math.ceil(Math.log2(forest.sampleSize)));
            expect(samples).toBeGreaterThan(0);
            if (tree.featureIndices[node] === -1) {
              expect([left, right]).toEqual([-1, -1]);
              expect(tree.pathLengths[node]).toBe(depth + averagePathLength(samples));
            } else {
              expect(Math.min(left, right)).toBeGreaterThan(node);
              expect((tree.sampleCounts[left] ?? 0) + (tree.sampleCounts[right] ?? 0)).toBe(samples);
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test("is decided by the random state and leaves the features alone", () => {
    const forest = (seed: number) => fitIsolationForest(points, 2, { trees: 5, random: new Random(seed) });
    expect(forest(1)).toEqual(forest(1));
    expect(forest(1)).not.toEqual(forest(2));
    expect(Array.from(points)).toEqual(golden.train);
  });

  test("ranks a far point first and scores the middle of a cloud below 1/2", () => {
    const random = new Random(7);
    const cloud = Float64Array.from({ length: 1000 }, () => random.normal());
    const forest = fitIsolationForest(cloud, 2, { random });
    expect([forest.trees.length, forest.sampleSize]).toEqual([100, 256]);
    const [middle = 1, edge = 0, far = 0] = isolationForestScores(
      forest,
      Float64Array.of(0, 0, 2.5, 2.5, 9, 9),
    );
    expect(middle).toBeLessThan(0.45);
    expect(edge).toBeGreaterThan(0.6);
    expect(far).toBeGreaterThan(edge);
    expect(far).toBeLessThan(1);
  });
});

describe("scikit-learn", () => {
  test("gives the same scores on its trees", () => {
    const forest = decodeForest(golden.forest);
    expectAllClose(isolationForestScores(forest, testPoints), golden.forestScores, { atol: 1e-12 });
    expectAllClose(isolationForestScores(forest, points), golden.forestTrainScores, { atol: 1e-12 });
  });

  test("gives the same contamination threshold", () => {
    const threshold = contaminationThreshold(golden.forestTrainScores, golden.contamination);
    expect(threshold).toBeCloseTo(golden.contaminationThreshold, 12);
  });

  test("and one forest of ours agree on the ranking and on AUROC", () => {
    // Measured over ten seeds: rank correlation 0.962 to 0.981, AUROC within 0.0028.
    // Between forests of scikit-learn's own: 0.963 to 0.984.
    const forest = fitIsolationForest(points, 2, { random: new Random(0) });
    const scores = isolationForestScores(forest, testPoints);
    expect(correlation(ranks(scores), ranks(golden.defaultScores))).toBeGreaterThan(0.95);
    expect(Math.abs(auroc(scores, golden.labels) - golden.defaultAuroc)).toBeLessThan(0.01);
  });

  test("and the mean of our forests over as many seeds agree point by point", () => {
    const mean = new Float64Array(golden.labels.length);
    for (let seed = 0; seed < golden.meanForests; seed++) {
      const forest = fitIsolationForest(points, 2, { random: new Random(seed) });
      for (const [i, score] of isolationForestScores(forest, testPoints).entries()) {
        mean[i] = (mean[i] ?? 0) + score / golden.meanForests;
      }
    }
    // Measured: worst point 0.0080; a single forest is off by up to 0.05.
    expectAllClose(mean, golden.meanDefaultScores, { atol: 0.012 });
  });
});

test("forests refuse options out of range, wrong lengths, too few points and values float32 cannot hold", () => {
  const random = new Random(0);
  const features = new Float64Array(4);
  expect(() => fitIsolationForest(features, 2, { trees: 0, random })).toThrow(
    expect.objectContaining({ code: "E_OPTION", message: "trees: expected an integer >= 1, got 0." }),
  );
  expect(() => fitIsolationForest(features, 2, { sampleSize: 1, random })).toThrow(
    expect.objectContaining({ code: "E_OPTION", message: "sampleSize: expected an integer >= 2, got 1." }),
  );
  expect(() => fitIsolationForest(features, 0, { random })).toThrow(
    expect.objectContaining({ code: "E_OPTION", message: "dimensions: expected an integer >= 1, got 0." }),
  );
  expect(() => fitIsolationForest(features, 3, { random })).toThrow(
    expect.objectContaining({
      name: "ShapeError",
      code: "E_SHAPE",
      message: "fitIsolationForest: expected a multiple of 3 features (points x dimensions), got 4.",
    }),
  );
  expect(() => fitIsolationForest(features, 4, { random })).toThrow(
    expect.objectContaining({
      name: "DataError",
      code: "E_DATA",
      message: "fitIsolationForest: expected at least 2 points, got 1.",
    }),
  );
  expect(() => fitIsolationForest(Float64Array.of(0, 0, 0, Number.NaN), 2, { random })).toThrow(
    expect.objectContaining({
      code: "E_DATA",
      message:
        "fitIsolationForest: expected features that are finite in float32, got NaN for feature 1 of point 1.",
    }),
  );
  const forest = fitIsolationForest(features, 2, { random });
  expect(() => isolationForestScores(forest, Float64Array.of(1e39, 0))).toThrow(
    expect.objectContaining({
      code: "E_DATA",
      message:
        "isolationForestScores: expected features that are finite in float32, got 1e+39 for feature 0 of point 0.",
    }),
  );
  expect(() => isolationForestScores(forest, new Float64Array(3))).toThrow(
    expect.objectContaining({
      code: "E_SHAPE",
      message: "isolationForestScores: expected a multiple of 2 features (points x dimensions), got 3.",
    }),
  );
  expect(isolationForestScores(forest, new Float64Array(0)).length).toBe(0);
});
