import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { conformalPValue, conformalThreshold, contaminationThreshold } from "./calibration.ts";

/** Scores with heavy ties, or nearly none. */
const scoreLists = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 60 }),
  fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 }),
);

describe("conformalPValue", () => {
  test("counts calibration scores no lower, and the item itself", () => {
    expect(conformalPValue(5, [1, 2, 3])).toBe(1 / 4);
    expect(conformalPValue(2, [1, 2, 3])).toBe(3 / 4);
    expect(conformalPValue(0, [1, 2, 3])).toBe(1);
    expect(conformalPValue(0, [])).toBe(1);
    expect(conformalPValue(Infinity, new Float32Array(9))).toBe(1 / 10);
  });

  test("refuses NaN and calibration scores that are not finite", () => {
    expect(() => conformalPValue(Number.NaN, [1])).toThrow(
      expect.objectContaining({
        name: "DataError",
        code: "E_DATA",
        message: "conformalPValue: expected score to be a number, got NaN.",
      }),
    );
    expect(() => conformalPValue(1, [1, Infinity])).toThrow(
      expect.objectContaining({
        code: "E_DATA",
        message: "conformalPValue: expected finite scores, got Infinity at index 1.",
      }),
    );
  });
});

describe("conformalThreshold", () => {
  test("is the ⌈(n + 1)(1 - a)⌉-th smallest score", () => {
    const scores = [4, 1, 3, 2];
    expect(conformalThreshold(scores, 0.2).threshold).toBe(4); // ⌈5 · 0.8⌉ = 4
    expect(conformalThreshold(scores, 0.39).threshold).toBe(4); // ⌈3.05⌉ = 4
    expect(conformalThreshold(scores, 0.4).threshold).toBe(3); // ⌈3⌉ = 3
    expect(conformalThreshold(scores, 0.99).threshold).toBe(1); // ⌈0.05⌉ = 1
    expect(conformalThreshold(scores, 0.4)).toEqual({
      threshold: 3,
      falseAlarmRate: 0.4,
      calibrationCount: 4,
    });
    expect(scores).toEqual([4, 1, 3, 2]);
  });

  test("accepts 1/(n + 1) and its multiples for all n, however they round", () => {
    for (let n = 1; n <= 1000; n++) {
      const scores = Float64Array.from({ length: n }, (_, i) => i);
      expect(conformalThreshold(scores, 1 / (n + 1)).threshold).toBe(n - 1);
      const j = Math.ceil(n / 3);
      expect(conformalThreshold(scores, j / (n + 1)).threshold).toBe(n - j);
    }
  });

  test("auto takes 0.05 from 19 scores on, and 1/(n + 1) below", () => {
    const rate = (n: number) => conformalThreshold(new Float64Array(n), "auto").falseAlarmRate;
    expect([rate(1), rate(10), rate(18), rate(19), rate(20), rate(5000)]).toEqual([
      1 / 2,
      1 / 11,
      1 / 19,
      0.05,
      0.05,
      0.05,
    ]);
    const many = Float64Array.from({ length: 199 }, (_, i) => i);
    expect(conformalThreshold(many, "auto").threshold).toBe(189); // ten of 200 may lie above
  });

  test("raises alarm exactly when the p-value is at most the rate, ties included", () => {
    const rates = fc.integer({ min: 1, max: 996 });
    fc.assert(
      fc.property(
        scoreLists,
        fc.double({ min: -1, max: 7, noNaN: true }),
        rates,
        fc.nat(),
        (scores, other, k, j) => {
          const n = scores.length;
          // k/997 is never within rounding of a multiple of 1/(n + 1); j/(n + 1) always is one
          for (const rate of [Math.max(k / 997, 1 / (n + 1)), (1 + (j % n)) / (n + 1)]) {
            const { threshold } = conformalThreshold(scores, rate);
            for (const score of [other, ...scores, threshold, -Infinity, Infinity]) {
              expect(score > threshold).toBe(conformalPValue(score, scores) <= rate);
            }
          }
        },
      ),
    );
  });

  test.each([
    ["distinct scores", (random: Random) => random.normal()],
    ["scores in few ties", (random: Random) => Math.floor(3 * Math.abs(random.normal()))],
  ])("keeps the false alarm rate over many draws of %s", (_, draw) => {
    const random = new Random(2025);
    const draws = 4000;
    for (const [n, rate] of [
      [19, 0.05],
      [25, 0.1],
      [60, 0.2],
    ] as const) {
      let alarms = 0;
      for (let i = 0; i < draws; i++) {
        const normals = Float64Array.from({ length: n }, () => draw(random));
        if (draw(random) > conformalThreshold(normals, rate).threshold) alarms++;
      }
      const margin = 3 * Math.sqrt((rate * (1 - rate)) / draws); // three standard deviations
      expect(alarms / draws).toBeLessThanOrEqual(rate + margin);
      if (_ === "distinct scores") {
        const exact = Math.floor((n + 1) * rate + 1e-9) / (n + 1);
        expect(Math.abs(alarms / draws - exact)).toBeLessThanOrEqual(margin);
      }
    }
  });

  test("refuses a rate the sample cannot support, and says which it can and what it takes", () => {
    expect(() => conformalThreshold(new Float64Array(30), 0.01)).toThrow(
      expect.objectContaining({
        name: "DataError",
        code: "E_FALSE_ALARM_RATE",
        message:
          'conformalThreshold: expected falseAlarmRate >= 0.032259 (1/(30 + 1)) with 30 held-out normal scores, got 0.01. Use "auto", or hold out at least 99 normals.',
      }),
    );
  });

  test("accepts the rate and the number of normals that its refusal names", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.double({ min: 0.001, max: 0.9, noNaN: true }),
        (n, rate) => {
          fc.pre(rate < 0.999 / (n + 1));
          let message = "";
          try {
            conformalThreshold(new Float64Array(n), rate);
          } catch (error) {
            message = String(error);
          }
          const [, smallest = "", needed = ""] =
            /rate >= ([\d.]+) .* at least (\d+) normals/i.exec(message) ?? [];
          expect(conformalThreshold(new Float64Array(n), Number(smallest)).calibrationCount).toBe(n);
          expect(conformalThreshold(new Float64Array(Number(needed)), rate).falseAlarmRate).toBe(rate);
          expect(() => conformalThreshold(new Float64Array(Number(needed) - 1), rate)).toThrow();
        },
      ),
    );
  });

  test("refuses other rates, no scores and scores that are not finite", () => {
    for (const [rate, text] of [
      [0, "0"],
      [1, "1"],
      [Number.NaN, "NaN"],
      ["automatic", '"automatic" (string)'],
    ] as const) {
      // @ts-expect-error a text other than "auto" is no rate
      expect(() => conformalThreshold([1], rate)).toThrow(
        expect.objectContaining({
          name: "OptionError",
          code: "E_OPTION",
          message: `falseAlarmRate: expected "auto" or a number > 0 and < 1, got ${text}.`,
        }),
      );
    }
    expect(() => conformalThreshold([], "auto")).toThrow(
      expect.objectContaining({
        code: "E_DATA",
        message: "conformalThreshold: expected at least one calibration score, got none.",
      }),
    );
    expect(() => conformalThreshold([1, Number.NaN], "auto")).toThrow(
      expect.objectContaining({
        code: "E_DATA",
        message: "conformalThreshold: expected finite scores, got NaN at index 1.",
      }),
    );
  });
});

