import { describe, expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { ConformalMartingale } from "./conformal-martingale.ts";

/** Scores whose distribution is uneven and has ties. */
const score = (random: Random): number => Math.round(100 * Math.exp(random.uniform())) / 100;

describe("the conformal test martingale", () => {
  test("has the pencil case: one number above a reference of three, then one below", () => {
    const half = { uniform: () => 0.5 };
    const martingale = new ConformalMartingale([1, 2, 3], half);
    expect(martingale.add(4)).toBe(0.5 / 4);
    // Each third jumps to a third of everything: unchanged; then bets of -1, 0, 1 at p - 1/2 = -3/8.
    expect(martingale.value).toBeCloseTo((1.375 + 1 + 0.625) / 3, 12);
    expect(martingale.add(0)).toBe(4.5 / 5);
    const [low, flat, high] = [1.375, 1, 0.625].map((part) => (0.99 * part) / 3 + 0.01 / 3);
    expect(martingale.value).toBeCloseTo(low! * 0.6 + flat! + high! * 1.4, 12);
  });

  test("has p-values that count the larger ones, ties in part", () => {
    const uniforms = [0, 1];
    const random = { uniform: () => uniforms.shift() ?? 0 };
    const martingale = new ConformalMartingale([1, 2, 2, 3], random);
    expect(martingale.add(2)).toBe(1 / 5);
    expect(martingale.add(2)).toBe((1 + 4) / 6);
  });

  test("exceeds 20 in at most 5 % of 400 steady streams of 1000", () => {
    let alarms = 0;
    for (let stream = 0; stream < 400; stream++) {
      const random = new Random(stream);
      const reference = Array.from({ length: 19 }, () => score(random));
      const martingale = new ConformalMartingale(reference, random);
      for (let i = 0; i < 1000; i++) martingale.add(score(random));
      if (martingale.largest > 20) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(20);
  });

  test("its p-values on a steady stream are uniform", () => {
    const random = new Random(1);
    const martingale = new ConformalMartingale([], random);
    const bins = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) bins[Math.min(9, Math.floor(10 * martingale.add(score(random))))]!++;
    const chiSquared = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquared).toBeLessThan(21.67); // 99 % of a chi-squared with 9 degrees of freedom
  });

  test.each([
    ["up", 0.3],
    ["down", -0.3],
  ])("exceeds 100 soon after scores drift %s", (_, shift) => {
    let missed = 0;
    for (let stream = 0; stream < 50; stream++) {
      const random = new Random(1000 + stream);
      const martingale = new ConformalMartingale(
        Array.from({ length: 50 }, () => score(random)),
        random,
      );
      for (let i = 0; i < 300; i++) martingale.add(score(random));
      for (let i = 0; i < 300; i++) martingale.add(score(random) + shift * 1.7);
      if (martingale.largest <= 100) missed++;
    }
    expect(missed).toBe(0);
  });

  test("refuses what is not finite", () => {
    const martingale = new ConformalMartingale([], new Random(0));
    expect(() => martingale.add(Number.NaN)).toThrow(expect.objectContaining({ code: "E_OPTION" }));
    expect(() => new ConformalMartingale([Infinity], new Random(0))).toThrow(
      expect.objectContaining({ code: "E_OPTION" }),
    );
  });
});
