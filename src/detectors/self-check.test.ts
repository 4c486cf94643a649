import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type GraphProto, ModelProtoSchema } from "onnx-buf";
import * as ort from "onnxruntime-web";
import { beforeAll, describe, expect, test } from "vitest";
import { planesOf, soundPrints } from "../../test/support/rendered-planes.ts";
import { float32Array, ndArray } from "../base/array.ts";
import { prepareMethod, radarMethod, resolveRadarOptions, trainDetector } from "../methods/index.ts";
import { decodeModel } from "../onnx/index.ts";
import type { Backend, Session } from "../runtime/backend.ts";
import { nodeBackend } from "../runtime/node.ts";
import { webBackend } from "../runtime/web.ts";
import type { DetectorDescription } from "./description.ts";
import { type Golden, goldenKey } from "./golden.ts";
import { sealed, sealKey } from "./seal.ts";
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
    carried: async () => ({}),
    dispose: () => session.dispose(),
  });
  return { name: "shifted", load: async (bytes, options) => change(await backend.load(bytes, options)) };
}

const largestScore = () => Math.max(...calibration.scores.map(Math.abs));

describe("the self-check of a model", () => {
  test("finds no difference on the runtime that it was made on", async () => {
    const none = { absolute: 0, relative: 0 };
    expect(await checkRuntime(model, backend)).toEqual({
      runtime: backend.name,
      difference: { score: none, pValue: none, map: none, sourceMaps: none },
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

describe("of several maps", () => {
  let several: Uint8Array;

  beforeAll(async () => {
    const prints = soundPrints(14, { width: 32, height: 32, seed: 5 }).map(planesOf);
    const planes = prints.map((own) => own.map((value, i) => (3 * (prints[0]?.[i] ?? 0) + value) / 4)); // alike, so that places are told apart
    const given = {
      preset: "fast",
      imageSize: 32,
      length: { steps: 2 },
      batchSize: 2,
      start: "random",
    } as const;
    const options = resolveRadarOptions(given, 32);
    const slim = radarMethod({ ...options, unet: { ...options.unet, baseChannels: 8, groups: 4 } });
    const context = { backend, now: () => 0, name: "prints", skipped: 0, software: {} };
    several = (await trainDetector(planes, slim, context)).model;
  });

  /** The model with something else in its graph or golden values, sealed anew: its seal does not tell. */
  async function changed(change: {
    graph?: (graph: GraphProto) => void;
    golden?: (golden: Golden) => Golden;
  }): Promise<Uint8Array> {
    const model = fromBinary(ModelProtoSchema, several);
    change.graph?.(model.graph ?? expect.fail("expected a graph"));
    model.metadataProps = model.metadataProps.filter(({ key }) => key !== sealKey);
    const entry = model.metadataProps.find(({ key }) => key === goldenKey) ?? expect.fail("no self-check");
    if (change.golden) entry.value = JSON.stringify(change.golden(JSON.parse(entry.value)));
    return sealed(toBinary(ModelProtoSchema, model));
  }

  /** The n-th convolution's kernel the other way round. */
  function reverseKernel({ node, initializer }: GraphProto, n: number): void {
    const [, kernel] = node.filter(({ opType }) => opType === "Conv")[n]?.input ?? [];
    const weight = initializer.find(({ name }) => name === kernel) ?? expect.fail("expected a kernel");
    const values = new Float32Array(Uint8Array.from(weight.rawData).buffer).reverse();
    weight.rawData = new Uint8Array(values.buffer);
  }

  /** Another slope of the activations: that of the operator's default. */
  function otherSlope({ node }: GraphProto): void {
    const attributes = node.flatMap(({ opType, attribute }) => (opType === "QuickGelu" ? attribute : []));
    expect(attributes.length).toBeGreaterThan(0);
    for (const slope of attributes) slope.f = 1.702;
  }

  test.each<[string, (graph: GraphProto) => void]>([
    ["the network's second convolution", (graph) => reverseKernel(graph, 1)],
    ["its third convolution", (graph) => reverseKernel(graph, 2)],
    ["a convolution of a residual block", (graph) => reverseKernel(graph, 4)],
    ["its activations", otherSlope],
  ])("a runtime that computes nothing but %s wrongly is refused, whatever the decision", async (_, graph) => {
    const check = await checkRuntime(await changed({ graph }), backend);
    const { sourceMaps } = check.difference ?? expect.fail("expected differences");
    expect(sourceMaps?.relative).toBeGreaterThan(verifyTolerance);
    expect(check.isWithinTolerance).toBe(false);
  });

  test("each of the maps is kept, and one that differs, or is missing, is told", async () => {
    const entry = decodeModel(several).metadata[goldenKey] ?? expect.fail("no self-check");
    const { mapStep, sourceMaps = [] }: Golden = JSON.parse(entry);
    expect([mapStep, ...sourceMaps.map(({ length }) => length)]).toEqual([15, 69, 69, 69, 69, 69, 69]); // defects, features, texture, kinds, strengths, derivatives
    const within = async (golden: (golden: Golden) => Golden) => {
      const check = await checkRuntime(await changed({ golden }), backend);
      return [check.isWithinTolerance, check.difference?.sourceMaps?.absolute];
    };
    expect(await within((golden) => golden)).toEqual([true, 0]);
    const moved = (c: number) => (golden: Golden) => ({
      ...golden,
      sourceMaps: golden.sourceMaps?.map((values, i) =>
        i === c ? values.with(7, (values[7] ?? 0) + 1) : values,
      ),
    });
    for (const c of [0, 1, 2, 3]) expect(await within(moved(c))).toEqual([false, expect.closeTo(1, 6)]);
    const oneMore = (golden: Golden) => ({ ...golden, sourceMaps: [...(golden.sourceMaps ?? []), [0]] });
    expect(await within(oneMore)).toEqual([false, Number.NaN]);
  });

  test("a file of before, which does not keep them, passes with a word", async () => {
    const before = await changed({ golden: ({ sourceMaps: _, ...golden }) => golden });
    expect(await checkRuntime(before, backend)).toMatchObject({
      difference: { sourceMaps: null },
      isWithinTolerance: true,
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
