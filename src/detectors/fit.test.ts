import { expect, test } from "vitest";
import { fakeDescription } from "../../test/support/fake-detector.ts";
import type { RgbImage } from "../base/raster.ts";
import { concat, mul, reduceMean, scalar, type Tensor } from "../graph/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import type { DetectorDescription } from "./description.ts";
import { disturbanceCount } from "./disturbed-copies.ts";
import { fitDetector } from "./fit.ts";
import { loadDetector } from "./load-detector.ts";
import type { MapSource } from "./map-source.ts";
import { pictureOf } from "./run-detector.ts";

const size = 16;
const backend = nodeBackend({ threads: 1 });

/** Brightness as the map. */
const source: MapSource = {
  imageSizePx: size,
  standardizesPlaces: false,
  maps: (pictures) => ({ maps: reduceMean(pictures, { axes: [1] }) }),
};

function plain(value: number): Uint8Array {
  return Uint8Array.from({ length: 3 * size * size }, (_, i) => value + (i % 7));
}

/** A detector fitted on two images, with these held out. */
function fitted(
  heldOut: readonly Uint8Array[],
  {
    keepOdd = false,
    from = source,
    disturbed,
    stressed = [],
  }: {
    readonly keepOdd?: boolean;
    readonly from?: MapSource;
    readonly disturbed?: readonly Uint8Array[];
    /** The first held-out images under each disturbance. */
    readonly stressed?: readonly (readonly Uint8Array[])[];
  } = {},
) {
  return fitDetector(from, {
    learned: [plain(90), plain(110)],
    heldOut,
    ...(disturbed && {
      disturbed: {
        images: disturbed,
        stressed: {
          places: stressed.map((_, place) => place),
          pictures: () => stressed.flat().map((planes) => pictureOf(planes, size)),
        },
      },
    }),
    falseAlarmRate: "auto",
    keepOdd,
    backend,
    describe: (calibration): DetectorDescription => ({
      ...fakeDescription,
      imageSizePx: size,
      patchSizePx: size,
      calibration,
    }),
  });
}

test.each([
  ["like the others", 100],
  ["darker than all others, so that their maxima are below the mean", 20],
])("a heat map has a scale when held-out images are %s", async (_, heldOut) => {
  const { model, description } = await fitted([plain(heldOut), plain(heldOut + 1)]);
  const { pixelThreshold, mapMaximum } = description.calibration;
  expect(mapMaximum).toBeGreaterThan(0);
  expect(mapMaximum).toBeGreaterThanOrEqual(2 * pixelThreshold);
  const detector = await loadDetector(model, backend);
  expect(detector.description.calibration.mapMaximum).toBe(mapMaximum);
  await detector.dispose();
});

/** Spots of that level, but of another under the fifth disturbance. */
function underFifth(level: number, other: number): Uint8Array[] {
  return Array.from({ length: disturbanceCount }, (_, i) => spot(i === 4 ? other : level));
}

/** Grey 100 with one pixel of that level: what the map's largest value is. */
function spot(level: number): Uint8Array {
  const plane = size * size;
  return new Uint8Array(3 * plane).fill(100).map((value, i) => (i % plane === 0 ? level : value));
}

test("each held-out image is scored with the scales of the others", async () => {
  const { heldOutScores } = await fitted([spot(140), spot(160)]);
  const scoreOf = (level: number, other: number) => {
    const mean = 100 + (other - 100) / (size * size);
    return (level - mean) / (other - mean);
  };
  expect(heldOutScores[0]).toBeCloseTo(scoreOf(140, 160), 4);
  expect(heldOutScores[1]).toBeCloseTo(scoreOf(160, 140), 4);
});

test("an image that is like none of the others is named and left out of the thresholds, unless it is to be kept", async () => {
  const images = [140, 142, 144, 146, 148, 150, 152, 154, 156, 158, 160, 250].map(spot);
  const { odd, heldOutScores, description } = await fitted(images);
  expect(odd).toEqual([11]);
  expect(description.calibration).toMatchObject({
    images: 11,
    leftOut: [heldOutScores[11]],
    falseAlarmRate: 1 / 12,
  });
  expect(description.calibration.threshold).toBeCloseTo(heldOutScores[10] ?? 0, 5);
  const kept = await fitted(images, { keepOdd: true });
  expect(kept.odd).toEqual([]);
  expect(kept.description.calibration).toMatchObject({ images: 12 });
  expect(kept.description.calibration).not.toHaveProperty("leftOut");
  expect(kept.description.calibration.threshold).toBeCloseTo(heldOutScores[11] ?? 0, 4);
});

