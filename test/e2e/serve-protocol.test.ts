/** The Open Inference Protocol, spoken by a program that is not ours: curl, as the documentation of KServe and Triton has it. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { decodeImage } from "../../src/node/image-codec.ts";
import { loadDetectorFile } from "../../src/node/load-detector.ts";
import { buildRadar } from "../support/radar.ts";
import { type ServerProcess, startServer, writeTinyModel } from "../support/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const hasCurl = spawnSync("curl", ["--version"]).status === 0;
const missing = hasCurl ? "" : " (skipped: needs curl)";
const folder = temporaryFolder();
let server: ServerProcess;
let shape: number[];
let pixels: Uint8Array;
let score: number;

// What the protocol's own OpenAPI document demands of answers.
const tensor = z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.number().int()) });
const serverAnswer = z.object({ name: z.string(), version: z.string(), extensions: z.array(z.string()) });
const modelAnswer = z.object({
  name: z.string(),
  versions: z.array(z.string()),
  platform: z.string(),
  inputs: z.array(tensor),
  outputs: z.array(tensor),
});
const inferAnswer = z.object({
  model_name: z.string(),
  model_version: z.string().optional(),
  id: z.string().optional(),
  outputs: z.array(tensor.extend({ data: z.array(z.union([z.number(), z.boolean()])) })),
});
const errorAnswer = z.object({ error: z.string() });

beforeAll(async () => {
  buildRadar();
  const { set, models } = await writeTinyModel(folder.path);
  const bytes = new Uint8Array(readFileSync(join(set, "train", "good", "000.png")));
  const { width, height, data } = await decodeImage(bytes);
  shape = [1, height, width, 3];
  pixels = data;
  const detector = await loadDetectorFile(join(models, "parts.onnx"));
  score = (await detector.detectOne(bytes)).anomalyScore;
  await detector.dispose();
  server = await startServer(["--models", models, "--threads", "1"]);
}, 600_000);

afterAll(async () => {
  await server.stop("SIGKILL");
});

/** What curl gets: the status, the head and the body. */
function curl(path: string, ...args: string[]): { status: number; head: string; body: Buffer } {
  const head = folder.at("head.txt");
  const run = spawnSync("curl", ["-sS", "-D", head, ...args, server.url + path], { maxBuffer: 2 ** 26 });
  expect(run.stderr.toString()).toBe("");
  const text = readFileSync(head, "utf8");
  return { status: Number(/^HTTP\/1\.1 (\d+)/m.exec(text)?.[1]), head: text, body: run.stdout };
}

const jsonOf = (path: string, ...args: string[]): unknown => JSON.parse(curl(path, ...args).body.toString());

test.skipIf(!hasCurl)(`curl asks for health and metadata${missing}`, () => {
  expect(curl("/v2/health/live").status).toBe(200);
  expect(curl("/v2/health/ready").status).toBe(200);
  expect(curl("/v2/models/parts/ready").status).toBe(200);
  for (const path of ["/v2", "/v2/"]) expect(serverAnswer.parse(jsonOf(path)).name).toBe("radar-ad");
  const { versions } = modelAnswer.parse(jsonOf("/v2/models/parts"));
  expect(modelAnswer.parse(jsonOf(`/v2/models/parts/versions/${versions[0]}`)).versions).toEqual(versions);
});

test.skipIf(!hasCurl)(`curl sends a picture as numbers in a file${missing}`, () => {
  const inputs = [{ name: "image", shape, datatype: "UINT8", data: [...pixels] }];
  const path = folder.write("input.json", JSON.stringify({ id: "42", inputs }));
  const answer = inferAnswer.parse(
    jsonOf("/v2/models/parts/infer", "-H", "Content-Type: application/json", "-d", `@${path}`),
  );
  expect([answer.model_name, answer.id]).toEqual(["parts", "42"]);
  expect(answer.outputs.find(({ name }) => name === "anomaly_score")?.data).toEqual([score]);
});

test.skipIf(!hasCurl)(`curl sends and gets raw bytes, as Triton's client does${missing}`, () => {
  const json = JSON.stringify({
    id: "42",
    inputs: [{ name: "image", shape, datatype: "UINT8", parameters: { binary_data_size: pixels.length } }],
    parameters: { sequence_id: 1, sequence_start: true, sequence_end: true, binary_data_output: true },
  });
  const path = folder.write("input.bin", Buffer.concat([Buffer.from(json), pixels]));
  const { status, head, body } = curl(
    "/v2/models/parts/infer",
    "-X",
    "POST",
    "-H",
    `Inference-Header-Content-Length: ${json.length}`,
    "-H",
    "Content-Type: application/octet-stream",
    "--data-binary",
    `@${path}`,
  );
  expect(status).toBe(200);
  const length = Number(/^inference-header-content-length: (\d+)/im.exec(head)?.[1]);
  const { outputs } = JSON.parse(body.subarray(0, length).toString());
  let at = length;
  const found = new Map<string, Buffer>();
  for (const { name, parameters } of outputs) {
    found.set(name, body.subarray(at, at + parameters.binary_data_size));
    at += parameters.binary_data_size;
  }
  expect(at).toBe(body.length);
  expect(found.get("anomaly_score")?.readFloatLE(0)).toBe(score);
  expect([...found.keys()]).toEqual(["anomaly_map", "anomaly_score", "p_value", "is_anomalous"]);
});

test.skipIf(!hasCurl)(`what is wrong is told as the protocol says, in one text${missing}`, () => {
  const bad = curl("/v2/models/parts/infer", "-H", "Content-Type: application/json", "-d", "{}");
  expect(bad.status).toBe(400);
  expect(errorAnswer.parse(JSON.parse(bad.body.toString())).error).toContain("inputs");
  expect(curl("/v2/models/none").status).toBe(404);
  expect(errorAnswer.parse(jsonOf("/v2/models/none")).error).toContain("expected one that is served");
});
