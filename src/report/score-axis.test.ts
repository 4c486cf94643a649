import fc from "fast-check";
import { expect, test } from "vitest";
import { scoreAxis, scoreBins } from "./score-axis.ts";

test("a linear axis shows all scores and the threshold with 2 % of margin", () => {
  expect(scoreAxis([1, 2, 3], 6)).toEqual({ type: "linear", domain: [0.9, 6.1] });
});

test("a few scores far above the rest make the axis logarithmic, unless one is not above 0", () => {
  expect(scoreAxis([1, 1, 1, 40], 2)).toEqual({ type: "log", domain: [1 / 1.1, 40 * 1.1] });
  expect(scoreAxis([0, 1, 1, 40], 2).type).toBe("linear");
});

test("one score alone, none, and values that are not finite still give an axis", () => {
  expect(scoreAxis([2], 2).domain).toEqual([0, 4]);
  expect(scoreAxis([0], 0).domain).toEqual([-1, 1]);
  expect(scoreAxis([], Infinity).domain).toEqual([-0.02, 1.02]);
  expect(scoreAxis([], 0.5)).toEqual({ type: "linear", domain: [0, 1] });
  expect(scoreAxis([1, Number.NaN, Infinity, 3], 2).domain).toEqual([0.96, 3.04]);
});

test("a bin begins at the threshold, which itself is below it", () => {
  const bins = scoreBins([1, 2, 2.5, 4], { type: "linear", domain: [0, 4] }, 2, 4);
  expect(bins).toEqual([
    { low: 0, high: 1, count: 1 },
    { low: 1, high: 2, count: 1 },
    { low: 2, high: 3, count: 1 },
    { low: 3, high: 4, count: 1 },
  ]);
});

test("every score is in one bin, on its side of the threshold", () => {
  const value = fc.double({ min: 0.001, max: 1000, noNaN: true });
  const scores = fc.array(value, { minLength: 1, maxLength: 40 });
  const nextTo: [number[], number] = [[0.0010000000000000002, 0.001], 0.001]; // a rounding error apart
  fc.assert(
    fc.property(scores, value, (values, threshold) => {
      const bins = scoreBins(values, scoreAxis(values, threshold), threshold, 20);
      const above = bins.filter((bin) => bin.low >= threshold);
      const sum = (list: typeof bins) => list.reduce((total, bin) => total + bin.count, 0);
      expect(sum(bins)).toBe(values.length);
      expect(sum(above)).toBe(values.filter((score) => score > threshold).length);
    }),
    { examples: [nextTo] },
  );
});
