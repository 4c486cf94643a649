import { expect, test } from "vitest";
import { plantedTest } from "../../bench/planted-test.ts";
import { resultsTable } from "../../bench/results-table.ts";
import type { TuningDocument } from "../../bench/tuning-document.ts";
import { type Changes, mostTrials, plans } from "../../bench/tuning-plan.ts";
import { Random } from "../../src/base/random.ts";
import { planesOf, soundPrints } from "../support/rendered-planes.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const size = 32;
const good = soundPrints(10, { width: size, height: size, seed: 1 });

test("a planted test holds images back, and its defects are where the masks say", () => {
  const { learned, test: images } = plantedTest(good.map(planesOf), size, new Random(2));
  expect(learned).toHaveLength(7);
  const sound = images.filter(({ label }) => label === 0);
  const planted = images.filter(({ label }) => label === 1);
  expect(sound).toHaveLength(3);
  expect(planted.length).toBeGreaterThanOrEqual(4);
  const known = learned.map((planes) => planes.join());
  for (const { image } of sound) expect(known).not.toContain(planesOf(image).join());
  for (const { image, mask, path } of planted) {
    const origin = sound.find((item) => item.path === `good/${path.split("/")[1]?.split("-")[0]}`);
    const inside = Array.from(mask?.data ?? [], (value) => value > 0);
    const changes = inside.map((_, pixel) => {
      const at = [0, 1, 2].map((channel) => 3 * pixel + channel);
      return Math.max(...at.map((i) => Math.abs((image.data[i] ?? 0) - (origin?.image.data[i] ?? 0))));
    });
    const mean = (isInside: boolean) => {
      const chosen = changes.filter((_, pixel) => inside[pixel] === isInside);
      return chosen.reduce((sum, change) => sum + change, 0) / chosen.length;
    };
    expect(Math.max(...changes.filter((_, pixel) => inside[pixel]))).toBeGreaterThanOrEqual(7);
    expect(mean(true)).toBeGreaterThan(5 * mean(false));
  }
});

test("the same seed makes the same test", () => {
  const make = () => plantedTest(good.map(planesOf), size, new Random(2));
  expect(make()).toEqual(make());
});

/** Settings by name, but for `calls`, which may follow the steps of noise. */
function withoutCalls(settings: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => name !== "calls"));
}

test.each(Object.entries(plans))("what is tried for %s is a setting of its own", (_, { prepare, tried }) => {
  const settingsOf = (changes: Changes) => withoutCalls(prepare({ preset: "fast" }, 64, changes).settings);
  const own = settingsOf({});
  for (const [name, values] of Object.entries(tried)) {
    expect(values).toContain(own[name]);
    const other = values.find((value) => value !== own[name]);
    expect(settingsOf({ [name]: other })).toEqual({ ...own, [name]: other });
  }
  const trials = Object.values(tried).reduce((sum, values) => sum + values.length - 1, 1);
  expect(trials).toBeLessThanOrEqual(mostTrials);
});

test("the table tells what was changed and what it gave", () => {
  const trial = (changes: Record<string, unknown>, mean: number) => ({ changes, mean, sets: [] });
  const document: TuningDocument = {
    format: 1,
    date: "2026-01-01",
    software: {},
    sizePx: 80,
    seed: 0,
    smallestGain: 0.002,
    sets: [],
    methods: [
      {
        method: "vae",
        own: { smoothing: 1 / 64, latentSize: 128 },
        trials: [trial({}, 0.6), trial({ smoothing: 1 / 32 }, 0.65), trial({ latentSize: 16 }, 0.5)],
        chosen: { smoothing: 1 / 32 },
      },
      { method: "pca", own: { grid: 80 }, trials: [trial({}, 0.7)], chosen: {} },
    ],
  };
  folder.write("tuning.json", JSON.stringify(document));
  expect(resultsTable(["tuning.json", "--tuning"], folder.path).split("\n").slice(2)).toEqual([
    "| vae | 3 | 0.600 | 0.650 | smoothing 1/64 → 1/32 |",
    "| pca | 1 | 0.700 | 0.700 | – |",
  ]);
  folder.write("other.json", "{}");
  expect(() => resultsTable(["other.json", "--tuning"], folder.path)).toThrow(
    "other.json: expected a file that npm run tune wrote, got another.",
  );
});
