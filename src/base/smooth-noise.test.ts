import { expect, test } from "vitest";
import { Random } from "./random.ts";
import { fractalNoise, SmoothNoise, smoothStep } from "./smooth-noise.ts";

test("smooth noise stays within [-1, 1], repeats after 256 units and has no jumps", () => {
  const noise = new SmoothNoise(new Random(3));
  const values = Array.from({ length: 4000 }, (_, i) => noise.at(i * 0.01 - 20, 7.3));
  expect(Math.max(...values)).toBeLessThanOrEqual(1);
  expect(Math.min(...values)).toBeGreaterThanOrEqual(-1);
  expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(0.8);
  const steps = values.slice(1).map((value, i) => Math.abs(value - (values[i] ?? 0)));
  expect(Math.max(...steps)).toBeLessThan(2 * 1.5 * 0.01 + 1e-9); // range 2, steepest slope of the cubic 1.5
  expect(noise.at(1.5, 2.25)).toBeCloseTo(noise.at(257.5, 258.25), 9);
});

test("smoothStep runs from 0 to 1 and, with its ends swapped, from 1 to 0", () => {
  expect([0, 1, 1.5, 2, 3].map((value) => smoothStep(1, 2, value))).toEqual([0, 0, 0.5, 1, 1]);
  expect([0, 1.5, 3].map((value) => smoothStep(2, 1, value))).toEqual([1, 0.5, 0]);
});

test("fractal noise of one octave has the features asked for, and more octaves add finer ones", () => {
  const turns = (cells: number, octaves: number) => {
    const noise = fractalNoise(cells, octaves, new Random(5));
    const rises = Array.from({ length: 2000 }, (_, i) => noise((i + 1) / 2001, 0.4) > noise(i / 2001, 0.4));
    return rises.filter((rise, i) => i > 0 && rise !== rises[i - 1]).length;
  };
  expect(turns(40, 1)).toBeGreaterThan(10);
  expect(turns(40, 1)).toBeLessThan(40);
  expect(turns(40, 3)).toBeGreaterThan(1.5 * turns(40, 1));
});
