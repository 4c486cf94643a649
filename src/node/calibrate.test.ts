import { copyFileSync, readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { soundPrints } from "../../test/support/rendered-planes.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { calibrate } from "./calibrate.ts";
import { encodePng } from "./image-codec.ts";
import { loadDetectorFile } from "./load-detector.ts";
import { train } from "./train.ts";
import { verifyModel } from "./verify.ts";

const folder = temporaryFolder();
const size = { width: 40, height: 40 };
const model = folder.at("parts.onnx");

beforeAll(async () => {
  for (const [i, image] of soundPrints(12, { ...size, seed: 1 }).entries())
    folder.write(`parts/${i}.png`, await encodePng(image));
  for (const [i, image] of soundPrints(20, { ...size, seed: 2 }).entries()) {
    const bright = { ...image, data: image.data.map((value) => Math.min(255, value + 12)) }; // the light has changed
    folder.write(`confirmed/${String(i).padStart(2, "0")}.png`, await encodePng(bright));
  }
  copyFileSync(folder.at("confirmed/00.png"), folder.at("confirmed/copy.png"));
  folder.write("confirmed/damaged.png", "none");
  await train(folder.at("parts"), { method: "gaussian", imageSize: 32, output: model });
});

test("the written file passes verify and calls no more of the good parts anomalous than it states; the other file is as it was", async () => {
  const before = readFileSync(model);
  const output = folder.at("new.onnx");
  const made = await calibrate(model, folder.at("confirmed"), { output, falseAlarmRate: 0.1, keepOdd: true });
  expect(readFileSync(model)).toEqual(before);
  expect(readFileSync(output)).toEqual(Buffer.from(made.model));
  expect((await verifyModel(output, { device: "cpu" })).isWithinTolerance).toBe(true);
  expect(made).toMatchObject({
    output,
    after: { images: 20, falseAlarmRate: 0.1 },
    copies: [folder.at("confirmed/copy.png")],
    skipped: [{ path: folder.at("confirmed/damaged.png") }],
    withoutPart: 0,
    odd: [],
  });
  const detector = await loadDetectorFile(output);
  const scores: number[] = [];
  let alarms = 0;
  for (let i = 0; i < 20; i++) {
    const found = await detector.detectOne(folder.at(`confirmed/${String(i).padStart(2, "0")}.png`));
    scores.push(found.anomalyScore);
    if (found.isAnomalous) alarms++;
  }
  await detector.dispose();
  expect(made.after.scores).toEqual(scores.toSorted((a, b) => a - b));
  expect(made.alarms).toEqual({
    before: scores.filter((score) => score > made.before.threshold).length,
    after: alarms,
  });
  expect(alarms).toBeLessThanOrEqual(2);
});

test("without an output the model itself is replaced, at the rate that it states; too few pictures, and none, leave it as it is", async () => {
  const own = folder.at("own.onnx");
  copyFileSync(model, own);
  const { after, before } = await calibrate(own, folder.at("confirmed"));
  expect(after.falseAlarmRate).toBe(before.falseAlarmRate);
  const written = readFileSync(own);
  expect(written).not.toEqual(readFileSync(model));
  await expect(calibrate(own, folder.at("confirmed"), { falseAlarmRate: 0.01 })).rejects.toMatchObject({
    code: "E_FALSE_ALARM_RATE",
  });
  folder.write("bad/a.png", "none");
  await expect(calibrate(own, folder.at("bad"))).rejects.toMatchObject({ code: "E_DATA" });
  const stopped = AbortSignal.abort();
  await expect(calibrate(own, folder.at("confirmed"), { signal: stopped })).rejects.toMatchObject({
    code: "E_ABORTED",
  });
  // @ts-expect-error: a JavaScript caller's
  const wrong = calibrate(own, folder.at("confirmed"), { falseAlarmRate: "auto" });
  await expect(wrong).rejects.toMatchObject({ code: "E_OPTION" });
  await expect(calibrate(own, folder.at("confirmed"), { falseAlarmRate: 1.5 })).rejects.toThrow(
    "falseAlarmRate",
  );
  expect(readFileSync(own)).toEqual(written);
});

test.each([
  ["as it is", {}],
  ["in tiles", { resolution: "full" }],
] as const)(
  "of a model %s that was taught to tolerate disturbances, disturbed copies of the pictures count too",
  async (_, look) => {
    const taught = folder.at("taught.onnx");
    const options = {
      method: "gaussian",
      imageSize: 32,
      tolerance: "usual",
      output: taught,
      ...look,
    } as const;
    await train(folder.at("parts"), options);
    const calibrated = () =>
      calibrate(taught, folder.at("confirmed"), { output: folder.at("taught-2.onnx"), falseAlarmRate: 0.1 });
    const { after } = await calibrated();
    const { threshold, toleratedScore = Number.NaN, thresholdAsTheyAre = threshold } = after;
    expect(threshold).toBe(Math.max(toleratedScore, thresholdAsTheyAre));
    expect((await calibrated()).after).toEqual(after);
  },
);

test("of a model that was not taught, they do not", async () => {
  const { after } = await calibrate(model, folder.at("confirmed"), { output: folder.at("new.onnx") });
  expect(after).not.toHaveProperty("toleratedScore");
});
