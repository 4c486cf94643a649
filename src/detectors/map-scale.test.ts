import { expect, test } from "vitest";
import { mapScales, scaledMaximum } from "./map-scale.ts";

function reading(means: number[], maxima: number[]) {
  return { means, maxima, levels: null, score: null };
}

test("each map's scale is its mean and what nine images in ten stay below", () => {
  const ten = Array.from({ length: 10 }, (_, i) => reading([i / 2, -2], [i, -1]));
  expect(mapScales(ten)).toEqual([
    { mean: 2.25, usualMaximum: 9 },
    { mean: -2, usualMaximum: -1 },
  ]);
  const twenty = Array.from({ length: 20 }, (_, i) => reading([i], [i]));
  expect(mapScales(twenty)[0]?.usualMaximum).toBe(18);
});

test("a few images whose maps lie many times as high do not pull the mean up to what is usual", () => {
  const usual = Array.from({ length: 8 }, (_, i) => reading([1], [2 + i / 10]));
  const far = [reading([8], [16]), reading([7], [14])];
  expect(mapScales([...usual, ...far], [reading([1], [2])])).toEqual([{ mean: 1, usualMaximum: 2.7 }]); // of all: 2.18
  const near = [reading([1.5], [16]), reading([1.5], [14])];
  expect(mapScales([...usual, ...near], [reading([1], [2])])[0]?.mean).toBeCloseTo(12 / 11, 12); // of all
});

test("one image is its own scale", () => {
  expect(mapScales([reading([2, 0], [3, 0])])).toEqual([
    { mean: 2, usualMaximum: 3 },
    { mean: 0, usualMaximum: 0 },
  ]);
});

test("the largest pixel is measured from the mean, in usual maxima", () => {
  expect(scaledMaximum(reading([0], [5]), { mean: 2, usualMaximum: 4 })).toBe(1.5);
});

test("maps that are read from their level are brought back to the median one, by half of their range at most", () => {
  const at = (level: number, largest: number) => ({
    means: [level + 1],
    maxima: [largest],
    levels: [level],
    score: null,
  });
  const readings = [at(0, 11), at(1, 12), at(-1, 10)]; // the same map, higher and lower
  const [scale = expect.fail("expected a scale")] = mapScales(readings);
  expect(scale).toEqual({ mean: 1, usualMaximum: 11, level: { usual: 0, most: 5.5 } });
  expect(scaledMaximum(at(3, 14), scale)).toBe(1);
  expect(scaledMaximum(at(-3, 8), scale)).toBe(1);
  expect(scaledMaximum(at(25.5, 26), scale)).toBeCloseTo(1.95, 12); // all of it is far off: 26 - 5.5
});
