import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { describe, expect, test } from "vitest";
import { CountingBackend } from "../../test/support/counting-backend.ts";
import { fakeDescription } from "../../test/support/fake-detector.ts";
import { Random } from "../base/random.ts";
import {
  buildGraph,
  cast,
  type Graph,
  greater,
  input,
  neg,
  reduceMax,
  reduceMean,
  reshape,
  scalar,
  sub,
} from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { descriptionKey } from "./description.ts";
import { describeModel, loadDetector } from "./load-detector.ts";
import { imageInput, resizePixels } from "./preprocess.ts";

const real = nodeBackend({ threads: 1 });

/** The smallest detector: brightness is anomalous. */
function brightnessGraph(): Graph {
  const image = imageInput();
  const map = reduceMax(resizePixels(image, 16), { axes: [1] });
  const score = reshape(reduceMean(map, { axes: [1, 2, 3] }), ["N"]);
  const isAnomalous = greater(score, scalar(127.5));
  return buildGraph({
    name: "brightness",
    inputs: [image],
    outputs: {
      anomaly_map: map,
      anomaly_score: score,
      p_value: sub(scalar(1), cast(isAnomalous, "float32")),
      is_anomalous: isAnomalous,
    },
  });
}

function modelWith(metadata: Readonly<Record<string, string>>, graph: Graph = brightnessGraph()): Uint8Array {
  return encodeModel(graph, metadata);
}

const sound = modelWith({ [descriptionKey]: JSON.stringify(fakeDescription) });

describe("a model file", () => {
  test("tells what it is without a runtime", () => {
    expect(describeModel(sound)).toEqual(fakeDescription);
  });

  test("is loaded from its bytes, scores, and is freed", async () => {
    const backend = new CountingBackend(real);
    const detector = await loadDetector(sound, backend);
    expect(detector.description).toEqual(fakeDescription);
    const white = { width: 20, height: 18, data: new Uint8Array(3 * 20 * 18).fill(255) };
    expect(await detector.detect([white])).toEqual([
      {
        anomalyMap: { width: 16, height: 16, data: new Float32Array(256).fill(255) },
        anomalyScore: 255,
        pValue: 0,
        isAnomalous: true,
        warnings: [],
      },
    ]);
    await detector.dispose();
    expect([backend.loads, backend.disposals]).toEqual([1, 1]);
    await expect(detector.detect([white])).rejects.toMatchObject({ name: "RadarError", code: "E_DISPOSED" });
  });
});

describe("a file is refused with E_ONNX before it is given to a runtime", () => {
  const x = input("x", "float32", [2]);
  const foreign = buildGraph({ name: "net", inputs: [x], outputs: { y: neg(x) } });
  const description = (changes: object) => ({
    [descriptionKey]: JSON.stringify({ ...fakeDescription, ...changes }),
  });
  const garbage = Uint8Array.from({ length: 1000 }, (_, i) => (i * 37 + 11) % 256);
  const notOnnx = (bytes: number) =>
    `model: expected an ONNX file, got ${bytes} bytes that are none, or are cut off.`;
  const changed = (problem: string) =>
    `model: expected the description of a detector in its metadata, got ${problem}. It was written by another version, or changed.`;

  test.each<[string, Uint8Array, string]>([
    ["that is empty", new Uint8Array(0), notOnnx(0)],
    ["of garbage", garbage, notOnnx(1000)],
    ["of text", new TextEncoder().encode("hello, this is a text"), notOnnx(21)],
    ["cut off in the middle", sound.subarray(0, sound.length >> 1), notOnnx(sound.length >> 1)],
    ["cut off by a byte", sound.subarray(0, -1), notOnnx(sound.length - 1)],
    [
      "of another network",
      modelWith({}, foreign),
      'model: expected a detector of radar-ad, got an ONNX model of radar-ad with inputs x. It has no "radar_ad" metadata.',
    ],
    [
      "with other metadata only",
      modelWith({ author: "somebody" }),
      'model: expected a detector of radar-ad, got an ONNX model of radar-ad with inputs image. It has no "radar_ad" metadata.',
    ],
    [
      "of another format",
      modelWith(description({ format: 3 })),
      changed("Invalid option: expected one of 1|2 at format"),
    ],
    [
      "with a wrong value in its description",
      modelWith(description({ calibration: { ...fakeDescription.calibration, threshold: "high" } })),
      changed("Invalid input: expected number, received string at calibration.threshold"),
    ],
    [
      "with a description that is no JSON",
      modelWith({ [descriptionKey]: '{"format":1' }),
      changed("Invalid input: expected object, received undefined at its top"),
    ],
    [
      "with a description that is a number",
      modelWith({ [descriptionKey]: "1" }),
      changed("Invalid input: expected object, received number at its top"),
    ],
  ])("%s", async (_name, bytes, message) => {
    const backend = new CountingBackend(real);
    await expect(loadDetector(bytes, backend)).rejects.toMatchObject({
      name: "OnnxFormatError",
      code: "E_ONNX",
      message,
    });
    expect(backend.loads).toBe(0);
    expect(() => describeModel(bytes)).toThrow(message);
  });

  test("cut off anywhere", () => {
    const random = new Random(4);
    for (let trial = 0; trial < 200; trial++) {
      const bytes = sound.subarray(0, random.integer(sound.length));
      expect(() => describeModel(bytes)).toThrow(expect.objectContaining({ code: "E_ONNX" }));
    }
  });

  test("with any byte changed, or is described", () => {
    const random = new Random(5);
    let refused = 0;
    for (let trial = 0; trial < 300; trial++) {
      const bytes = sound.slice();
      bytes[random.integer(bytes.length)] = random.integer(256);
      try {
        describeModel(bytes);
      } catch (error) {
        expect(error).toMatchObject({ code: "E_ONNX" });
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(0);
  });
});

test("a described model that the runtime cannot load is refused with E_BACKEND", async () => {
  const x = input("x", "float32", ["N", 3]);
  const graph = buildGraph({ name: "net", inputs: [x], outputs: { y: neg(x) } });
  const model = modelWith({ [descriptionKey]: JSON.stringify(fakeDescription) }, graph);
  const unknown = Buffer.from(model).toString("latin1").replaceAll("Neg", "Nog"); // an operator that there is not
  const bytes = Uint8Array.from(Buffer.from(unknown, "latin1"));
  await expect(loadDetector(bytes, real)).rejects.toMatchObject({
    name: "BackendError",
    code: "E_BACKEND",
    message: expect.stringMatching(/^load: expected a model that ONNX Runtime can run on cpu, got: .*Nog/s),
    cause: expect.any(Error),
  });
});

test.each([17, 99])(
  "a described model of opset %i, which none of ours is, is refused with E_ONNX",
  async (version) => {
    const model = fromBinary(
      ModelProtoSchema,
      modelWith({ [descriptionKey]: JSON.stringify(fakeDescription) }),
    );
    for (const opset of model.opsetImport) opset.version = BigInt(version);
    await expect(loadDetector(toBinary(ModelProtoSchema, model), real)).rejects.toMatchObject({
      code: "E_ONNX",
      message: `model: expected operators of ONNX opset 18 to 22, got ${version}. It was written by another version, or changed.`,
    });
  },
);
