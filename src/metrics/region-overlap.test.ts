import fc from "fast-check";
import { expect, test } from "vitest";
import { bruteForceAupro } from "../../test/support/reference-metrics.ts";
import type { ScoredMap } from "./pixel-ranking.ts";
import { aupro, regionOverlapCurve } from "./region-overlap.ts";

/**
 * Two regions, {9} and {7, 3}, and normal pixels {8, 5, 5, 2}. From high to low:
 * 9: overlap (1 + 0)/2 = 1/2, rate 0; 8: rate 1/4; 7: overlap 3/4; 5 (twice): rate 3/4; 3: overlap 1; 2: rate 1.
 */
const pencil: ScoredMap[] = [
  { map: Float32Array.of(9, 5, 7, 5, 8, 3), mask: Uint8Array.of(1, 0, 1, 0, 0, 1), width: 3, height: 2 },
  { map: Float32Array.of(2), mask: null, width: 1, height: 1 },
];

/** One to three small maps with heavy ties that hold both classes. */
const images: fc.Arbitrary<ScoredMap[]> = fc
  .array(
    fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })).chain(([width, height]) =>
      fc.record({
        map: fc
          .array(fc.constantFrom(-2, -0.5, -0, 0, 0.25, 1, 3, 1e30, Infinity, -Infinity), {
            minLength: width * height,
            maxLength: width * height,
          })
          .map((values) => Float32Array.from(values)),
        mask: fc.option(fc.uint8Array({ minLength: width * height, maxLength: width * height, max: 1 })),
        width: fc.constant(width),
        height: fc.constant(height),
      }),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .filter((list) => {
    const labels = list.flatMap(({ map, mask }) => Array.from(mask ?? new Uint8Array(map.length)));
    return labels.includes(0) && labels.includes(1);
  });

test("regionOverlapCurve of two regions and four normal pixels matches the pencil", () => {
  const curve = regionOverlapCurve(pencil);
  expect(Array.from(curve.thresholds)).toEqual([9, 8, 7, 5, 3, 2, -Infinity]);
  expect(Array.from(curve.falsePositiveRates)).toEqual([0, 0, 1 / 4, 1 / 4, 3 / 4, 3 / 4, 1]);
  expect(Array.from(curve.overlaps)).toEqual([0, 1 / 2, 1 / 2, 3 / 4, 3 / 4, 1, 1]);
});

test.each([
  [0.2, 1 / 2], // 0.2 · 1/2
  [0.25, 1 / 2],
  [0.5, 5 / 8], // (1/4 · 1/2 + 1/4 · 3/4) / (1/2)
  [1, 3 / 4], // 1/4 · 1/2 + 1/2 · 3/4 + 1/4 · 1
])("aupro to a false positive rate of %d is %d", (falsePositiveRateLimit, expected) => {
  expect(aupro(pencil, { falsePositiveRateLimit })).toBeCloseTo(expected, 14);
});

test("aupro integrates to 0.3 by default: (1/4 · 1/2 + 1/20 · 3/4) / 0.3", () => {
  expect(aupro(pencil)).toBeCloseTo((0.125 + 0.0375) / 0.3, 14);
});

test("aupro interpolates on a sloped step at the limit", () => {
  // one tie of everything: the line from (0, 0) to (1, 1); up to L its area is L²/2
  const flat = { map: new Float32Array(4), mask: Uint8Array.of(1, 0, 0, 0), width: 2, height: 2 };
  expect(aupro([flat])).toBeCloseTo(0.15, 14);
  // a tie of the defect with half of the normal pixels: (0, 0) to (1/2, 1), then (1, 1); slope 2 up to 0.3
  const half = { map: Float32Array.of(1, 1, 0), mask: Uint8Array.of(1, 0, 0), width: 3, height: 1 };
  expect(aupro([half])).toBeCloseTo(0.3, 14);
});

test("aupro weighs a small region like a large one", () => {
  const mask = Uint8Array.of(1, 0, 1, 1, 1, 1, 0);
  const found = Float32Array.of(0, 1, 2, 2, 2, 2, 1); // the large region only
  expect(aupro([{ map: found, mask, width: 7, height: 1 }])).toBeCloseTo(0.5, 14);
});

test("aupro takes -0 and 0 for one score", () => {
  const image = { map: Float32Array.of(-0, 0), mask: Uint8Array.of(1, 0), width: 2, height: 1 };
  expect(regionOverlapCurve([image]).thresholds.length).toBe(2);
  expect(aupro([image])).toBeCloseTo(0.15, 14);
});

test("aupro equals recounting at every score", () => {
  fc.assert(
    fc.property(images, fc.double({ min: 0.01, max: 1, noNaN: true }), (list, falsePositiveRateLimit) => {
      const expected = bruteForceAupro(list, falsePositiveRateLimit);
      expect(aupro(list, { falsePositiveRateLimit })).toBeCloseTo(expected, 12);
    }),
    { numRuns: 300 },
  );
});

test("aupro refuses one class, NaN, wrong extents and a limit outside (0, 1]", () => {
  const normal = { map: new Float32Array(2), mask: null, width: 2, height: 1 };
  expect(() => aupro([normal])).toThrow(
    expect.objectContaining({
      name: "DataError",
      code: "E_ONE_CLASS",
      message:
        "aupro: expected both classes in mask pixels, got 2 normal and 0 anomalous. AUPRO is undefined for one class.",
    }),
  );
  expect(() => regionOverlapCurve([{ ...normal, mask: Uint8Array.of(1, 1) }])).toThrow(
    expect.objectContaining({
      code: "E_ONE_CLASS",
      message:
        "regionOverlapCurve: expected both classes in mask pixels, got 0 normal and 2 anomalous. A region overlap curve is undefined for one class.",
    }),
  );
  expect(() => aupro([{ ...normal, map: Float32Array.of(0, Number.NaN) }])).toThrow(
    expect.objectContaining({
      code: "E_DATA",
      message: "aupro: expected map scores to be numbers, got NaN at pixel 1.",
    }),
  );
  expect(() => aupro([{ ...normal, height: 2 }])).toThrow(
    expect.objectContaining({
      name: "ShapeError",
      code: "E_SHAPE",
      message: "aupro: expected a map of 2 x 2 = 4 pixels, got 2.",
    }),
  );
  expect(() => aupro([{ ...normal, mask: new Uint8Array(3) }])).toThrow(
    expect.objectContaining({
      code: "E_SHAPE",
      message: "aupro: expected a mask of 2 x 1 = 2 pixels, got 3.",
    }),
  );
  expect(() => aupro([{ ...normal, width: 0 }])).toThrow(
    expect.objectContaining({ code: "E_OPTION", message: "aupro: width: expected an integer >= 1, got 0." }),
  );
  expect(() => aupro([], { falsePositiveRateLimit: 0 })).toThrow(
    expect.objectContaining({
      code: "E_OPTION",
      message: "falsePositiveRateLimit: expected a finite number > 0 and <= 1, got 0.",
    }),
  );
});