describe("contaminationThreshold", () => {
  test("is the interpolated quantile of the scores", () => {
    expect(contaminationThreshold([5, 4, 3, 2, 1], 0.25)).toBe(4);
    expect(contaminationThreshold([0, 1], 0.25)).toBe(0.75);
    expect(contaminationThreshold([7], 0.1)).toBe(7);
    expect(contaminationThreshold([1, 2, 3], 0.5)).toBe(2);
  });

  test("leaves at most the stated share of the scores above", () => {
    fc.assert(
      fc.property(scoreLists, fc.double({ min: 0.01, max: 0.5, noNaN: true }), (scores, contamination) => {
        const threshold = contaminationThreshold(scores, contamination);
        const above = scores.filter((score) => score > threshold).length;
        expect(above).toBeLessThanOrEqual(Math.ceil(contamination * (scores.length - 1)) + 1e-9);
      }),
    );
  });

  test("refuses a contamination outside (0, 0.5], no scores and scores that are not finite", () => {
    expect(() => contaminationThreshold([1], 0.6)).toThrow(
      expect.objectContaining({
        code: "E_OPTION",
        message: "contamination: expected a finite number > 0 and <= 0.5, got 0.6.",
      }),
    );
    expect(() => contaminationThreshold([], 0.1)).toThrow(
      expect.objectContaining({
        code: "E_DATA",
        message: "contaminationThreshold: expected at least one score, got none.",
      }),
    );
    expect(() => contaminationThreshold([-Infinity], 0.1)).toThrow(
      expect.objectContaining({
        code: "E_DATA",
        message: "contaminationThreshold: expected finite scores, got -Infinity at index 0.",
      }),
    );
  });
});
