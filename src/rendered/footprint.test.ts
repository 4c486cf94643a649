import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { bentCurve, visitPatch, visitStroke } from "./footprint.ts";
import { blankSurface } from "./surface.ts";

const material = { highlight: [1, 1, 1], widthAlong: 1, widthAcross: 1, wrap: 0 } as const;
const surface = blankSurface({ width: 50, height: 50 }, 10, material); // 100 x 100 samples of 0.1 mm

test("a round patch has the samples whose middle lies within its radius, and rho grows from 0 to 1", () => {
  const round = { center: { x: 5, y: 5 }, radius: 2, aspect: 1, angle: 0, irregularity: 0 };
  const rhos: number[] = [];
  visitPatch(surface, round, new Random(1), (_, rho) => rhos.push(rho));
  const isInside = (_: unknown, i: number) => Math.hypot((i % 100) - 49.5, Math.floor(i / 100) - 49.5) < 20;
  expect(rhos).toHaveLength(Array.from({ length: 100 * 100 }, isInside).filter(Boolean).length);
  expect(Math.min(...rhos)).toBeLessThan(0.05);
  expect(Math.max(...rhos)).toBeLessThan(1);
});

test("a patch smaller than a sample still has one, and one at the edge stays inside", () => {
  const tiny = { center: { x: 5.05, y: 5.05 }, radius: 0.001, aspect: 0.3, angle: 0.4, irregularity: 0.5 };
  const samples: number[] = [];
  visitPatch(surface, tiny, new Random(2), (sample) => samples.push(sample));
  expect(samples).toContain(50 * 100 + 50);
  const corner = { ...tiny, center: { x: 0, y: 0 }, radius: 1 };
  visitPatch(surface, corner, new Random(2), (sample) => {
    expect(sample % 100).toBeLessThan(16);
    expect(Math.floor(sample / 100)).toBeLessThan(16);
  });
});

test("a straight stroke covers its length times its width, visits no sample twice, and knows its direction", () => {
  const samples: number[] = [];
  const curve = bentCurve({ x: 5, y: 5 }, 6, 0, 0);
  visitStroke(surface, curve, 0.5, (sample, distance, position, direction) => {
    samples.push(sample);
    expect(distance).toBeLessThan(0.5);
    expect(position).toBeGreaterThanOrEqual(0);
    expect(position).toBeLessThanOrEqual(1);
    expect(direction.x).toBeCloseTo(1, 9);
  });
  expect(new Set(samples).size).toBe(samples.length);
  expect(samples.length * 0.01).toBeCloseTo(6 * 1 + Math.PI * 0.25, 1); // with round ends
});

test("a bent curve goes through its middle and bows sideways by its bend", () => {
  const curve = bentCurve({ x: 1, y: 2 }, 10, 0, 0.2);
  expect(curve[12]).toEqual({ x: 1, y: 2 });
  expect(curve[0]?.x).toBeCloseTo(-4, 9);
  expect(curve[0]?.y).toBeCloseTo(2 - 2, 9);
});
