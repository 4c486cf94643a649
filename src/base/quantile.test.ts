import { expect, test } from "vitest";
import { median, quantile } from "./quantile.ts";

test("the middle value is the upper of two, in whatever order they come", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median(new Set([4, 1, 3, 2]))).toBe(3);
  expect(median([])).toBe(0);
});

test("quantiles are values that are there, and the values stay as they are", () => {
  const values = Float32Array.of(40, 10, 30, 20);
  expect([0, 0.25, 0.5, 0.99, 1].map((q) => quantile(values, q))).toEqual([10, 20, 30, 40, 40]);
  expect([...values]).toEqual([40, 10, 30, 20]);
});
