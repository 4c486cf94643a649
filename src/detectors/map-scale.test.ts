import { expect, test } from "vitest";
import { mapScales, scaledMaximum } from "./map-scale.ts";

function reading(means: number[], maxima: number[]) {
  return { means, maxima, score: null };
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

test("one image is its own scale", () => {
  expect(mapScales([reading([2, 0], [3, 0])])).toEqual([
    { mean: 2, usualMaximum: 3 },
    { mean: 0, usualMaximum: 0 },
  ]);
});

test("the largest pixel is that of the map which stands out most in its own scale", () => {
  const scales = [
    { mean: 2, usualMaximum: 4 },
    { mean: 0, usualMaximum: 10 },
  ];
  expect(scaledMaximum(reading([0, 0], [5, 12]), scales)).toBe(1.5);
  expect(scaledMaximum(reading([0, 0], [2, 12]), scales)).toBeCloseTo(1.2, 12);
});
