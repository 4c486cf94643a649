import { describe, expect, test } from "vitest";
import { FakeDetector } from "../../test/support/fake-detector.ts";
import type { AnomalyMap, DefectMask, RgbImage } from "../base/raster.ts";
import { evaluate } from "./evaluate.ts";
import type { LabelledImage } from "./labelled-image.ts";

interface Case {
  readonly label: 0 | 1;
  readonly score: number;
  readonly className?: string;
  /** Map of the fake detector; default: one pixel of the score. */
  readonly map?: AnomalyMap;
  readonly mask?: DefectMask;
  readonly size?: { readonly width: number; readonly height: number };
}

function mapOf(width: number, height: number, ...scores: number[]): AnomalyMap {
  return { width, height, data: Float32Array.from(scores) };
}

function maskOf(width: number, height: number, ...inside: number[]): DefectMask {
  return { width, height, data: Uint8Array.from(inside) };
}

/** A detector that knows its images and a source of just these. */
function bench(cases: readonly Case[]): { detector: FakeDetector; source: LabelledImage[] } {
  const answers = new Map<RgbImage, { score: number; map: AnomalyMap }>();
  const source = cases.map(({ label, score, className, map, mask, size }, i) => {
    const { width, height } = size ?? mask ?? { width: 2, height: 2 };
    const image: RgbImage = { width, height, data: new Uint8Array(width * height * 3) };
    answers.set(image, { score, map: map ?? mapOf(1, 1, score) });
    const name = className ?? (label === 0 ? "good" : "crack");
    const path = `${name}/${i}.png`;
    const maskPath = mask === undefined ? null : `${name}/${i}_mask.png`;
    return { path, className: name, label, maskPath, image, mask: mask ?? null };
  });
  const answer = (image: RgbImage) => answers.get(image) ?? { score: Number.NaN, map: mapOf(1, 1, 0) };
  return { detector: new FakeDetector(answer), source };
}

/** A clock that gives these durations, one per pair of calls. */
function clock(...durations: number[]): () => number {
  let time = 100;
  let calls = 0;
  return () => {
    if (calls++ % 2 === 1) time += durations[(calls - 2) / 2] ?? 0;
    return time;
  };
}

const frozen = () => 0;

describe("image figures", () => {
  // By falling score: 0.9 d, 0.7 g, 0.6 d, 0.4 d, 0.2 g; flagged are the scores above 0.5.
  const cases: readonly Case[] = [
    { label: 0, score: 0.2 },
    { label: 1, score: 0.9, className: "crack" },
    { label: 0, score: 0.7 },
    { label: 1, score: 0.4, className: "stain" },
    { label: 1, score: 0.6, className: "crack" },
  ];

  test("of five images are those that a pencil gives", async () => {
    const { detector, source } = bench(cases);
    const { metrics } = await evaluate(detector, source, { now: clock(3, 1, 2, 5, 4) });
    expect(metrics).toEqual({
      image: {
        auroc: 4 / 6, // pairs in order: 2 for 0.9, 1 for 0.6, 1 for 0.4
        averagePrecision: (1 + 2 / 3 + 3 / 4) / 3,
        f1: 4 / 6, // tp 2, fp 1, fn 1
        f1Max: 6 / 7, // of the four highest: tp 3, fp 1
        accuracy: 3 / 5,
        precision: 2 / 3,
        recall: 2 / 3,
        trivialF1: 6 / 8,
      },
      pixel: null,
      threshold: 0.5,
      images: 5,
      secondsPerImage: { p50: 3, p99: 5 },
    });
  });

  test("come with the results of each image and a summary of each class", async () => {
    const { detector, source } = bench(cases);
    const evaluation = await evaluate(detector, source, { now: frozen });
    expect(evaluation.results[2]).toEqual({
      path: "good/2.png",
      className: "good",
      label: 0,
      score: 0.7,
      pValue: 1 / 20,
      isAnomalous: true,
    });
    expect(evaluation.results.map((result) => result.path)).toEqual(source.map((item) => item.path));
    expect(
      evaluation.classes.map(({ className, count, flagged, auroc }) => [className, count, flagged, auroc]),
    ).toEqual([
      ["good", 2, 1, null],
      ["crack", 2, 2, 3 / 4],
      ["stain", 1, 0, 1 / 2],
    ]);
    expect(evaluation).toMatchObject({
      skipped: [],
      thresholdOrigin: "calibration",
      notes: ["No defective image has a mask, so there are no pixel figures."],
    });
  });

  test("follow a threshold given by hand, strictly", async () => {
    const { detector, source } = bench(cases);
    const { metrics, results, thresholdOrigin } = await evaluate(detector, source, {
      now: frozen,
      threshold: 0.6,
    });
    expect(results.map((result) => result.isAnomalous)).toEqual([false, true, true, false, false]);
    expect(metrics).toMatchObject({ threshold: 0.6, image: { precision: 1 / 2, recall: 1 / 3, f1: 2 / 5 } });
    expect(thresholdOrigin).toBe("given");
  });

  test("are null where only good images leave them undefined", async () => {
    const { detector, source } = bench([
      { label: 0, score: 0.2 },
      { label: 0, score: 0.7 },
    ]);
    const { metrics, notes } = await evaluate(detector, source, { now: frozen });
    expect(metrics.image).toEqual({
      auroc: null,
      averagePrecision: null,
      f1: null,
      f1Max: null,
      accuracy: 1 / 2,
      precision: null,
      recall: null,
      trivialF1: null,
    });
    expect([metrics.pixel, notes]).toEqual([null, []]);
  });

  test("of defective images alone are recall and accuracy", async () => {
    const { detector, source } = bench([
      { label: 1, score: 0.2 },
      { label: 1, score: 0.7 },
    ]);
    const { metrics } = await evaluate(detector, source, { now: frozen });
    expect(metrics.image).toEqual({
      auroc: null,
      averagePrecision: null,
      f1: null,
      f1Max: null,
      accuracy: 1 / 2,
      precision: null,
      recall: 1 / 2,
      trivialF1: null,
    });
  });

  test("of no image at all are null", async () => {
    const { detector } = bench([]);
    const { metrics, classes } = await evaluate(detector, [], { now: frozen });
    expect(Object.values(metrics.image)).toEqual(new Array(8).fill(null));
    expect(metrics).toMatchObject({ pixel: null, images: 0, secondsPerImage: { p50: null, p99: null } });
    expect([classes, detector.calls]).toEqual([[], 0]);
  });
});

