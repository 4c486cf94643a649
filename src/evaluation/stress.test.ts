import { expect, test } from "vitest";
import { FakeDetector } from "../../test/support/fake-detector.ts";
import { Random } from "../base/random.ts";
import type { RgbImage } from "../base/raster.ts";
import { usualDisturbances } from "../data/disturbance.ts";
import type { LabelledImage } from "./labelled-image.ts";
import { stressPictures, stressTest } from "./stress.ts";

/** The score is the mean grey level over 100: the threshold of 0.5 is at 50. */
function detector(): FakeDetector {
  return new FakeDetector(({ data }) => {
    const score = data.reduce((sum, value) => sum + value, 0) / data.length / 100;
    return { score, map: { width: 1, height: 1, data: Float32Array.of(score) } };
  });
}

function image(label: 0 | 1, grey: number): LabelledImage {
  const picture = { width: 8, height: 8, data: new Uint8Array(192).fill(grey) };
  return {
    path: `${grey}.png`,
    className: label === 0 ? "good" : "bright",
    label,
    maskPath: null,
    mask: null,
    image: picture,
  };
}

const images = [image(0, 48), image(0, 30), image(1, 52), { path: "broken.png", reason: "no image" }];

test("false alarms and found defects are counted as they are and under each disturbance", async () => {
  const rows = await stressTest(detector(), images, { random: new Random(0) });
  expect(rows.map(({ name }) => name)).toEqual(["none", ...usualDisturbances.map(({ name }) => name)]);
  const row = (wanted: string) => rows.find(({ name }) => name === wanted);
  expect(row("none")).toMatchObject({
    good: { images: 2, flagged: 0 },
    defective: { images: 1, flagged: 1 },
    auroc: 1,
  });
  expect(row("brighter")).toMatchObject({ good: { flagged: 1 }, defective: { flagged: 1 } }); // 48 * 1.08 > 50
  expect(row("darker")).toMatchObject({ good: { flagged: 0 }, defective: { flagged: 0 } }); // 52 * 0.92 < 50
  expect(row("shift")).toMatchObject({ good: { flagged: 0 }, defective: { flagged: 1 } });
});

test("a detector that scores several pictures at a time gives the same rows: noise is drawn in their order", async () => {
  const rows = (parallel: number) =>
    stressTest(Object.assign(detector(), { parallel }), images, { random: new Random(0) });
  expect(await rows(3)).toEqual(await rows(1));
});

test("good images alone have no AUROC, and a threshold given overrules the detector's", async () => {
  const [asTheyAre] = await stressTest(detector(), [image(0, 48)], { random: new Random(0), threshold: 0.2 });
  expect(asTheyAre).toMatchObject({ good: { images: 1, flagged: 1 }, defective: { images: 0 }, auroc: null });
});

test("a codec that is given does the JPEG, after all else", async () => {
  const qualities: number[] = [];
  const reencode = async (picture: RgbImage, quality: number) => {
    qualities.push(quality);
    return { ...picture, data: picture.data.map(() => 90) };
  };
  const rows = await stressTest(detector(), [image(0, 30)], { random: new Random(0), reencode });
  expect(qualities).toEqual([80]);
  expect(rows.filter(({ good }) => good.flagged > 0).map(({ name }) => name)).toEqual(["jpeg"]);
});

test("one image is drawn under every disturbance, with its score there", async () => {
  const pictures = await stressPictures(detector(), image(0, 48), {
    random: new Random(0),
    encodeWebp: async () => Uint8Array.of(1),
    sidePx: 8,
  });
  expect(pictures.map(({ what }) => what)).toEqual([
    "as they are",
    ...usualDisturbances.map(({ what }) => what),
  ]);
  expect(pictures[0]?.picture.caption).toMatch(/^score 0\.48 .*accepted$/);
  expect(pictures[2]?.picture.caption).toMatch(/false alarm$/);
  expect(pictures[2]?.picture.panels.map(({ caption }) => caption)).toEqual(["image", "heat map", "overlay"]);
});
