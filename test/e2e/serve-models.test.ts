import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { goldenKey } from "../../src/detectors/golden.ts";
import { sealed, sealKey } from "../../src/detectors/seal.ts";
import { buildRadar, radar } from "../support/radar.ts";
import { type ServerProcess, startServer, until, writeTinyModel } from "../support/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const tokens: Record<string, string> = {};
let models: string;
let picture: Uint8Array<ArrayBuffer>;
let second: Uint8Array<ArrayBuffer>;
let server: ServerProcess;

beforeAll(async () => {
  buildRadar();
  ({ models } = await writeTinyModel(folder.path));
  const other = await writeTinyModel(folder.at("again"), "again", 7);
  second = new Uint8Array(readFileSync(join(other.models, "again.onnx")));
  picture = new Uint8Array(readFileSync(join(folder.at("parts"), "train", "good", "000.png")));
  for (const role of ["viewer", "operator", "admin"]) {
    const { stdout } = await radar("token", folder.at("tokens.json"), "--name", role, "--role", role);
    tokens[role] = stdout.trim();
  }
  server = await startServer(["--models", models, "--tokens", folder.at("tokens.json")]);
}, 600_000);

afterAll(async () => {
  await server.stop("SIGKILL");
});

/** A request by a role; its status and its JSON. */
async function as(role: string, method: string, path: string, body?: Uint8Array<ArrayBuffer>) {
  const headers = { authorization: `Bearer ${tokens[role]}`, "content-type": "application/octet-stream" };
  const answer = await server.fetch(path, { method, headers, ...(body && { body }) });
  const text = await answer.text();
  return { status: answer.status, json: text === "" ? null : JSON.parse(text) };
}

const versionOf = async (): Promise<string> =>
  (await as("viewer", "GET", "/v1/detectors/parts")).json.version;

describe("tokens", () => {
  test("are needed for all but health, and their roles are obeyed", async () => {
    expect((await server.fetch("/v2/health/live")).status).toBe(200);
    const without = await server.fetch("/v1/detectors");
    expect([without.status, await without.json()]).toEqual([
      401,
      { error: { code: "E_TOKEN", message: expect.any(String) } },
    ]);
    expect((await as("viewer", "GET", "/v1/detectors")).status).toBe(200);
    expect((await as("viewer", "POST", "/v1/detectors/parts/score", picture)).status).toBe(403);
    expect((await as("operator", "POST", "/v1/detectors/parts/score", picture)).status).toBe(200);
    expect((await as("operator", "DELETE", "/v1/detectors/parts")).status).toBe(403);
    expect((await as("operator", "GET", "/v1/audit")).status).toBe(403);
  });

  test("are in no log, and what was changed or refused is in the audit log", async () => {
    const { entries } = (await as("admin", "GET", "/v1/audit")).json;
    expect(entries[0]).toEqual({
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      caller: "operator",
      role: "operator",
      method: "DELETE",
      path: "/v1/detectors/parts",
      status: 403,
    });
    const text = server.log() + readFileSync(join(models, ".radar", "audit.jsonl"), "utf8");
    for (const token of Object.values(tokens)) expect(text).not.toContain(token);
  });

  test("are demanded of a server that others reach", async () => {
    const run = await radar("serve", "--models", models, "--host", "0.0.0.0", "--port", "0");
    expect([run.code, run.stderr]).toEqual([
      2,
      expect.stringContaining("expected tokens for a server that others reach"),
    ]);
  });
});