test("the first image is scored once more than timed, and progress counts scored images", async () => {
  const { detector, source } = bench([
    { label: 0, score: 0.1 },
    { label: 1, score: 0.9 },
  ]);
  const seen: number[] = [];
  await evaluate(detector, source, { now: frozen, onProgress: (images) => seen.push(images) });
  expect([detector.calls, seen]).toEqual([3, [1, 2]]);
});

test("the next image is asked for only after the last one was scored", async () => {
  const { detector, source } = bench(Array.from({ length: 4 }, () => ({ label: 0, score: 0.1 })));
  const callsWhenAsked: number[] = [];
  async function* oneByOne() {
    for (const item of source) {
      callsWhenAsked.push(detector.calls);
      yield item;
    }
  }
  const { metrics } = await evaluate(detector, oneByOne(), { now: frozen });
  expect([metrics.images, callsWhenAsked]).toEqual([4, [0, 2, 3, 4]]);
});

test("the 99th percentile of 200 times is the third longest, the median the 100th", async () => {
  const { detector, source } = bench(Array.from({ length: 200 }, () => ({ label: 0, score: 0.1 })));
  const { metrics } = await evaluate(detector, source, {
    now: clock(...Array.from({ length: 200 }, (_, i) => 200 - i)),
  });
  expect(metrics.secondsPerImage).toEqual({ p50: 100, p99: 198 });
});

test("files that could not be read are listed and count in no figure", async () => {
  const { detector, source } = bench([{ label: 1, score: 0.9 }]);
  const broken = { path: "good/broken.png", reason: "not an image that can be read: unexpected end of file" };
  const evaluation = await evaluate(detector, [broken, ...source], { now: frozen });
  expect(evaluation).toMatchObject({ skipped: [broken], metrics: { images: 1 } });
});

