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

test("groups are never divided, and as many images are held out as whole groups allow", () => {
  const options = fc.record({
    groups: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 2, maxLength: 60 }),
    seed: fc.nat(1e6),
  });
  fc.assert(
    fc.property(options, ({ groups, seed }) => {
      fc.pre(new Set(groups).size > 1);
      const { train, calibration } = holdOut(groups.length, {
        groups,
        fraction: 0.3,
        random: new Random(seed),
      });
      const sides = (part: readonly number[]) => new Set(part.map((i) => groups[i]));
      expect([...sides(train)].filter((group) => sides(calibration).has(group))).toEqual([]);
      expect(train.length + calibration.length).toBe(groups.length);
      expect(train.length).toBeGreaterThan(0);
      expect(calibration.length).toBeGreaterThan(0);
    }),
  );
  const pairs = Array.from({ length: 40 }, (_, i) => Math.floor(i / 2));
  expect(holdOut(40, { groups: pairs, fraction: 0.3, random: new Random(1) }).calibration).toHaveLength(12);
});

test("images that all belong together cannot be split", () => {
  expect(() => holdOut(3, { groups: [0, 0, 0], random: new Random(0) })).toThrow(/got 3 of one group/);
});
