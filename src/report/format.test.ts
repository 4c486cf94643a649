import { expect, test } from "vitest";
import { absent, formatCount, formatMetric, formatPercent, formatScore, formatSeconds } from "./format.ts";

test("a metric has three decimals and is never rounded up to 1", () => {
  expect([0, 0.12345, 0.9994, 1].map(formatMetric)).toEqual(["0.000", "0.123", "0.999", "1.000"]);
  expect(formatMetric(0.99951)).toBe("> 0.999");
});

test("a figure that does not exist is a dash in every format", () => {
  for (const format of [formatMetric, formatScore, formatPercent, formatSeconds]) {
    expect([null, undefined, Number.NaN].map(format)).toEqual([absent, absent, absent]);
  }
});

test("a score has at most four significant digits", () => {
  expect([0.123456, 12345.6, 2, -0.5, 1e-9].map(formatScore)).toEqual([
    "0.1235",
    "12350",
    "2",
    "-0.5",
    "1e-9",
  ]);
});

test("a share is a percentage, and only 0 and 1 themselves look like it", () => {
  const cases = [0, 0.0004, 0.0123, 0.256, 0.955, 0.9996, 1];
  expect(cases.map((share) => formatPercent(share).replace("\u00a0", " "))).toEqual([
    "0 %",
    "< 0.1 %",
    "1.2 %",
    "26 %",
    "95.5 %",
    "> 99.9 %",
    "100 %",
  ]);
});

test("seconds below one are milliseconds", () => {
  expect([0.01234, 0.5, 1, 75.25].map(formatSeconds)).toEqual([
    "12.3\u00a0ms",
    "500\u00a0ms",
    "1\u00a0s",
    "75.3\u00a0s",
  ]);
});

test("a count agrees with its noun", () => {
  expect(formatCount(1, "image")).toBe("1\u00a0image");
  expect(formatCount(0, "image")).toBe("0\u00a0images");
  expect(formatCount(2, "class", "classes")).toBe("2\u00a0classes");
});
