import { expect, test } from "vitest";
import { oddScore } from "./odd-score.ts";

const usual = [0.3, 0.5, 0.2, 0.7, 0.4, 0.6, 0.35, 0.45, 0.72, 0.54, 0.25]; // median 0.45 of these, 0.5 with one more above

test("a score more than three times as far above the median as the next one is odd", () => {
  expect(oddScore([...usual, 2.6], "auto")).toBe(11);
  expect(oddScore([2.6, ...usual], "auto")).toBe(0);
  expect(oddScore([...usual, 0.5 + 3.05 * 0.22], "auto")).toBe(11);
  expect(oddScore([...usual, 0.5 + 2.95 * 0.22], "auto")).toBeNull();
});

test("two that stand out alike are not odd, nor are scores that are all the same", () => {
  expect(oddScore([...usual, 2.6, 2.5], "auto")).toBeNull();
  expect(oddScore(new Array<number>(12).fill(1), "auto")).toBeNull();
});

test("fewer than ten scores say nothing, and the others have to support the rate", () => {
  expect(oddScore([...usual.slice(0, 8), 9], "auto")).toBeNull();
  expect(oddScore([...usual, 2.6], 0.1)).toBe(11); // 11 scores are left: 1/12 <= 0.1
  expect(oddScore([...usual, 2.6], 0.08)).toBeNull(); // they do not support 0.08
});
