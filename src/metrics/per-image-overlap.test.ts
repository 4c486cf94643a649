import fc from "fast-check";
import { expect, test } from "vitest";
import { bruteForceAupimo } from "../../test/support/reference-metrics.ts";
import { aupimo } from "./per-image-overlap.ts";
import { PixelAccumulator } from "./pixel.ts";
import type { ScoredMap } from "./pixel-ranking.ts";

function row(map: readonly number[], mask: readonly number[] | null): ScoredMap {
  return {
    map: Float32Array.from(map),
    mask: mask === null ? null : Uint8Array.from(mask),
    width: map.length,
    height: 1,
  };
}

/**
 * Four normal pixels 8, 5, 5, 1: rates 1/4 at 8, 3/4 at 5, 1 at 1. A defect of 9, 5, 0 (and a normal 7 beside it, which does
 * not count): recall 1/3 above 8 and down to 5, then 2/3.
 */
const pencil = [row([8, 5, 5, 1], null), row([9, 7, 5, 0], [1, 0, 1, 1])];

test.each([
  [[1 / 8, 1 / 4], 1 / 3], // no pixel but the 9 is above the highest normal one
  [[1 / 4, 3 / 4], (1 / 3 + 2 / 3) / 2],
  [[3 / 4, 1], 2 / 3],
  [[1 / 8, 1], (Math.log(2) / 3 + Math.log(3) / 2 + (Math.log(4 / 3) * 2) / 3) / Math.log(8)],
  [[1 / 2, 3 / 4], (1 / 3 + Math.log(2) / Math.log(3) / 3 + 2 / 3) / 2], // from log 2 / log 3 of the way up
] as const)("aupimo between the rates %j is %d", (falsePositiveRates, expected) => {
  expect(aupimo(pencil, { falsePositiveRates })).toBeCloseTo(expected, 14);
});

test("aupimo weighs every image alike, whatever its size and that of its defect", () => {
  const small = row([3], null);
  const large = row([1, 1, 1, 1], null); // rates: 1/2 at 3, 1 at 1
  const found = row([4, 4, 4, 4], [1, 1, 1, 1]);
  const missed = row([2, 0], [1, 0]);
  expect(aupimo([small, large, found, missed], { falsePositiveRates: [1 / 4, 1 / 2] })).toBe(1 / 2);
});

test("a constant score has an aupimo of 0, and a mask without a defect is that of a normal image", () => {
  expect(aupimo([row([1, 1], [0, 0]), row([1, 1], [1, 1])])).toBe(0);
  expect(aupimo([row([0, 0], [0, 0]), row([1, 1], [1, 1])])).toBe(1);
});

/** The authors' example: scores 7 to 1 with 1, 10, 100 ... pixels at or above them; the last image's defect are the 100 000 highest. */
function publishedExample(): ScoredMap[] {
  const map = new Float32Array(1_000_000).fill(1);
  for (const count of [100_000, 10_000, 1000, 100, 10, 1]) for (let i = 0; i < count; i++) map[i]! += 1;
  const size = { width: 1000, height: 1000 };
  const mask = new Uint8Array(map.length);
  return [
    { map, mask: null, ...size },
    { map, mask: mask.slice().fill(1), ...size },
    { map, mask: mask.slice().fill(1, 0, 100_000), ...size },
  ];
}

test("aupimo has the values of the authors' tests (github.com/jpcbertoldo/aupimo)", () => {
  const [good, whole, part] = publishedExample();
  const cases = [
    { falsePositiveRates: [1e-1, 1], expected: [0.55, 1] },
    { falsePositiveRates: [1e-3, 1e-1], expected: [(0.0055 + 0.055) / 2, (0.055 + 0.55) / 2] },
    { falsePositiveRates: [1e-5, 1e-4], expected: [5.5e-5, 5.5e-4] },
  ] as const;
  for (const { falsePositiveRates, expected } of cases) {
    for (const [i, image] of [whole!, part!].entries()) {
      expect(aupimo([good!, image], { falsePositiveRates })).toBeCloseTo(expected[i]!, 10);
    }
  }
});

const images: fc.Arbitrary<ScoredMap[]> = fc
  .array(
    fc.integer({ min: 1, max: 6 }).chain((width) =>
      fc.record({
        map: fc
          .array(fc.constantFrom(-2, -0, 0, 0.25, 1, 3, 4, Infinity, -Infinity), {
            minLength: width,
            maxLength: width,
          })
          .map((values) => Float32Array.from(values)),
        mask: fc.option(fc.uint8Array({ minLength: width, maxLength: width, max: 1 })),
        width: fc.constant(width),
        height: fc.constant(1),
      }),
    ),
    { minLength: 2, maxLength: 5 },
  )
  .filter((list) => new Set(list.map(({ mask }) => mask?.includes(1) ?? false)).size === 2);

test("aupimo equals recounting every pixel at every score", () => {
  const bounds = fc.tuple(
    fc.double({ min: 0.01, max: 0.5, noNaN: true }),
    fc.double({ min: 0.51, max: 1, noNaN: true }),
  );
  fc.assert(
    fc.property(images, bounds, (list, falsePositiveRates) => {
      const expected = bruteForceAupimo(list, falsePositiveRates);
      expect(aupimo(list, { falsePositiveRates })).toBeCloseTo(expected, 10);
    }),
    { numRuns: 300 },
  );
});

test("PixelAccumulator gives the same aupimo, and null without an image that is normal as a whole", () => {
  const pixels = new PixelAccumulator();
  pixels.add(Float32Array.of(9, 7, 5, 0), Uint8Array.of(1, 0, 1, 1), 4, 1);
  expect(pixels.metrics().aupimo).toBeNull();
  pixels.add(Float32Array.of(8, 5, 5, 1), null, 4, 1);
  expect(pixels.metrics().aupimo).toBe(aupimo(pencil));
});

test("aupimo refuses one kind of images, NaN, and bounds that are none", () => {
  expect(() => aupimo([row([1], null)])).toThrow(
    expect.objectContaining({
      code: "E_ONE_CLASS",
      message:
        "aupimo: expected both classes in images, got 1 normal and 0 anomalous. AUPIMO is undefined for one class.",
    }),
  );
  expect(() => aupimo([row([1, 2], [0, 1])])).toThrow(expect.objectContaining({ code: "E_ONE_CLASS" }));
  expect(() => aupimo([row([Number.NaN], null)])).toThrow(expect.objectContaining({ code: "E_DATA" }));
  for (const falsePositiveRates of [
    [0, 1],
    [0.1, 2],
    [0.2, 0.2],
  ] as const) {
    expect(() => aupimo(pencil, { falsePositiveRates })).toThrow(/^falsePositiveRates: expected /);
  }
});
