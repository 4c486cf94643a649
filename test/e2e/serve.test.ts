import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Detection } from "../../src/detectors/index.ts";
import { decodeImage, loadDetectorFile, type PictureDetector } from "../../src/node/index.ts";
import type { Scores, Verdict } from "../../src/server/protocol.ts";
import { buildRadar } from "../support/radar.ts";
import { type ServerProcess, startServer, until, writeTinyModel } from "../support/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const score = "/v1/detectors/parts/score";
let server: ServerProcess;
let detector: PictureDetector;
let pictures: {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly expected: Detection;
}[];

beforeAll(async () => {
  buildRadar();
  const { set, models } = await writeTinyModel(folder.path);
  detector = await loadDetectorFile(join(models, "parts.onnx"));
  const defects = readdirSync(join(set, "test"), { withFileTypes: true }).flatMap(({ name }) =>
    readdirSync(join(set, "test", name)).map((file) => join(set, "test", name, file)),
  );
  pictures = await Promise.all(
    defects.map(async (path) => {
      const bytes = new Uint8Array(readFileSync(path));
      return { path, bytes, expected: await detector.detectOne(bytes) };
    }),
  );
  await sharp({ create: { width: 4096, height: 1024, channels: 3, background: "#888" } })
    .png()
    .toFile(folder.at("large.png"));
  server = await startServer(["--models", models, "--max-body", "1", "--max-megapixels", "1"]);
}, 600_000);

afterAll(async () => {
  await detector.dispose();
  await server.stop("SIGKILL");
});

function post(body: NonNullable<RequestInit["body"]>, type?: string): RequestInit {
  return { method: "POST", body, ...(type !== undefined && { headers: { "content-type": type } }) };
}

function form(files: readonly (readonly [name: string, bytes: Uint8Array<ArrayBuffer>])[]): FormData {
  const data = new FormData();
  for (const [name, bytes] of files) data.append("image", new Blob([bytes]), name);
  return data;
}

function problem(code: string, message: RegExp): unknown {
  return { error: { code, message: expect.stringMatching(message) } };
}

describe("POST /v1/detectors/{name}/score", () => {
  test("says of a raw picture what the detector says, to the bit", async () => {
    for (const { bytes, expected } of pictures) {
      const { detector: name, results }: Scores = await server.json(score, post(bytes, "image/png"));
      expect(name).toBe("parts");
      expect(results).toEqual([
        {
          id: expect.any(String),
          name: "picture[0]",
          imageHash: expect.stringMatching(/^[0-9a-f]{64}$/),
          version: expect.stringMatching(/^[0-9a-f]{64}$/),
          threshold: detector.description.calibration.threshold,
          anomalyScore: expected.anomalyScore,
          pValue: expected.pValue,
          isAnomalous: expected.isAnomalous,
          warnings: expected.warnings,
        },
      ]);
    }
    expect(new Set(pictures.map(({ expected }) => expected.isAnomalous))).toEqual(new Set([true, false]));
  });

  test("takes many pictures as a form; one that is none has its error in its place", async () => {
    const files = pictures.map(({ bytes }, i) => [`${i}.png`, bytes] as const);
    const broken = ["broken.png", new Uint8Array(100)] as const;
    const answer: Scores = await server.json(score, post(form([files[0]!, broken, ...files.slice(1)])));
    expect(answer.results.map(({ name }) => name)).toEqual([
      "0.png",
      "broken.png",
      ...files.slice(1).map(([name]) => name),
    ]);
    expect(answer.results[1]).toEqual({
      name: "broken.png",
      ...(problem("E_IMAGE", /^broken.png: expected a JPEG/) as object),
    });
    const scores = answer.results.flatMap((result) =>
      "anomalyScore" in result ? [result.anomalyScore] : [],
    );
    expect(scores).toEqual(pictures.map(({ expected }) => expected.anomalyScore));
  });

  test("gives the map as numbers or as a PNG", async () => {
    const [{ bytes, expected }] = [pictures[0]!];
    const map = async (form: string) => {
      const { results }: Scores = await server.json(`${score}?map=${form}`, post(bytes));
      return (results[0] as Verdict).map!;
    };
    const float = await map("float");
    const { width, height, data } = expected.anomalyMap;
    expect([float.width, float.height, float.encoding]).toEqual([width, height, "float32"]);
    const found = Buffer.from(float.data, "base64");
    expect(Array.from({ length: width * height }, (_, i) => found.readFloatLE(4 * i))).toEqual([...data]);
    const png = await map("png");
    const picture = await decodeImage(Buffer.from(png.data, "base64"));
    expect([png.encoding, png.width, png.height]).toEqual(["png", picture.width, picture.height]);
    expect(picture.width).toBe((await decodeImage(bytes)).width);
  });

  test.each([
    ["no picture", 422, "E_IMAGE", () => post(new Uint8Array([1, 2, 3])), score],
    ["a picture cut short", 422, "E_IMAGE", () => post(pictures[0]!.bytes.slice(0, 200)), score],
    ["nothing", 400, "E_OPTION", () => post(""), score],
    ["JSON", 400, "E_OPTION", () => post("{}", "application/json"), score],
    ["a malformed form", 400, "E_OPTION", () => post("--x\r\nno", "multipart/form-data; boundary=y"), score],
    ["a form without a file", 400, "E_OPTION", () => post(new URLSearchParams({ a: "1" })), score],
    ["an unknown detector", 404, "E_NOT_FOUND", () => post(pictures[0]!.bytes), "/v1/detectors/other/score"],
    ["a path for a name", 400, "E_OPTION", () => post(pictures[0]!.bytes), "/v1/detectors/..%2Fparts/score"],
    ["another form of map", 400, "E_OPTION", () => post(pictures[0]!.bytes), `${score}?map=tiff`],
    ["too many bytes", 413, "E_TOO_LARGE", () => post(new Uint8Array(2 ** 20 + 1)), score],
    ["too many pixels in few bytes", 422, "E_IMAGE", () => post(largePng()), score],
    ["another path", 404, "E_NOT_FOUND", () => post(""), "/v1/nothing"],
  ])("refuses %s", async (_, status, code, init, path) => {
    const answer = await server.fetch(path, init());
    expect([answer.status, await answer.json()]).toEqual([status, problem(code, /\w.*: .+\.$/)]);
  });

  test("refuses a body that grows beyond the limit without having announced it", async () => {
    let sent = 0;
    const body = new ReadableStream({
      pull: (controller) => {
        if (sent > 2 ** 22) controller.close();
        else controller.enqueue(new Uint8Array(2 ** 16));
        sent += 2 ** 16;
      },
    });
    const answer = await server.fetch(score, { method: "POST", body, duplex: "half" }).catch(() => null);
    if (answer !== null) expect(answer.status).toBe(413);
    expect((await server.fetch(score, post(pictures[0]!.bytes))).status).toBe(200);
  });
});

