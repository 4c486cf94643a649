import fc from "fast-check";
import { expect, test } from "vitest";
import { pairCountingAuroc } from "../../test/support/reference-metrics.ts";
import { Random } from "../base/random.ts";
import { auroc, rocCurve } from "./roc.ts";

/** Scores with ties and labels with both classes, as [score, label] rows. */
const rows = fc
  .array(fc.tuple(fc.integer({ min: -6, max: 6 }), fc.integer({ min: 0, max: 1 })), {
    minLength: 2,
    maxLength: 40,
  })
  .filter((list) => new Set(list.map(([, label]) => label)).size === 2);

function columns(list: readonly (readonly [number, number])[]): [number[], number[]] {
  return [list.map(([score]) => score), list.map(([, label]) => label)];
}

test("auroc of four points is 3 of 4 pairs", () => {
  // anomalous .35 beats .1 but not .4; anomalous .8 beats both
  expect(auroc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])).toBe(0.75);
});

test("auroc counts a tie as half a pair", () => {
  expect(auroc([1, 1], [0, 1])).toBe(0.5);
  expect(auroc([2, 1, 1], [1, 1, 0])).toBe(0.75);
});

test("auroc orders infinite scores", () => {
  expect(auroc([Infinity, 0, -Infinity, Infinity], [1, 1, 0, 0])).toBe((0.5 + 1 + 0 + 1) / 4);
});

test("rocCurve of three points steps at each distinct score and ends at -Infinity", () => {
  const curve = rocCurve(Float64Array.of(3, 2, 2, 1), Uint8Array.of(1, 0, 1, 0));
  expect(Array.from(curve.thresholds)).toEqual([3, 2, 1, -Infinity]);
  expect(Array.from(curve.truePositiveRates)).toEqual([0, 0.5, 1, 1]);
  expect(Array.from(curve.falsePositiveRates)).toEqual([0, 0, 0.5, 1]);
});

test("rocCurve takes -0 and 0 for one score, called 0", () => {
  expect(Array.from(rocCurve([-0, 0], [0, 1]).thresholds)).toEqual([0, -Infinity]);
});

test("rocCurve holds the rates of score > threshold at each of its thresholds", () => {
  fc.assert(
    fc.property(rows, (list) => {
      const curve = rocCurve(...columns(list));
      for (const [i, threshold] of curve.thresholds.entries()) {
        for (const label of [0, 1]) {
          const members = list.filter((row) => row[1] === label);
          const rate = members.filter(([score]) => score > threshold).length / members.length;
          expect((label === 1 ? curve.truePositiveRates : curve.falsePositiveRates)[i]).toBe(rate);
        }
      }
    }),
  );
});

test("auroc is the trapezoid area under rocCurve", () => {
  fc.assert(
    fc.property(rows, (list) => {
      const { falsePositiveRates: x, truePositiveRates: y } = rocCurve(...columns(list));
      let area = 0;
      let [fromX, fromY] = [0, 0];
      for (const [i, toX] of x.entries()) {
        const toY = y[i] ?? Number.NaN;
        area += ((toX - fromX) * (fromY + toY)) / 2;
        [fromX, fromY] = [toX, toY];
      }
      expect(auroc(...columns(list))).toBeCloseTo(area, 12);
    }),
  );
});

test("auroc equals pair counting", () => {
  fc.assert(
    fc.property(rows, (list) => {
      expect(auroc(...columns(list))).toBe(pairCountingAuroc(...columns(list)));
    }),
  );
});

test("auroc does not change under strictly rising maps of the scores", () => {
  fc.assert(
    fc.property(rows, (list) => {
      const [scores, labels] = columns(list);
      const mapped = scores.map((score) => Math.exp(score / 3) - 7);
      expect(auroc(mapped, labels)).toBe(auroc(scores, labels));
    }),
  );
});

test("auroc does not depend on the order of the items", () => {
  fc.assert(
    fc.property(rows, fc.nat(), (list, seed) => {
      const order = new Random(seed).permutation(list.length);
      const shuffled = Array.from(order).flatMap((i) => list.slice(i, i + 1));
      expect(auroc(...columns(shuffled))).toBe(auroc(...columns(list)));
    }),
  );
});

test("auroc of negated scores is its complement", () => {
  fc.assert(
    fc.property(rows, (list) => {
      const [scores, labels] = columns(list);
      const negated = scores.map((score) => -score);
      expect(auroc(negated, labels)).toBeCloseTo(1 - auroc(scores, labels), 14);
    }),
  );
});

test.each([
  ["auroc", auroc, "AUROC"],
  ["rocCurve", rocCurve, "A ROC curve"],
] as const)("%s refuses one class, NaN, odd labels and unequal lengths", (name, metric, noun) => {
  expect(() => metric([1, 2, 3], [0, 0, 0])).toThrow(
    expect.objectContaining({
      name: "DataError",
      code: "E_ONE_CLASS",
      message: `${name}: expected both classes in labels, got 3 normal and 0 anomalous. ${noun} is undefined for one class.`,
    }),
  );
  expect(() => metric([], [])).toThrow(
    expect.objectContaining({
      code: "E_ONE_CLASS",
      message: `${name}: expected both classes in labels, got 0 normal and 0 anomalous. ${noun} is undefined for one class.`,
    }),
  );
  expect(() => metric([1, Number.NaN], [0, 1])).toThrow(
    expect.objectContaining({
      name: "DataError",
      code: "E_DATA",
      message: `${name}: expected scores to be numbers, got NaN at index 1.`,
    }),
  );
  expect(() => metric([1, 2], [0, 2])).toThrow(
    expect.objectContaining({
      code: "E_DATA",
      message: `${name}: expected labels of 0 (normal) or 1 (anomalous), got 2 at index 1.`,
    }),
  );
  expect(() => metric([1, 2, 3], [0, 1])).toThrow(
    expect.objectContaining({
      name: "ShapeError",
      code: "E_SHAPE",
      message: `${name}: expected as many labels as scores, got 3 scores and 2 labels.`,
    }),
  );
});
