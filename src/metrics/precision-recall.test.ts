import fc from "fast-check";
import { expect, test } from "vitest";
import { f1At, meanPrecision } from "../../test/support/reference-metrics.ts";
import { confusionAt } from "./confusion.ts";
import { averagePrecision, f1Max, prCurve, trivialF1 } from "./precision-recall.ts";

/** Scores with ties and labels of which one at least is 1, as columns. */
const cases = fc
  .array(fc.tuple(fc.integer({ min: -6, max: 6 }), fc.integer({ min: 0, max: 1 })), {
    minLength: 1,
    maxLength: 40,
  })
  .filter((list) => list.some(([, label]) => label === 1))
  .map((list): [number[], number[]] => [list.map(([score]) => score), list.map(([, label]) => label)]);

test("prCurve begins at precision 1 and recall 0 and ends at the share of anomalous items", () => {
  const curve = prCurve([3, 2, 2, 1], [1, 0, 1, 0]);
  expect(Array.from(curve.thresholds)).toEqual([3, 2, 1, -Infinity]);
  expect(Array.from(curve.precisions)).toEqual([1, 1, 2 / 3, 1 / 2]);
  expect(Array.from(curve.recalls)).toEqual([0, 1 / 2, 1, 1]);
});

test("averagePrecision of ranks 1 and 3 is (1/1 + 2/3) / 2", () => {
  expect(averagePrecision([0.9, 0.5, 0.1], [1, 0, 1])).toBe((1 + 2 / 3) / 2);
});

test("averagePrecision of a constant score is the share of anomalous items", () => {
  expect(averagePrecision([7, 7, 7, 7], [0, 1, 0, 0])).toBe(0.25);
});

test("averagePrecision equals the mean precision at the anomalous items", () => {
  fc.assert(
    fc.property(cases, ([scores, labels]) => {
      expect(averagePrecision(scores, labels)).toBeCloseTo(meanPrecision(scores, labels), 13);
    }),
  );
});

test("f1Max reports the next lower score as its threshold", () => {
  expect(f1Max([3, 2, 1], [1, 1, 0])).toEqual({ f1: 1, threshold: 1 });
  expect(f1Max([5, 5, 4, 4], [1, 1, 0, 1])).toEqual({ f1: 6 / 7, threshold: -Infinity });
});

test("f1Max of equal ones takes the strictest threshold", () => {
  // above 3: 2/3; above 2: 2/4; above 1: 2/5; all four: 4/6
  expect(f1Max([4, 3, 2, 1], [1, 0, 0, 1])).toEqual({ f1: 2 / 3, threshold: 3 });
});

test("f1Max is reached at its threshold and no threshold beats it", () => {
  fc.assert(
    fc.property(cases, fc.double({ min: -8, max: 8, noNaN: true }), ([scores, labels], threshold) => {
      const best = f1Max(scores, labels);
      expect(confusionAt(scores, labels, best.threshold).f1).toBe(best.f1);
      expect(f1At(scores, labels, best.threshold)).toBeCloseTo(best.f1, 13);
      for (const other of [threshold, ...scores, -Infinity]) {
        expect(f1At(scores, labels, other)).toBeLessThanOrEqual(best.f1 + 1e-13);
      }
    }),
  );
});

test("trivialF1 is the F1 of calling everything anomalous", () => {
  expect(trivialF1([1, 1, 0])).toBe(0.8);
  fc.assert(
    fc.property(cases, ([scores, labels]) => {
      expect(trivialF1(labels)).toBe(confusionAt(scores, labels, -Infinity).f1);
      expect(trivialF1(labels)).toBeLessThanOrEqual(f1Max(scores, labels).f1);
    }),
  );
});

test("trivialF1 of 33 normal and 84 defective images is 168/201", () => {
  expect(trivialF1([...new Array(33).fill(0), ...new Array(84).fill(1)])).toBe(168 / 201);
});

test("one class alone is fine when it is the anomalous one", () => {
  expect(averagePrecision([1, 2], [1, 1])).toBe(1);
  expect(f1Max([1, 2], [1, 1])).toEqual({ f1: 1, threshold: -Infinity });
  expect(trivialF1([1])).toBe(1);
});

test.each([
  ["prCurve", prCurve],
  ["averagePrecision", averagePrecision],
  ["f1Max", f1Max],
] as const)("%s refuses labels without anomalies, NaN, odd labels and unequal lengths", (name, metric) => {
  expect(() => metric([1, 2], [0, 0])).toThrow(
    expect.objectContaining({
      name: "DataError",
      code: "E_ONE_CLASS",
      message: `${name}: expected at least one anomalous label, got 2 normal and 0 anomalous. Recall is undefined without anomalous items.`,
    }),
  );
  expect(() => metric([Number.NaN], [1])).toThrow(
    expect.objectContaining({
      code: "E_DATA",
      message: `${name}: expected scores to be numbers, got NaN at index 0.`,
    }),
  );
  expect(() => metric([1], [0.5])).toThrow(
    expect.objectContaining({
      code: "E_DATA",
      message: `${name}: expected labels of 0 (normal) or 1 (anomalous), got 0.5 at index 0.`,
    }),
  );
  expect(() => metric([1], [])).toThrow(
    expect.objectContaining({
      code: "E_SHAPE",
      message: `${name}: expected as many labels as scores, got 1 scores and 0 labels.`,
    }),
  );
});

test("trivialF1 refuses labels without anomalies and odd labels", () => {
  expect(() => trivialF1([0, 0])).toThrow(
    expect.objectContaining({
      code: "E_ONE_CLASS",
      message:
        "trivialF1: expected at least one anomalous label, got 2 normal and 0 anomalous. Recall is undefined without anomalous items.",
    }),
  );
  expect(() => trivialF1([1, -1])).toThrow(
    expect.objectContaining({
      code: "E_DATA",
      message: "trivialF1: expected labels of 0 (normal) or 1 (anomalous), got -1 at index 1.",
    }),
  );
});
