import { beforeAll, describe, expect, test } from "vitest";
import { lyingPart, randomLie } from "../../test/support/lying-parts.ts";
import { planesOf, soundPrints } from "../../test/support/rendered-planes.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { Random } from "../base/random.ts";
import type { RgbImage } from "../base/raster.ts";
import { prepareMethod, trainDetector } from "../methods/index.ts";
import { encodePng, train } from "../node/index.ts";
import { decodeModel } from "../onnx/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { conformalPValue, conformalThreshold } from "./calibration.ts";
import type { Detection } from "./detector.ts";
import { goldenKey } from "./golden.ts";
import { checkModel, describeModel, loadDetector } from "./load-detector.ts";
import { measuringModel, recalibrate } from "./recalibrate.ts";
import { checkRuntime } from "./self-check.ts";

const backend = nodeBackend({ threads: 1 });
const folder = temporaryFolder();

async function detect(model: Uint8Array, images: readonly RgbImage[]): Promise<Detection[]> {
  const detector = await loadDetector(model, backend);
  try {
    return await detector.detect(images);
  } finally {
    await detector.dispose();
  }
}

const scoresOf = (detections: readonly Detection[]) => detections.map(({ anomalyScore }) => anomalyScore);

describe("a model that takes pictures as they lie", () => {
  const good = soundPrints(30, { width: 40, height: 36, seed: 9 });
  let model: Uint8Array;
  let before: Detection[];

  beforeAll(async () => {
    const planes = soundPrints(10, { width: 32, height: 32, seed: 5 }).map(planesOf);
    const prepared = prepareMethod({ method: "gaussian", preset: "fast", imageSize: 32 }, 32);
    const context = { backend, now: () => 0, name: "prints", skipped: 0, software: {} };
    ({ model } = await trainDetector(planes, prepared, context));
    before = await detect(model, good);
  });

  test("scores as before, and decides by the conformal threshold of the new pictures; its self-check and seal are its own", async () => {
    const scores = scoresOf(before);
    const made = await recalibrate(model, { scores }, { falseAlarmRate: 0.1, keepOdd: true, backend });
    const { threshold } = conformalThreshold(scores, 0.1);
    expect(made.description.calibration).toMatchObject({
      images: 30,
      threshold,
      falseAlarmRate: 0.1,
      rule: "conformal",
      scores: scores.toSorted((a, b) => a - b),
    });
    expect(made.description.calibration.pixelThreshold).toBe(threshold); // this method's score is the map's maximum
    expect(await checkModel(made.model)).toEqual(made.description);
    expect((await checkRuntime(made.model, backend)).isWithinTolerance).toBe(true);
    const [known, others] = [good.slice(0, 10), soundPrints(10, { width: 40, height: 36, seed: 77 })];
    for (const [i, after] of (await detect(made.model, known)).entries()) {
      expect(after.anomalyScore).toBe(before[i]?.anomalyScore);
      expect(after.anomalyMap).toEqual(before[i]?.anomalyMap);
    }
    for (const { anomalyScore, isAnomalous, pValue } of await detect(made.model, [...known, ...others])) {
      expect(isAnomalous).toBe(anomalyScore > threshold);
      expect(pValue).toBeCloseTo(conformalPValue(anomalyScore, scores), 6);
    }
  });

  test("set anew twice is the file that it is when it is set once, and grows no constants", async () => {
    const scores = scoresOf(before);
    const options = { falseAlarmRate: 0.1, backend };
    const once = await recalibrate(model, { scores }, options);
    const other = await recalibrate(model, { scores: scores.slice(10) }, options);
    const twice = await recalibrate(other.model, { scores }, options);
    expect(twice.description).toEqual(once.description);
    expect(twice.model.length).toBe(once.model.length);
    expect(decodeModel(twice.model).metadata[goldenKey]).toBe(decodeModel(once.model).metadata[goldenKey]);
  });

  test("keeps the rate that it states where none is given, and says which rate too few pictures support", async () => {
    const scores = scoresOf(before);
    const { falseAlarmRate } = describeModel(model).calibration;
    const made = await recalibrate(model, { scores }, { backend });
    expect(made.description.calibration.falseAlarmRate).toBe(falseAlarmRate);
    await expect(recalibrate(model, { scores }, { falseAlarmRate: 0.01, backend })).rejects.toMatchObject({
      code: "E_FALSE_ALARM_RATE",
      message: expect.stringContaining("at least 99"),
    });
  });

  test("leaves out one that is like none of the others, unless it is to be kept; takes the pixel threshold from maps where they are known", async () => {
    const scores = [...scoresOf(before), 1000];
    const mapMaxima = scores.map((score) => 2 * score);
    const options = { falseAlarmRate: 0.1, backend };
    const without = await recalibrate(model, { scores, mapMaxima }, options);
    expect(without.odd).toEqual([30]);
    expect(without.description.calibration.scores).not.toContain(1000);
    expect(without.description.calibration.pixelThreshold).toBe(
      2 * without.description.calibration.threshold,
    );
    const kept = await recalibrate(model, { scores, mapMaxima }, { ...options, keepOdd: true });
    expect(kept.odd).toEqual([]);
    expect(kept.description.calibration.scores).toContain(1000);
  });

  test("a damaged file is refused", async () => {
    const damaged = model.slice();
    damaged[1000] = 255 - (damaged[1000] ?? 0);
    await expect(recalibrate(damaged, { scores: [1] }, { backend })).rejects.toMatchObject({
      code: "E_ONNX",
    });
  });
});

