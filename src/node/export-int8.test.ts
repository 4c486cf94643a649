import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { soundPrints } from "../../test/support/rendered-planes.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { fileHash } from "../detectors/content-hash.ts";
import { checkQuantizable, describeModel } from "../detectors/index.ts";
import { checkLoss, exportInt8 } from "./export-int8.ts";
import { loadDetectorFile } from "./load-detector.ts";
import { train } from "./train.ts";
import { verifyModel } from "./verify.ts";

const folder = temporaryFolder();
const size = { width: 40, height: 36 };
const prints = soundPrints(24, { ...size, seed: 3 });
const others = soundPrints(26, { ...size, seed: 4 });
const model = folder.at("radar.onnx");
const small = { preset: "fast", imageSize: 32, batchSize: 2, threads: 1 } as const;

beforeAll(async () => {
  await train(prints, { ...small, length: { steps: 6 }, output: model });
});

/** Scores in eight bits are others than in float32, by less than a tenth of the model's range. */
async function expectNearScores(floatPath: string, int8Path: string, pictures: typeof prints): Promise<void> {
  const [float, int8] = [
    await loadDetectorFile(floatPath, { threads: 1 }),
    await loadDetectorFile(int8Path, { threads: 1 }),
  ];
  for (const picture of pictures) {
    const [a, b] = [await float.detectOne(picture), await int8.detectOne(picture)];
    const difference = Math.abs(a.anomalyScore - b.anomalyScore);
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(0.1 * float.description.calibration.mapMaximum);
  }
  await float.dispose();
  await int8.dispose();
}

describe("a model in eight bits", () => {
  test("keeps its scores within a few per cent, has thresholds and a self-check of its own, and says what it was made of", async () => {
    const output = folder.at("int8.onnx");
    const summary = await exportInt8(model, prints, { output, maxLoss: 1, threads: 1 });
    const before = describeModel(readFileSync(model));
    expect(summary).toMatchObject({ output, heldOut: before.calibration.images });
    expect(Buffer.compare(readFileSync(output), summary.model)).toBe(0);
    expect(summary.description).toEqual({
      ...before,
      calibration: expect.objectContaining({ images: before.calibration.images, rule: "conformal" }),
      quantized: {
        from: await fileHash(readFileSync(model)),
        convolutions: expect.any(Number),
        pictures: 15,
      },
    });
    expect(summary.description.quantized?.convolutions).toBeGreaterThan(20);
    expect(summary.planted).toBeGreaterThan(summary.heldOut);
    for (const figures of [summary.before, summary.after]) {
      expect(figures.milliseconds).toBeGreaterThan(0);
      // the highest of them is the threshold, each with the scales of the others: with its own among them one may lie above
      expect(figures.falseAlarms).toBeLessThanOrEqual(1 / before.calibration.images);
    }
    expect(summary.after.bytes).toBeLessThan(summary.before.bytes);

    const verified = await verifyModel(output, { threads: 1, device: "cpu" });
    expect(verified).toMatchObject({ isWithinTolerance: true, tolerance: 5e-2 });
    await expectNearScores(model, output, others.slice(0, 4));
  });

  test("reads pictures without colour as the model does: as one channel", async () => {
    const grey = prints.map(({ data, ...print }) => ({
      ...print,
      data: data.map((_, i) => {
        const [red = 0, green = 0, blue = 0] = data.subarray(i - (i % 3), i - (i % 3) + 3);
        return Math.round((red + green + blue) / 3);
      }),
    }));
    const greyModel = folder.at("grey.onnx");
    const output = folder.at("grey-int8.onnx");
    await train(grey, { ...small, length: { steps: 20 }, output: greyModel });
    const { description } = await exportInt8(greyModel, grey, { output, maxLoss: 1, threads: 1 });
    expect(description.quantized?.convolutions).toBeGreaterThan(20);
    await expectNearScores(greyModel, output, grey.slice(0, 4));
  });

  test("made with pictures that were not learned from, sets its thresholds on three quarters of them", async () => {
    const stages: string[] = [];
    const { description, heldOut } = await exportInt8(model, others, {
      maxLoss: 1,
      threads: 1,
      onStage: (stage) => stages.push(stage),
    });
    expect(stages.join("\n")).toContain("must not have learned from any of them");
    expect([heldOut, description.quantized?.pictures]).toEqual([20, 6]);
    expect(description.calibration.images).toBeGreaterThanOrEqual(19); // one may be odd
  });
});

describe("what is not made int8", () => {
  test.each([
    [
      { networkCalls: 0, method: "gaussian" },
      "with a network to quantise, got one of the method gaussian, which has none",
    ],
    [
      { quantized: { from: "", convolutions: 1, pictures: 1 } },
      "that counts in float32, got one that is int8 already",
    ],
    [
      { part: { aspect: 1, frame: 1, turns: true, misfitLimit: 1 } },
      "got one that finds a part in them first",
    ],
    [{ area: { share: 0.5, regions: [] } }, "got one that looks at an area of them"],
    [{ tiles: { scale: 1, overlapPx: 8 } }, "got one that reads them in tiles"],
  ])("%j", async (change, text) => {
    expect(() => checkQuantizable({ ...describeModel(readFileSync(model)), ...change })).toThrow(
      expect.objectContaining({ code: "E_OPTION", message: expect.stringContaining(text) }),
    );
  });

  test("a statistical method, before any picture is read", async () => {
    const { model: gaussian } = await train(prints, { method: "gaussian", imageSize: 32, threads: 1 });
    await expect(exportInt8(gaussian, "nowhere")).rejects.toMatchObject({ code: "E_OPTION" });
  });

  test("a model that finds planted defects worse than allowed", () => {
    const figures = { pixelAuroc: 1, falseAlarms: 0, milliseconds: 1, bytes: 1 };
    const [before, after] = [
      { ...figures, imageAuroc: 0.9 },
      { ...figures, imageAuroc: 0.885 },
    ];
    expect(() => checkLoss(before, after, 0.01)).toThrow(
      expect.objectContaining({
        code: "E_ACCURACY",
        message:
          "int8: expected the image AUROC on planted defects to drop by 0.01 at most, got 0.0150 (0.9000 to 0.8850). Use the model as it is, or allow more with `maxLoss`.",
      }),
    );
    expect(() => checkLoss(before, after, 0.02)).not.toThrow();
    expect(() => checkLoss(after, before, 0)).not.toThrow();
  });

  test("with too few pictures; nothing is written", async () => {
    const output = folder.at("few.onnx");
    await expect(exportInt8(model, others.slice(0, 3), { output })).rejects.toMatchObject({ code: "E_DATA" });
    expect(existsSync(output)).toBe(false);
  });
});