describe("models over HTTP", () => {
  test("are uploaded, looked at, activated, rolled back and deleted", async () => {
    const first = await versionOf();
    const { status, json } = await as("admin", "POST", "/v1/detectors/parts/versions", second);
    expect([status, await versionOf()]).toEqual([201, first]);
    const { version } = json;
    expect((await as("viewer", "GET", `/v1/detectors/parts/versions/${version}`)).json).toMatchObject({
      name: "again",
      seed: 7,
    });
    expect((await as("admin", "POST", `/v1/detectors/parts/versions/${version}/verify`)).status).toBe(200);
    expect((await as("admin", "POST", `/v1/detectors/parts/versions/${version}/activate`)).status).toBe(200);
    expect(await versionOf()).toBe(version);
    expect(readFileSync(join(models, "parts.onnx")).equals(second)).toBe(true);
    const scored = await as("operator", "POST", "/v1/detectors/parts/score", picture);
    expect(scored.json.results[0].version).toBe(version);
    expect((await as("admin", "DELETE", `/v1/detectors/parts/versions/${version}`)).status).toBe(409);
    expect((await as("admin", "POST", "/v1/detectors/parts/rollback")).json).toEqual({ version: first });
    expect((await as("admin", "DELETE", `/v1/detectors/parts/versions/${version}`)).status).toBe(204);
    const { versions, activations } = (await as("viewer", "GET", "/v1/detectors/parts")).json;
    expect([versions.map((kept: { version: string }) => kept.version), activations]).toEqual([
      [first],
      [first],
    ]);
    const made = await as("admin", "POST", "/v1/detectors/new/versions?activate=true", second);
    expect(made.status).toBe(201);
    expect((await as("operator", "POST", "/v1/detectors/new/score", picture)).status).toBe(200);
    expect((await as("admin", "DELETE", "/v1/detectors/new")).status).toBe(204);
    expect((await as("operator", "POST", "/v1/detectors/new/score", picture)).status).toBe(404);
  });

  test("that do not compute what their maker saw never become active", async () => {
    const proto = fromBinary(ModelProtoSchema, second);
    const golden = proto.metadataProps.find(({ key }) => key === goldenKey)!;
    const said = JSON.parse(golden.value);
    golden.value = JSON.stringify({ ...said, anomalyScore: said.anomalyScore + 1 });
    proto.metadataProps = proto.metadataProps.filter(({ key }) => key !== sealKey);
    const wrong = new Uint8Array(await sealed(toBinary(ModelProtoSchema, proto)));
    const before = await versionOf();
    const refused = await as("admin", "POST", "/v1/detectors/parts/versions?activate=true", wrong);
    expect([refused.status, refused.json.error.code]).toEqual([422, "E_SELF_CHECK"]);
    for (const bytes of [wrong, second.slice(0, 1000), new Uint8Array(50)]) {
      writeFileSync(join(models, "parts.onnx"), bytes);
      await until(async () => (await as("viewer", "GET", "/v1/detectors/parts")).json.problem !== null);
      expect(
        (await as("operator", "POST", "/v1/detectors/parts/score", picture)).json.results[0].version,
      ).toBe(before);
      writeFileSync(
        join(models, "parts.onnx"),
        readFileSync(join(models, ".radar", "versions", "parts", `${before}.onnx`)),
      );
      await until(async () => (await as("viewer", "GET", "/v1/detectors/parts")).json.problem === null);
    }
  });

  test("survive kill -9 in the middle of activations: none that was acknowledged is lost, and the last one scores", async () => {
    const activationsOf = async (): Promise<string[]> =>
      (await as("viewer", "GET", "/v1/detectors/parts")).json.activations;
    const first = await versionOf();
    const { version } = (await as("admin", "POST", "/v1/detectors/parts/versions", second)).json;
    for (let round = 0; round < 3; round++) {
      const acknowledged: string[] = [];
      const expected = await activationsOf();
      const activations = (async () => {
        for (let i = 0; ; i++) {
          const wanted = i % 2 === 0 ? version : first;
          const { status } = await as("admin", "POST", `/v1/detectors/parts/versions/${wanted}/activate`);
          if (status === 200) acknowledged.push(wanted);
        }
      })().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 300 + 150 * round));
      await server.stop("SIGKILL");
      await activations;
      server = await startServer(["--models", models, "--tokens", folder.at("tokens.json")]);
      for (const wanted of acknowledged) if (expected.at(-1) !== wanted) expected.push(wanted);
      const found = await activationsOf();
      expect(found.slice(0, expected.length)).toEqual(expected);
      expect(found.length - expected.length).toBeLessThanOrEqual(1); // one that was not answered
      expect(await versionOf()).toBe(found.at(-1));
      expect((await as("operator", "POST", "/v1/detectors/parts/score", picture)).status).toBe(200);
    }
  });
});