describe("pixel figures", () => {
  test("of one mask and one good image are those that a pencil gives", async () => {
    const { detector, source } = bench([
      { label: 0, score: 0, map: mapOf(1, 1, 2), size: { width: 1, height: 1 } },
      { label: 1, score: 1, map: mapOf(2, 2, 3, 1, 0, 0), mask: maskOf(2, 2, 255, 255, 0, 0) },
    ]);
    const { metrics, notes } = await evaluate(detector, source, { now: frozen });
    // By falling score: 3 inside, 2 good image, 1 inside, 0 and 0 outside.
    expect(metrics.pixel).toEqual({
      auroc: 5 / 6,
      averagePrecision: (1 + 2 / 3) / 2,
      aupimo: 1 / 2, // half of it before the good image has a false positive
      aupro: 1 / 2, // half of the one region until the first false positive, at 1/3 > 0.3
      f1Max: 4 / 5,
    });
    expect(notes).toEqual([]);
  });

  test("see a coarse map at the size of the image", async () => {
    const { detector, source } = bench([
      // Columns become -1, -0.5, 0.5 and 1: bilinear, half-pixel centres.
      { label: 1, score: 1, map: mapOf(2, 1, -1, 1), mask: maskOf(4, 1, 0, 0, 1, 1) },
      { label: 0, score: 0, map: mapOf(2, 1, 0.75, 0.75), size: { width: 2, height: 1 } },
    ]);
    const { metrics } = await evaluate(detector, source, { now: frozen });
    expect(metrics.pixel).toMatchObject({ auroc: 6 / 8, averagePrecision: (1 + 2 / 4) / 2 });
  });

  test("leave out defective images without a mask, and say how many", async () => {
    const masked: Case = { label: 1, score: 1, map: mapOf(2, 1, 0, 1), mask: maskOf(2, 1, 0, 1) };
    const bare: Case = { label: 1, score: 1, map: mapOf(1, 1, 9), size: { width: 1, height: 1 } };
    const one = bench([bare, masked]);
    const first = await evaluate(one.detector, one.source, { now: frozen });
    expect(first.metrics.pixel).toMatchObject({ auroc: 1, aupro: 1 });
    expect(first.notes).toEqual(["The pixel figures leave out 1 defective image without a mask."]);
    const two = bench([bare, masked, bare]);
    const second = await evaluate(two.detector, two.source, { now: frozen });
    expect(second.notes).toEqual(["The pixel figures leave out 2 defective images without a mask."]);
  });

  test("are null where the masks are empty", async () => {
    const { detector, source } = bench([
      { label: 1, score: 1, map: mapOf(2, 1, 0, 1), mask: maskOf(2, 1, 0, 0) },
    ]);
    const { metrics, notes } = await evaluate(detector, source, { now: frozen });
    expect(metrics.pixel).toBeNull();
    expect(notes).toEqual(["The masks show no defective or no normal pixel, so there are no pixel figures."]);
  });

  test("shrink maps and masks of large images, and say so", async () => {
    // At 2 px the mask covers the right pixel by all and the left one by a quarter.
    const { detector, source } = bench([
      {
        label: 1,
        score: 1,
        map: mapOf(2, 1, 0, 1),
        mask: maskOf(8, 4, ...new Array(4).fill([0, 0, 0, 1, 1, 1, 1, 1]).flat()),
      },
      { label: 0, score: 0, map: mapOf(1, 1, 0.5), size: { width: 1, height: 2 } },
    ]);
    const { metrics, notes } = await evaluate(detector, source, { now: frozen, pixelSidePx: 2 });
    expect(metrics.pixel).toMatchObject({ auroc: 1, averagePrecision: 1, f1Max: 1 });
    expect(notes).toEqual([
      "1 image is larger than 2 px: for the pixel figures its map and mask were brought to fit 2 px.",
    ]);
  });

  test("keep the smallest defect when its mask shrinks", async () => {
    const { detector, source } = bench([
      { label: 1, score: 1, map: mapOf(3, 1, 1, 0, 0), mask: maskOf(9, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0) },
    ]);
    const { metrics } = await evaluate(detector, source, { now: frozen, pixelSidePx: 3 });
    expect(metrics.pixel).toMatchObject({ averagePrecision: 1, f1Max: 1 });
  });
});

describe("evaluate refuses", () => {
  test("a mask of another size than its image, naming both", async () => {
    const { detector, source } = bench([
      { label: 1, score: 1, mask: maskOf(1, 2, 0, 1), size: { width: 3, height: 2 } },
    ]);
    await expect(evaluate(detector, source, { now: frozen })).rejects.toThrow(
      expect.objectContaining({
        name: "DataError",
        code: "E_DATA",
        message:
          "evaluate: expected a mask of 3 x 2 pixels, the size of its image crack/0.png, got 1 x 2 in crack/0_mask.png. Draw the mask on the image as it is in the data set.",
      }),
    );
  });

  test.each([Number.NaN, Infinity])("an anomaly score of %s, naming the image", async (score) => {
    const { detector, source } = bench([{ label: 0, score, map: mapOf(1, 1, 0) }]);
    await expect(evaluate(detector, source, { now: frozen })).rejects.toThrow(
      expect.objectContaining({
        code: "E_NOT_FINITE",
        message: `good/0.png: expected a finite number for its anomaly score, got ${score}. The model overflowed on this picture: no score of it is to be trusted. Train it again.`,
      }),
    );
  });

  test("NaN in a map, naming the image and the place", async () => {
    const { detector, source } = bench([{ label: 0, score: 0, map: mapOf(2, 2, 0, 0, 0, Number.NaN) }]);
    await expect(evaluate(detector, source, { now: frozen })).rejects.toThrow(
      "good/0.png: expected a finite number for its anomaly map at x = 1, y = 1, got NaN.",
    );
  });

  test("options out of range", async () => {
    const { detector, source } = bench([]);
    await expect(evaluate(detector, source, { now: frozen, threshold: Number.NaN })).rejects.toThrow(
      expect.objectContaining({ code: "E_OPTION", message: "threshold: expected a finite number, got NaN." }),
    );
    await expect(evaluate(detector, source, { now: frozen, pixelSidePx: 0 })).rejects.toThrow(
      expect.objectContaining({ message: "pixelSidePx: expected an integer >= 1, got 0." }),
    );
  });
});
