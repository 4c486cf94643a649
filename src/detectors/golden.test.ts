import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { float32Array, ndArray } from "../base/array.ts";
import type { Session } from "../runtime/backend.ts";
import {
  type Golden,
  goldenDifference,
  goldenOf,
  goldenPicture,
  goldenSchema,
  sourceDifferences,
} from "./golden.ts";
import { imageInputName } from "./model-names.ts";

/** A session whose map is the red channel in [0, 1] and whose score is the map's mean; `shift` moves what it says. */
function redSession(shift: { map?: number; score?: number; pValue?: number; flips?: boolean } = {}): Session {
  return {
    inputNames: [imageInputName],
    outputNames: ["anomaly_map", "anomaly_score", "p_value", "is_anomalous", "source_maps"],
    run: async (feeds) => {
      const { shape = [], data = [] } = feeds[imageInputName] ?? {};
      const [, height = 0, width = 0] = shape;
      const red = Array.from(data, Number).filter((_, i) => i % 3 === 0);
      const mean = red.reduce((sum, value) => sum + value / 255, 0) / red.length;
      return {
        anomaly_map: float32Array(
          [1, 1, height, width],
          red.map((value) => value / 255 + (shift.map ?? 0)),
        ),
        anomaly_score: float32Array([1], [mean + (shift.score ?? 0)]),
        p_value: float32Array([1], [0.25 + (shift.pValue ?? 0)]),
        is_anomalous: ndArray("bool", [1], Uint8Array.of(shift.flips ? 0 : 1)),
        source_maps: float32Array([1, 2, height, width], [...red, ...red.map((value) => -value)]),
      };
    },
    carried: async () => ({}),
    dispose: async () => undefined,
  };
}

describe("the picture made by rule", () => {
  test("has the same bytes on every machine", () => {
    const { width, height, data } = goldenPicture(152, 136);
    expect([width, height, data.length]).toEqual([152, 136, 3 * 152 * 136]);
    expect(createHash("sha256").update(data).digest("hex")).toBe(
      "8c4a1df392fbd23c29657e768edee8be24e3007a57385507b85b45141ba2736b",
    );
  });

  test("stays within bytes without wrapping, whatever its size", () => {
    const { data } = goldenPicture(400, 300);
    // 64 + the longest wave (108) + grid (24)
    expect([data.reduce((a, b) => Math.min(a, b)), data.reduce((a, b) => Math.max(a, b))]).toEqual([64, 196]);
  });
});

describe("the self-check", () => {
  test("is of a picture a little larger than the model's size, with a sample of its map", async () => {
    const golden = await goldenOf(redSession(), 32);
    const { width, height, data } = goldenPicture(56, 40);
    expect([golden.width, golden.height]).toEqual([width, height]);
    expect(golden).toMatchObject({ pValue: 0.25, isAnomalous: true, mapStep: 33 }); // 35 and 34 have divisors with 56
    const places = Array.from({ length: 68 }, (_, i) => 33 * i);
    const red = places.map((place) => data[3 * place] ?? 0);
    expect(golden.map).toEqual(red.map((value) => Math.fround(value / 255)));
    expect(golden.sourceMaps).toEqual([red, red.map((value) => -value)]);
    expect(new Set(places.map((place) => place % 56)).size).toBe(56); // no column is left out
  });

  test("of a session that gives no source maps has none", async () => {
    const { outputNames, ...session } = redSession();
    const golden = await goldenOf({ ...session, outputNames: outputNames.slice(0, 4) }, 32);
    expect(golden.sourceMaps).toBeUndefined();
    expect(goldenSchema.parse(JSON.parse(JSON.stringify(golden)))).toEqual(golden);
  });

  test("tells of each source map by how much it differs, and of one that is not there", async () => {
    const golden = await goldenOf(redSession(), 32);
    const [first = [], second = []] = golden.sourceMaps ?? [];
    expect(await sourceDifferences(redSession(), golden, [first, second])).toEqual([0, 0]);
    const moved = second.with(5, (second[5] ?? 0) - 3);
    expect(await sourceDifferences(redSession(), golden, [first, moved])).toEqual([0, 3]);
    expect(await sourceDifferences(redSession(), golden, [first, second, second])).toEqual([
      0,
      0,
      Number.NaN,
    ]);
  });

  test("finds no difference on the session it was made on", async () => {
    const golden = await goldenOf(redSession(), 32);
    const same = { score: 0, pValue: 0, map: 0, sameDecision: true };
    expect(await goldenDifference(redSession(), golden)).toMatchObject(same);
  });

  test("survives JSON and its schema to the bit", async () => {
    const golden = await goldenOf(redSession(), 32);
    expect(goldenSchema.parse(JSON.parse(JSON.stringify(golden)))).toEqual(golden);
  });

  test("tells by how much another session differs", async () => {
    const golden = await goldenOf(redSession(), 32);
    const other = redSession({ map: 0.25, score: -0.125, pValue: 0.5, flips: true });
    const difference = await goldenDifference(other, golden);
    expect(difference.map).toBeCloseTo(0.25, 6);
    expect(difference.score).toBeCloseTo(0.125, 6);
    expect(difference.pValue).toBe(0.5);
    expect(difference.sameDecision).toBe(false);
  });

  test.each([
    ["a map of NaN", Number.NaN],
    ["a map of infinities", Infinity],
  ])("does not take %s for no difference", async (_name, map) => {
    const golden = await goldenOf(redSession(), 32);
    await expect(goldenDifference(redSession({ map }), golden)).rejects.toMatchObject({
      code: "E_NOT_FINITE",
      message: expect.stringContaining("self-check: expected a finite number"),
    });
  });

  test("does not take a smaller map for no difference", async () => {
    const golden = await goldenOf(redSession(), 32);
    const difference = await goldenDifference(redSession(), { ...golden, map: [...golden.map, 0, 0] });
    expect(difference.map).toBeNaN();
  });
});

describe("a self-check from a file is refused", () => {
  const good: Golden = {
    width: 56,
    height: 40,
    anomalyScore: 0.5,
    pValue: 1,
    isAnomalous: false,
    mapStep: 1,
    map: [0.5],
  };

  test("but not when it is sound", () => {
    expect(goldenSchema.parse(good)).toEqual(good);
  });

  test.each<[string, unknown]>([
    ["of a picture that would fill the memory", { ...good, width: 8193 }],
    ["of a picture without rows", { ...good, height: 0 }],
    ["with a map step of 0", { ...good, mapStep: 0 }],
    ["with a score that is null, as JSON writes NaN", { ...good, anomalyScore: null }],
    ["with a hole in its map", { ...good, map: [0.5, null] }],
    ["without a decision", { ...good, isAnomalous: undefined }],
  ])("%s", (_name, value) => {
    expect(goldenSchema.safeParse(value).success).toBe(false);
  });
});
