import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { estimatorGolden } from "../../test/support/estimator-golden.ts";
import { Random } from "../base/random.ts";
import { kMeans, lloyd } from "./k-means.ts";

const golden = estimatorGolden().kMeans;
const { dimensions } = golden;
const points = Float32Array.from(golden.points);

/** Sum of squared distances to the nearest centre. */
function inertia(centres: Float32Array): number {
  let sum = 0;
  for (let point = 0; point < points.length; point += dimensions) {
    let least = Number.POSITIVE_INFINITY;
    for (let centre = 0; centre < centres.length; centre += dimensions) {
      const squares = Array.from(
        { length: dimensions },
        (_, i) => ((points[point + i] ?? 0) - (centres[centre + i] ?? 0)) ** 2,
      );
      least = Math.min(
        least,
        squares.reduce((a, b) => a + b, 0),
      );
    }
    sum += least;
  }
  return sum;
}

test("two pairs of points have their middles as centres", () => {
  const centres = lloyd(Float32Array.of(0, 1, 10, 11), Float32Array.of(0, 1), {
    dimensions: 1,
    iterations: 9,
  });
  expect(Array.from(centres)).toEqual([0.5, 10.5]);
});

test("a centre that no point is nearest to stays", () => {
  const centres = lloyd(Float32Array.of(0, 1), Float32Array.of(0, 90), { dimensions: 1, iterations: 9 });
  expect(Array.from(centres)).toEqual([0.5, 90]);
});

test("Lloyd's rounds end at scikit-learn's centres", () => {
  const centres = lloyd(points, Float32Array.from(golden.first), { dimensions, iterations: 100 });
  expectAllClose(centres, golden.centres, { rtol: 1e-5, atol: 1e-5 });
});

test("from centres of its own, the best of ten draws is as good as scikit-learn's best", () => {
  const random = new Random(1);
  const found = Array.from({ length: 10 }, () =>
    inertia(kMeans(points, dimensions, { clusters: 3, random })),
  );
  expect(Math.min(...found)).toBeLessThan(golden.bestInertia * 1.001);
  expect(Math.min(...found)).toBeGreaterThan(golden.bestInertia * 0.999);
});

test("is decided by the random state, and has no more centres than there are different points", () => {
  const centres = (seed: number) => kMeans(points, dimensions, { clusters: 5, random: new Random(seed) });
  expect(centres(1)).toEqual(centres(1));
  expect(Array.from(kMeans([4, 4, 4], 1, { clusters: 2, random: new Random(0) }))).toEqual([4]);
});

test("refuses options out of range, wrong lengths and no points", () => {
  const random = new Random(0);
  expect(() => kMeans([1, 2], 1, { clusters: 0, random })).toThrow(
    expect.objectContaining({ code: "E_OPTION", message: "clusters: expected an integer >= 1, got 0." }),
  );
  expect(() => kMeans([1, 2], 1, { clusters: 1, iterations: 0, random })).toThrow(
    expect.objectContaining({ code: "E_OPTION", message: "iterations: expected an integer >= 1, got 0." }),
  );
  expect(() => kMeans([1, 2, 3], 2, { clusters: 1, random })).toThrow(
    expect.objectContaining({
      code: "E_SHAPE",
      message: "kMeans: expected a multiple of 2 features (points x dimensions), got 3.",
    }),
  );
  expect(() => kMeans([], 2, { clusters: 1, random })).toThrow(
    expect.objectContaining({ code: "E_DATA", message: "kMeans: expected at least 1 point, got none." }),
  );
});
