import { describe, expect, test } from "vitest";
import { float32Array, type NdArray, ndArray } from "../base/array.ts";
import type { RgbImage } from "../base/raster.ts";
import type { Feeds, Session } from "../runtime/backend.ts";
import { pictureOf, runDetector, stackPictures } from "./run-detector.ts";

function picture(width: number, height: number, first = 0): RgbImage {
  return { width, height, data: Uint8Array.from({ length: 3 * width * height }, (_, i) => first + i) };
}

describe("pictures stacked for a call", () => {
  test("lie one after the other, uint8 [N, H, W, 3]", () => {
    const stacked = stackPictures([picture(2, 1), picture(2, 1, 100)]);
    expect(stacked).toEqual({
      dtype: "uint8",
      shape: [2, 1, 2, 3],
      data: Uint8Array.of(0, 1, 2, 3, 4, 5, 100, 101, 102, 103, 104, 105),
    });
  });

  test("are copied", () => {
    const image = picture(1, 1);
    stackPictures([image]).data.fill(9);
    expect(image.data).toEqual(Uint8Array.of(0, 1, 2));
  });

  test.each<[string, readonly RgbImage[], string, string]>([
    ["of none", [], "E_SHAPE", "detect: expected at least one image, got none."],
    [
      "of two sizes",
      [picture(2, 3), picture(2, 3), picture(3, 2)],
      "E_SHAPE",
      "detect: expected images of one size in a call (2 x 3), got 3 x 2 at index 2. Call once for each size.",
    ],
    [
      "with too few values",
      [{ width: 2, height: 2, data: new Uint8Array(4) }],
      "E_SHAPE",
      "images[0].data: expected 2 x 2 x 3 = 12 values, got 4.",
    ],
    [
      "without pixels",
      [{ width: 0, height: 2, data: new Uint8Array(0) }],
      "E_OPTION",
      "images[0].width: expected an integer >= 1, got 0.",
    ],
  ])("%s are refused", (_name, images, code, message) => {
    expect(() => stackPictures(images)).toThrow(expect.objectContaining({ code, message }));
  });
});

test("a picture of planes has its channels pixel by pixel", () => {
  const planes = Uint8Array.of(1, 2, 3, 4, 10, 20, 30, 40, 100, 110, 120, 130);
  expect(pictureOf(planes, 2)).toEqual({
    width: 2,
    height: 2,
    data: Uint8Array.of(1, 10, 100, 2, 20, 110, 3, 30, 120, 4, 40, 130),
  });
});

describe("one call of a session", () => {
  const answers: Readonly<Record<string, NdArray>> = {
    anomaly_map: float32Array([2, 1, 2, 3], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
    anomaly_score: float32Array([2], [0.25, 0.75]),
    p_value: float32Array([2], [1, 0.125]),
    is_anomalous: ndArray("bool", [2], Uint8Array.of(0, 1)),
  };

  /** A session that always gives `outputs`, and what it was fed. */
  function fake(outputs: Readonly<Record<string, NdArray>>): { session: Session; fed: Feeds[] } {
    const fed: Feeds[] = [];
    const session: Session = {
      inputNames: ["image"],
      outputNames: Object.keys(outputs),
      run: async (feeds) => {
        fed.push(feeds);
        return { ...outputs };
      },
      carried: async () => ({}),
      dispose: async () => undefined,
    };
    return { session, fed };
  }

  test("gives each picture its part of every output", async () => {
    const { session, fed } = fake(answers);
    const images = [picture(4, 5), picture(4, 5, 1)];
    expect(await runDetector(session, images)).toEqual([
      {
        anomalyMap: { width: 3, height: 2, data: Float32Array.of(0, 1, 2, 3, 4, 5) },
        anomalyScore: 0.25,
        pValue: 1,
        isAnomalous: false,
        warnings: [],
      },
      {
        anomalyMap: { width: 3, height: 2, data: Float32Array.of(6, 7, 8, 9, 10, 11) },
        anomalyScore: 0.75,
        pValue: 0.125,
        isAnomalous: true,
        warnings: [],
      },
    ]);
    expect(fed).toEqual([{ image: stackPictures(images) }]);
  });

  test.each(["anomaly_map", "anomaly_score", "p_value", "is_anomalous"])(
    "without %s among its answers is refused by that name",
    async (missing) => {
      const { [missing]: _, ...rest } = answers;
      await expect(runDetector(fake(rest).session, [picture(4, 5), picture(4, 5)])).rejects.toMatchObject({
        code: "E_BACKEND",
        message: `detect: expected the model to give ${missing}, got ${Object.keys(rest).join(", ")}.`,
      });
    },
  );

  test.each<[string, string, Readonly<Record<string, NdArray>>]>([
    ["score", "b.png", { ...answers, anomaly_score: float32Array([2], [0.25, Number.NaN]) }],
    [
      "map at x = 2, y = 1",
      "a.png",
      { ...answers, anomaly_map: float32Array([2, 1, 2, 3], [0, 1, 2, 3, 4, Infinity, 6, 7, 8, 9, 10, 11]) },
    ],
  ])("is an error that names the picture whose %s is not finite", async (what, name, outputs) => {
    const images = [picture(4, 5), picture(4, 5)];
    const run = (names?: string[]) => runDetector(fake(outputs).session, images, { names });
    await expect(run(["a.png", "b.png"])).rejects.toMatchObject({
      name: "DataError",
      code: "E_NOT_FINITE",
      message: expect.stringContaining(`${name}: expected a finite number for its anomaly ${what}, got `),
    });
    await expect(run()).rejects.toThrow(/^images\[[01]\]: expected a finite number/);
  });

  test("is not made for pictures that do not fit together", async () => {
    const { session, fed } = fake(answers);
    await expect(runDetector(session, [picture(4, 5), picture(5, 4)])).rejects.toMatchObject({
      code: "E_SHAPE",
    });
    expect(fed).toEqual([]);
  });
});