describe("the Open Inference Protocol", () => {
  const infer = "/v2/models/parts/infer";
  const tensorOf = async () => {
    const images = await Promise.all(pictures.slice(0, 3).map(({ bytes }) => decodeImage(bytes)));
    const { width, height } = images[0]!;
    return { shape: [3, height, width, 3], bytes: Buffer.concat(images.map(({ data }) => data)) };
  };
  const floats = (bytes: Buffer): number[] =>
    Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));

  test("tells what the model takes and gives, and whether it is ready", async () => {
    const { version } = (await server.json("/v1/detectors")).detectors[0];
    expect(await server.json("/v2")).toMatchObject({ name: "radar-ad", extensions: ["binary_tensor_data"] });
    expect(await server.json("/v2/health/live")).toEqual({ live: true });
    expect(await server.json("/v2/models/parts")).toEqual({
      name: "parts",
      versions: [version],
      platform: "onnxruntime_onnx",
      inputs: [{ name: "image", datatype: "UINT8", shape: [-1, -1, -1, 3] }],
      outputs: [
        { name: "anomaly_map", datatype: "FP32", shape: [-1, 1, -1, -1] },
        { name: "anomaly_score", datatype: "FP32", shape: [-1] },
        { name: "p_value", datatype: "FP32", shape: [-1] },
        { name: "is_anomalous", datatype: "BOOL", shape: [-1] },
      ],
    });
    expect(await server.json(`/v2/models/parts/versions/${version}/ready`)).toEqual({
      name: "parts",
      ready: true,
    });
    expect((await server.fetch("/v2/models/parts/versions/1/ready")).status).toBe(404);
    expect((await server.fetch("/v2/models/other")).status).toBe(404);
  });

  test("scores numbers in JSON, flat or nested", async () => {
    const { shape, bytes } = await tensorOf();
    const [, height = 0, width = 0] = shape;
    const rows = (from: number) =>
      Array.from({ length: height }, (_, y) =>
        Array.from({ length: width }, (_, x) => [
          ...bytes.subarray(from + 3 * (y * width + x), from + 3 * (y * width + x) + 3),
        ]),
      );
    const nested = [0, 1, 2].map((i) => rows(i * height * width * 3));
    for (const data of [[...bytes], nested]) {
      const request = { id: "a", inputs: [{ name: "image", shape, datatype: "UINT8", data }] };
      const answer = await server.json(infer, post(JSON.stringify(request), "application/json"));
      expect(answer).toMatchObject({ id: "a", model_name: "parts", model_version: expect.any(String) });
      const outputs = new Map<string, { shape: number[]; data: unknown[] }>(
        answer.outputs.map((output: { name: string }) => [output.name, output]),
      );
      const three = pictures.slice(0, 3).map(({ expected }) => expected);
      expect(outputs.get("anomaly_score")!.data).toEqual(three.map(({ anomalyScore }) => anomalyScore));
      expect(outputs.get("p_value")!.data).toEqual(three.map(({ pValue }) => pValue));
      expect(outputs.get("is_anomalous")!.data).toEqual(three.map(({ isAnomalous }) => isAnomalous));
      expect(outputs.get("anomaly_map")!.data).toEqual(
        three.flatMap(({ anomalyMap }) => [...anomalyMap.data]),
      );
      expect(outputs.get("anomaly_map")!.shape).toEqual([3, 1, 32, 32]);
    }
  });

  test("scores raw bytes after the JSON, and answers with raw bytes where they are wanted", async () => {
    const { shape, bytes } = await tensorOf();
    const head = Buffer.from(
      JSON.stringify({
        inputs: [{ name: "image", shape, datatype: "UINT8", parameters: { binary_data_size: bytes.length } }],
        outputs: [{ name: "p_value" }, { name: "anomaly_score", parameters: { binary_data: true } }],
      }),
    );
    const answer = await server.fetch(infer, {
      method: "POST",
      body: Buffer.concat([head, bytes]),
      headers: {
        "inference-header-content-length": String(head.length),
        "content-type": "application/octet-stream",
      },
    });
    const length = Number(answer.headers.get("inference-header-content-length"));
    const body = Buffer.from(await answer.arrayBuffer());
    const { outputs } = JSON.parse(body.subarray(0, length).toString("utf8"));
    const three = pictures.slice(0, 3).map(({ expected }) => expected);
    expect(outputs).toEqual([
      { name: "anomaly_score", datatype: "FP32", shape: [3], parameters: { binary_data_size: 12 } },
      { name: "p_value", datatype: "FP32", shape: [3], data: three.map(({ pValue }) => pValue) },
    ]);
    expect(floats(body.subarray(length))).toEqual(three.map(({ anomalyScore }) => anomalyScore));
  });

  test.each([
    ["no JSON", "{", 400],
    ["no tensor", '{"inputs":[]}', 400],
    ["another tensor", '{"inputs":[{"name":"x","shape":[1,1,1,3],"datatype":"UINT8","data":[1,2,3]}]}', 400],
    ["another type", '{"inputs":[{"name":"image","shape":[1,1,1,3],"datatype":"FP32","data":[1,2,3]}]}', 400],
    [
      "too few values",
      '{"inputs":[{"name":"image","shape":[1,1,2,3],"datatype":"UINT8","data":[1,2,3]}]}',
      400,
    ],
    [
      "a value that is no byte",
      '{"inputs":[{"name":"image","shape":[1,1,1,3],"datatype":"UINT8","data":[1,2,300]}]}',
      400,
    ],
    [
      "a shape beyond all memory",
      '{"inputs":[{"name":"image","shape":[99999,99999,99999,3],"datatype":"UINT8","data":[1]}]}',
      400,
    ],
    [
      "an unknown output",
      '{"inputs":[{"name":"image","shape":[1,1,1,3],"datatype":"UINT8","data":[1,2,3]}],"outputs":[{"name":"y"}]}',
      400,
    ],
  ])("refuses %s", async (_, body, status) => {
    const answer = await server.fetch(infer, post(body, "application/json"));
    expect([answer.status, await answer.json()]).toEqual([
      status,
      { error: expect.stringMatching(/.+/), code: "E_OPTION" },
    ]);
  });
});

