import { expect, test } from "vitest";
import { FakeDetector, fakeDescription } from "../../test/support/fake-detector.ts";
import { renderEvaluationReport } from "../report/evaluation-report.ts";
import { type Evaluation, evaluate } from "./evaluate.ts";
import type { LabelledImage } from "./labelled-image.ts";
import { reportInputOf } from "./report-of-evaluation.ts";

/** Evaluation of images whose score is their grey level over 100. */
async function evaluationOf(
  images: readonly (readonly [label: 0 | 1, grey: number])[],
  threshold?: number,
): Promise<Evaluation> {
  const detector = new FakeDetector((image) => {
    const score = (image.data[0] ?? 0) / 100;
    return { score, map: { width: 1, height: 1, data: Float32Array.of(score) } };
  });
  const source = images.map(
    ([label, grey], i): LabelledImage => ({
      path: `${i}.png`,
      className: label === 0 ? "good" : "crack",
      label,
      maskPath: null,
      mask: null,
      image: { width: 1, height: 1, data: new Uint8Array(3).fill(grey) },
    }),
  );
  return await evaluate(detector, source, {
    now: () => 0,
    ...(threshold === undefined ? {} : { threshold }),
  });
}

const description = fakeDescription;

test("the report's input holds figures, results, curves and the promised rate", async () => {
  const evaluation = await evaluationOf([
    [0, 10],
    [1, 90],
  ]);
  const input = reportInputOf(evaluation, { description, command: "radar evaluate m.onnx data" });
  expect(input).toMatchObject({
    title: "bottle: fake, fast",
    command: "radar evaluate m.onnx data",
    metrics: evaluation.metrics,
    images: evaluation.results,
    falseAlarmRate: 0.05,
    mapScale: null,
    skipped: [],
    notes: evaluation.notes,
  });
  expect(input.curves.roc?.truePositiveRates).toEqual(Float64Array.of(0, 1, 1));
  expect(input.curves.pr?.recalls).toEqual(Float64Array.of(0, 1, 1));
});

test("one class has no curves, and a threshold given by hand no promised rate", async () => {
  const evaluation = await evaluationOf([[0, 10]], 0.05);
  const input = reportInputOf(evaluation, { description });
  expect(input.curves).toEqual({ roc: null, pr: null });
  expect(input.falseAlarmRate).toBeNull();
  expect(input).not.toHaveProperty("command");
});

test("a threshold by the method's own rule promises no rate, and the report says so", async () => {
  const calibration = { ...description.calibration, rule: "method" as const };
  const input = reportInputOf(await evaluationOf([[0, 10]]), {
    description: { ...description, calibration },
  });
  expect([input.falseAlarmRate, input.thresholdRule]).toEqual([null, "method"]);
  expect(renderEvaluationReport(input)).toContain("it promises no false-alarm rate");
});

test("the caller's facts come before the detector's", async () => {
  const input = reportInputOf(await evaluationOf([[0, 10]]), {
    description,
    facts: [["Data", "bottle"]],
  });
  expect(input.facts).toEqual([
    ["Data", "bottle"],
    ["Method", "fake, preset fast"],
    ["Map read-out", "by hand"],
    ["Learned from", "20 good images, 1 step"],
    ["Threshold from", "19 held-out good images"],
    ["Image size", "64 px, in patches of 32 px"],
    ["Network", "1.23 million parameters"],
    ["Seed", "7"],
    ["Training set", "SHA-256 0123456789ab"],
    ["Software", "radar-ad 0.1.0, node 20"],
  ]);
});

test("pictures bring the detector's scale", async () => {
  const picture = { path: "1.png", className: "good", caption: "", panels: [] };
  const pictures = { falseAlarms: [picture], misses: [], gallery: [] };
  const input = reportInputOf(await evaluationOf([[0, 10]]), { description, pictures });
  expect(input).toMatchObject({ pictures, mapScale: { maximum: 1, threshold: 0.6 } });
});

test("an evaluation that went through JSON gives the same report", async () => {
  const evaluation = await evaluationOf([
    [0, 10],
    [0, 60],
    [1, 90],
  ]);
  const stored: Evaluation = JSON.parse(JSON.stringify(evaluation));
  expect(stored).toEqual(evaluation);
  const page = renderEvaluationReport(reportInputOf(evaluation, { description }));
  expect(renderEvaluationReport(reportInputOf(stored, { description }))).toBe(page);
  expect(page).toContain("<h1>bottle: fake, fast</h1>");
});