describe("a model that was taught to tolerate disturbances", () => {
  const rate = { falseAlarmRate: 0.1, backend };
  const good = Array.from({ length: 20 }, (_, i) => 1 + i / 100); // 1 .. 1.19: the second highest is the threshold
  const asTheyAre = 1.18;
  let model: Uint8Array;

  beforeAll(async () => {
    const planes = soundPrints(10, { width: 32, height: 32, seed: 5 }).map(planesOf);
    const prepared = prepareMethod({ method: "gaussian", preset: "fast", imageSize: 32 }, 32);
    const context = { backend, now: () => 0, name: "prints", skipped: 0, software: {} };
    ({ model } = await trainDetector(planes, prepared, { ...context, tolerance: "usual" }));
  });

  /** What each picture scores under two disturbances. */
  const recalibrated = async (under: readonly (readonly number[])[], scores = good) => {
    const disturbed = under.map((copies, place) => ({
      place,
      scores: copies,
      mapMaxima: copies.map((score) => 2 * score),
    }));
    const measured = { scores, mapMaxima: scores, disturbed };
    return (await recalibrate(model, measured, rate)).description.calibration;
  };

  test("has its thresholds raised to where 15 % are above them under the disturbance that it minds most", async () => {
    const copies = Array.from({ length: 20 }, (_, i) => [1, 2 + i / 100]); // of 20 the third highest is exceeded by 3 / 21
    expect(await recalibrated(copies)).toMatchObject({
      threshold: 2.17,
      toleratedScore: 2.17,
      thresholdAsTheyAre: asTheyAre,
      pixelThreshold: 4.34,
      falseAlarmRate: 0.1,
    });
  });

  test("keeps what the pictures say where the copies score no higher, and counts no copies of one that was left out", async () => {
    const low = await recalibrated(Array.from({ length: 20 }, () => [1, 1]));
    expect(low).toMatchObject({ threshold: asTheyAre, toleratedScore: 1 });
    expect(low).not.toHaveProperty("thresholdAsTheyAre");
    const odd = [...good.slice(0, -1), 50];
    const calibration = await recalibrated([...Array.from({ length: 19 }, () => [1, 1]), [60, 60]], odd);
    expect(calibration).toMatchObject({ images: 19, toleratedScore: 1 });
  });

  test("moves what copies scored before as far as good scores have moved, where there are no pictures to copy", async () => {
    const { toleratedScore = Number.NaN, scores } = describeModel(model).calibration;
    expect(toleratedScore).toBeGreaterThan(0);
    const median = scores[Math.floor(scores.length / 2)] ?? Number.NaN;
    const moved = good.map((score) => score - 1.1 + median + 0.5);
    const once = await recalibrate(model, { scores: moved }, rate);
    const { calibration } = once.description;
    expect(calibration.toleratedScore).toBeCloseTo(toleratedScore + 0.5, 6);
    expect(calibration.threshold).toBe(Math.max(moved[18] ?? 0, calibration.toleratedScore ?? 0));
    const twice = await recalibrate(once.model, { scores: moved }, rate);
    expect(twice.description).toEqual(once.description);
  });
});

test("of a model that finds a part, pictures without it stay anomalous however high the new threshold is", async () => {
  const size = { width: 48, height: 40 };
  const random = new Random(3);
  const part = () => lyingPart(size, randomLie(random, size), { random });
  for (let i = 0; i < 16; i++) folder.write(`bars/${i}.png`, await encodePng(part()));
  const { model, description } = await train(folder.at("bars"), {
    method: "gaussian",
    imageSize: 32,
    locate: "on",
  });
  expect(description.part).toBeDefined();
  const images = [
    ...Array.from({ length: 29 }, part),
    lyingPart(size, null, { random }), // bare ground
  ];
  const measured = scoresOf(await detect(await measuringModel(model), images));
  const scores = scoresOf(await detect(model, images));
  expect(measured.slice(0, -1)).toEqual(scores.slice(0, -1));
  const made = await recalibrate(
    model,
    { scores: measured.map((score, i) => (i < 29 ? 50 + i : score)) }, // as if all parts scored far higher
    { falseAlarmRate: 0.1, backend },
  );
  expect(made.withoutPart).toBe(1);
  expect(made.description.calibration.threshold).toBe(77); // the third of 30, bare ground first
  const [bare] = await detect(made.model, images.slice(-1));
  expect(bare?.isAnomalous).toBe(true);
  expect(bare?.anomalyScore).toBeCloseTo(made.description.calibration.scores.at(-1) ?? 0, 3);
  expect((await checkRuntime(made.model, backend)).isWithinTolerance).toBe(true);
  await expect(
    recalibrate(model, { scores: [...measured, ...measured.slice(-1)] }, { falseAlarmRate: 0.05, backend }),
  ).rejects.toMatchObject({ code: "E_FALSE_ALARM_RATE", message: expect.stringContaining("2 of 31") });
});