test("metrics count what was scored, and answers carry an id and the headers of security", async () => {
  const answer = await server.fetch("/metrics");
  const text = await answer.text();
  expect(text).toMatch(/radar_verdicts_total\{model="parts",decision="anomalous"\} [1-9]/);
  expect(text).toContain('radar_queue_pictures{model="parts"} 0');
  expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  expect(answer.headers.get("content-security-policy")).toContain("default-src 'self'");
  expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
});

test("the OpenAPI document has every route, and every reference in it leads somewhere", async () => {
  const document = await server.json("/openapi.json");
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining([
      "/v1/detectors",
      "/v1/detectors/{name}/score",
      "/v2/health/ready",
      "/v2/models/{name}/infer",
    ]),
  );
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name]) => name,
  );
  expect(references.length).toBeGreaterThan(5);
  expect(references.filter((name) => document.components.schemas[name!] === undefined)).toEqual([]);
});

test("on SIGTERM it answers what it has taken, takes no more and ends with 0", async () => {
  const own = await startServer(["--models", folder.at("models"), "--state", folder.at("own state")]);
  const many = form(Array.from({ length: 40 }, (_, i) => [`${i}.png`, pictures[0]!.bytes] as const));
  const answers = [1, 2, 3, 4].map(() => own.fetch(`${score}?map=png`, post(many)));
  await until(async () =>
    /radar_queue_pictures\{model="parts"\} [1-9]/.test(await (await own.fetch("/metrics")).text()),
  );
  const ended = own.stop();
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(statuses).toContain(200); // four connections: which is heard first is not said
  expect(statuses.filter((status) => ![200, 429, 503].includes(status))).toEqual([]);
  expect(await ended).toBe(0);
});

/** A PNG of 2^22 equal pixels, which take a few kilobytes. */
function largePng(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(folder.at("large.png")));
}
