import fc from "fast-check";
import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { holdOut } from "./split.ts";

test("a fifth is held out by default, and the seed decides which", () => {
  const split = holdOut(209, { random: new Random(7) });
  expect(split.calibration).toHaveLength(42);
  expect(holdOut(209, { random: new Random(7) })).toEqual(split);
  expect(holdOut(209, { random: new Random(8) }).calibration).not.toEqual(split.calibration);
});

test("two images are one and one; the minimum leaves one to learn from", () => {
  const random = new Random(0);
  expect(holdOut(2, { random }).train).toHaveLength(1);
  expect(holdOut(50, { random, minimum: 20 }).calibration).toHaveLength(20);
  expect(holdOut(5, { random, minimum: 20 }).calibration).toHaveLength(4);
});

test("every index is in exactly one part, and each part is ascending and not empty", () => {
  const options = fc.record({
    count: fc.integer({ min: 2, max: 300 }),
    percent: fc.integer({ min: 1, max: 99 }),
    seed: fc.nat(1e6),
  });
  fc.assert(
    fc.property(options, ({ count, percent, seed }) => {
      const { train, calibration } = holdOut(count, { fraction: percent / 100, random: new Random(seed) });
      expect([...train, ...calibration].sort((a, b) => a - b)).toEqual(
        Array.from({ length: count }, (_, i) => i),
      );
      for (const part of [train, calibration]) {
        expect(part.length).toBeGreaterThan(0);
        expect(part).toEqual([...part].sort((a, b) => a - b));
      }
    }),
  );
});

test("one image is too few, and options out of range are refused", () => {
  const random = new Random(0);
  const codeOf = (action: () => unknown): unknown => {
    try {
      action();
    } catch (error) {
      return error;
    }
    return null;
  };
  expect(codeOf(() => holdOut(1, { random }))).toMatchObject({
    code: "E_DATA",
    message:
      "holdOut: expected at least 2 good images (1 to learn from, 1 to calibrate with), got 1. Add more good images.",
  });
  expect(codeOf(() => holdOut(9, { random, fraction: 1 }))).toMatchObject({ code: "E_OPTION" });
  expect(codeOf(() => holdOut(9, { random, minimum: 0 }))).toMatchObject({ code: "E_OPTION" });
  expect(codeOf(() => holdOut(2.5, { random }))).toMatchObject({ code: "E_OPTION" });
});
