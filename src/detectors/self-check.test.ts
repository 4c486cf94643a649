import * as ort from "onnxruntime-web";
import { beforeAll, describe, expect, test } from "vitest";
import { planesOf, soundPrints } from "../../test/support/rendered-planes.ts";
import { float32Array, ndArray } from "../base/array.ts";
import { prepareMethod, trainDetector } from "../methods/index.ts";
import type { Backend, Session } from "../runtime/backend.ts";
import { nodeBackend } from "../runtime/node.ts";
import { webBackend } from "../runtime/web.ts";
import type { DetectorDescription } from "./description.ts";
import { checkRuntime, verifyTolerance, verifyToleranceOf } from "./self-check.ts";

const backend = nodeBackend({ threads: 1 });
let model: Uint8Array;
let calibration: DetectorDescription["calibration"];

beforeAll(async () => {
  const planes = soundPrints(10, { width: 32, height: 32, seed: 5 }).map(planesOf);
  const prepared = prepareMethod({ method: "gaussian", preset: "fast", imageSize: 32 }, 32);
  const context = { backend, now: () => 0, name: "prints", skipped: 0, software: {} };
  const trained = await trainDetector(planes, prepared, context);
  ({ model } = trained);
  ({ calibration } = trained.description);
});

/** The backend with each score moved, and, where given, another p-value and decision. */
function shifted(by: number, says: { pValue?: number; isAnomalous?: boolean } = {}): Backend {
  const change = (session: Session): Session => ({
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    run: async (feeds) => {
      const outputs = await session.run(feeds);
      const score = Number(outputs.anomaly_score?.data[0]) + by;
      return {
        ...outputs,
        anomaly_score: float32Array([1], [score]),
        ...(says.pValue !== undefined && { p_value: float32Array([1], [says.pValue]) }),
        ...(says.isAnomalous !== undefined && {
          is_anomalous: ndArray("bool", [1], Uint8Array.of(says.isAnomalous ? 1 : 0)),
        }),
      };
    },
    dispose: () => session.dispose(),
  });
  return { name: "shifted", load: async (bytes) => change(await backend.load(bytes)) };
}

const largestScore = () => Math.max(...calibration.scores.map(Math.abs));

describe("the self-check of a model", () => {
  test("finds no difference on the runtime that it was made on", async () => {
    const none = { absolute: 0, relative: 0 };
    expect(await checkRuntime(model, backend)).toEqual({
      runtime: backend.name,
      difference: { score: none, pValue: none, map: none },
      sameDecision: true,
      isWithinTolerance: true,
    });
  });

  test("is within tolerance in WebAssembly", async () => {
    const check = await checkRuntime(model, webBackend(ort, { threads: 1 }));
    expect(check).toMatchObject({ isWithinTolerance: true, sameDecision: true });
    expect(check.runtime).toMatch(/^onnxruntime-web \d+\.\d+\.\d+ \(wasm\)$/);
  });

  test.each([
    [0.5, true],
    [2, false],
  ])("takes a score off by %s tolerances for as made: %s", async (times, isWithinTolerance) => {
    const by = times * verifyTolerance * largestScore();
    const check = await checkRuntime(model, shifted(by));
    expect(check.isWithinTolerance).toBe(isWithinTolerance);
    expect(check.difference?.score.relative).toBeCloseTo(times * verifyTolerance, 6);
    expect(check.difference?.score.absolute).toBeCloseTo(by, 6);
  });

  test("refuses a p-value and a decision that no score within tolerance has", async () => {
    const { sameDecision, difference } = await checkRuntime(model, backend);
    expect([sameDecision, difference?.pValue.absolute]).toEqual([true, 0]);
    // The picture made by rule is no print: every held-out print scores lower.
    expect(await checkRuntime(model, shifted(0, { pValue: 1 }))).toMatchObject({ isWithinTolerance: false });
    expect(await checkRuntime(model, shifted(0, { isAnomalous: false }))).toMatchObject({
      isWithinTolerance: false,
      sameDecision: false,
    });
  });
});

test("a model that finds its part, or has trees, may differ by more", () => {
  const of = (...names: string[]) => ({ operators: Object.fromEntries(names.map((name) => [name, 1])) });
  expect(verifyToleranceOf(of("Conv", "MatMul"))).toBe(verifyTolerance);
  expect(verifyToleranceOf(of("Conv", "GridSample"))).toBe(1e-3);
  expect(verifyToleranceOf(of("TreeEnsembleRegressor", "GridSample"))).toBe(5e-2);
  expect(verifyToleranceOf(of("Conv", "QuantizeLinear"))).toBe(5e-2);
});