test("disturbed copies make a map's scale coarser, each left out for its own picture, and what is enough under one disturbance raises the threshold", async () => {
  const { heldOutScores, description } = await fitted([spot(140), spot(160)], {
    disturbed: [spot(180), spot(180), spot(220), spot(220)], // two of each
    stressed: [underFifth(140, 230), underFifth(140, 240)],
  });
  const [mean, largest] = [100 + (60 + 2 * 120) / 3 / (size * size), 220]; // of the second picture and its copies
  expect(heldOutScores[0]).toBeCloseTo((140 - mean) / (largest - mean), 4);
  const [meanOfFirst, largestOfFirst] = [100 + (40 + 2 * 80) / 3 / (size * size), 180];
  expect(heldOutScores[1]).toBeCloseTo((160 - meanOfFirst) / (largestOfFirst - meanOfFirst), 4);
  expect(description.calibration.images).toBe(2);
  expect(description.calibration.thresholdAsTheyAre).toBeCloseTo(Math.max(...heldOutScores), 6);
  const secondUnderFifth = (240 - meanOfFirst) / (largestOfFirst - meanOfFirst);
  expect(description.calibration.threshold).toBeCloseTo(secondUnderFifth, 4);
  expect(description.calibration.toleratedScore).toBe(description.calibration.threshold);
  expect(description.calibration.pixelThreshold).toBeCloseTo(secondUnderFifth, 4);
});

test("disturbed copies that score no higher leave the threshold as it is", async () => {
  const { heldOutScores, description } = await fitted([spot(140), spot(160)], {
    disturbed: [spot(140), spot(140), spot(160), spot(160)],
    stressed: [underFifth(120, 130)],
  });
  expect(description.calibration.threshold).toBeCloseTo(Math.max(...heldOutScores), 6);
  expect(description.calibration).not.toHaveProperty("thresholdAsTheyAre");
});

test("of several maps the mean counts, each in its own scale", async () => {
  const brightness = (pictures: Tensor) => reduceMean(pictures, { axes: [1] });
  const two: MapSource = {
    ...source,
    maps: (pictures) => ({ maps: concat([brightness(pictures), mul(brightness(pictures), scalar(3))], 1) }),
  };
  const heldOut = [spot(140), spot(160), spot(150)];
  const [one, both] = await Promise.all([fitted(heldOut), fitted(heldOut, { from: two })]);
  expect(both.heldOutScores).toHaveLength(3); // two maps that say the same, whatever their units
  both.heldOutScores.forEach((score, i) => {
    expect(score).toBeCloseTo(one.heldOutScores[i] ?? Number.NaN, 4);
  });
  expect(both.description.calibration.pixelThreshold).toBeCloseTo(
    one.description.calibration.pixelThreshold,
    4,
  );
});

test("of maps in groups the highest of each counts by the group's weight, while the model is fitted and in the model", async () => {
  const seen = (pictures: Tensor) => reduceMean(pictures, { axes: [1] });
  const nothing = (pictures: Tensor) => mul(seen(pictures), scalar(0)); // scaled, it is 0: lower than any spot
  const from: MapSource = {
    ...source,
    groups: [
      { maps: [1], weight: 1 },
      { maps: [0, 2], weight: 3 },
    ],
    maps: (pictures) => ({ maps: concat([seen(pictures), nothing(pictures), nothing(pictures)], 1) }),
  };
  const heldOut = [spot(140), spot(160), spot(150)];
  const [alone, weighted] = await Promise.all([fitted(heldOut), fitted(heldOut, { from })]);
  weighted.heldOutScores.forEach((score, i) => {
    expect(score).toBeCloseTo((alone.heldOutScores[i] ?? Number.NaN) * 0.75, 4);
  });
  const scoreOf = async (model: Uint8Array) => {
    const detector = await loadDetector(model, backend);
    const data = new Uint8Array(3 * size * size).fill(100);
    data.fill(200, 0, 3); // the first pixel
    const [detection] = await detector.detect([{ width: size, height: size, data }]);
    await detector.dispose();
    return detection?.anomalyScore ?? Number.NaN;
  };
  expect(await scoreOf(weighted.model)).toBeCloseTo(0.75 * (await scoreOf(alone.model)), 4);
});

test("a picture that is brighter all over is no defect where maps are read from their level, unless it is far brighter", async () => {
  const from: MapSource = { ...source, readsFromLevel: true };
  const { model, description } = await fitted([spot(140), spot(160), spot(150)], { from });
  const detector = await loadDetector(model, backend);
  const pictureOf = (value: number): RgbImage => ({
    width: size,
    height: size,
    data: new Uint8Array(3 * size * size).fill(value),
  });
  const detections = await detector.detect([pictureOf(110), pictureOf(250)]);
  await detector.dispose();
  const [brighter = Number.NaN, far = Number.NaN] = detections.map(({ anomalyScore }) => anomalyScore);
  expect(brighter).toBeLessThan(description.calibration.threshold);
  expect(far).toBeGreaterThan(description.calibration.threshold);
});
