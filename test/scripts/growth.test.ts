import { expect, test } from "vitest";
import { drawnCharts, growthTables } from "../../bench/growth-drawing.ts";
import { type GrowthFigures, growthExponent, shareOfLimit } from "../../bench/growth-figures.ts";

const point = (value: number, threads: number) => ({
  value,
  threads,
  seconds: (0.002 * value ** 2) / threads,
  gflop: value ** 2,
  limitSeconds: (0.0005 * value ** 2) / threads,
  cellPx: 4,
});

const figures: GrowthFigures = {
  machine: { processor: "a processor", cores: 2, runtime: "a runtime" },
  side: [64, 128, 256].flatMap((side) => [point(side, 1), point(side, 2)]),
  images: [20, 80].map((images) => ({
    images,
    threads: 2,
    stepsSeconds: 1,
    fittingSeconds: images / 10,
    calibratingSeconds: images / 5,
    fittingPictures: images,
    calibratingPictures: 2 * images,
    limitSecondsPerPicture: 0.01,
    peakBytes: 5e8,
    pictureBytes: 1e6 * images,
  })),
};

test("the exponent of a power is found", () => {
  expect(growthExponent([point(64, 1), point(96, 1), point(512, 1)])).toBeCloseTo(2, 12);
  expect(
    growthExponent([
      { value: 1, seconds: 3 },
      { value: 10, seconds: 3 },
    ]),
  ).toBeCloseTo(0, 12);
});

test("a quarter of the limit's rate is a share of a quarter", () => {
  expect(shareOfLimit(point(64, 1))).toBeCloseTo(0.25, 12);
});

test("a chart names both axes with units and every line, and tells lines apart by dashes and symbols", () => {
  const { side = "" } = drawnCharts(figures);
  for (const words of [
    "Side of the picture, pixels (logarithmic)",
    "Seconds a step (logarithmic)",
    ">1 thread<",
    ">2 threads<",
    ">limit, 1 thread<",
    ">limit, 2 threads<",
  ])
    expect(side).toContain(words);
  const dashes = [...side.matchAll(/stroke-dasharray="([^"]+)"/g)].map(([, dash]) => dash);
  expect(new Set(dashes.filter((dash) => dash !== "none"))).toEqual(new Set(["2 4", "8 4"]));
});

test("a picture is smaller than 40 kB and stands by itself", () => {
  for (const text of Object.values(drawnCharts(figures))) {
    expect(text.length).toBeLessThan(40_000);
    expect(text).toContain('xmlns="http://www.w3.org/2000/svg"');
  }
});

test("parts that were not measured have no picture and no table", () => {
  const { machine } = figures;
  expect(drawnCharts({ machine })).toEqual({});
  expect(growthTables({ machine })).toBe("");
});

test("a table has each figure beside its limit", () => {
  const text = growthTables(figures);
  expect(text).toContain("| 64 | 4 | 1 | 4100 | 8.19 | 2.05 | 25 % |");
  expect(text).toContain("| 20 | 2 | 4 | 60 | 0.6 | 10 % | 500 | 20 |");
});
