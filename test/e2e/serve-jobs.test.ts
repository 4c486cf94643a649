import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { train } from "../../src/node/index.ts";
import type { Job } from "../../src/server/jobs/job.ts";
import { buildRadar } from "../support/radar.ts";
import { type ServerProcess, startServer, until } from "../support/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeTinySet } from "../support/tiny-set.ts";

const folder = temporaryFolder();
const models = folder.at("models");
const good = folder.at("parts", "train", "good");
const options = { preset: "fast", imageSize: 32, batchSize: 2, steps: 12, seed: 4 } as const;
let server: ServerProcess;

beforeAll(async () => {
  buildRadar();
  await writeTinySet(folder.at("parts"));
  mkdirSync(models);
  server = await startServer(["--models", models, "--threads", "1"]);
}, 600_000);

afterAll(async () => {
  await server.stop("SIGKILL");
});

const post = (body: unknown): RequestInit => ({
  method: "POST",
  body: JSON.stringify(body),
  headers: { "content-type": "application/json" },
});

async function startJob(of: object): Promise<string> {
  const { id }: Job = await server.json("/v1/jobs", post({ detector: "parts", options: of }));
  const form = new FormData();
  for (const name of readdirSync(good).sort())
    form.append("image", new Blob([new Uint8Array(readFileSync(join(good, name)))]), name);
  expect((await server.json(`/v1/jobs/${id}/pictures`, { method: "POST", body: form })).pictures).toBe(12);
  expect((await server.json(`/v1/jobs/${id}/start`, { method: "POST" })).state).toMatch(/queued|running/);
  return id;
}

/** What the events of a job say, until it has ended or the server has. */
async function* events(id: string): AsyncGenerator<Job> {
  const { body } = await server.fetch(`/v1/jobs/${id}/events`);
  let text = "";
  for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const parts = text.split("\n\n");
    text = parts.pop() ?? "";
    for (const part of parts) yield JSON.parse(part.replace(/^data: /, ""));
  }
}

test("a training is killed with the server, goes on after its start, and ends with the bits of one that was not", async () => {
  const id = await startJob(options);
  try {
    for await (const { step } of events(id)) if ((step ?? 0) >= 2) await server.stop("SIGKILL");
  } catch {
    // the stream ends with the server
  }
  server = await startServer(["--models", models, "--threads", "1"]);
  let last: Job | undefined;
  const looked: NonNullable<Job["stageProgress"]>[] = [];
  for await (const job of events(id)) {
    last = job;
    if (job.stageProgress) looked.push(job.stageProgress);
  }
  expect(looked.length).toBeGreaterThan(0);
  for (const { done, total } of looked) expect(done).toBeLessThanOrEqual(total);
  expect(last).toMatchObject({
    state: "done",
    stageProgress: null,
    error: null,
    version: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  const expected = await train(good, {
    preset: "fast",
    imageSize: 32,
    batchSize: 2,
    seed: 4,
    length: { steps: 12 },
    name: "parts",
    threads: 1,
  });
  const made = readFileSync(join(models, ".radar", "versions", "parts", `${last!.version}.onnx`));
  expect(made.equals(expected.model)).toBe(true);
  const activate = await server.fetch(`/v1/detectors/parts/versions/${last!.version}/activate`, {
    method: "POST",
  });
  expect(activate.status).toBe(200);
  const picture = readFileSync(join(good, "000.png"));
  expect((await server.fetch("/v1/detectors/parts/score", { method: "POST", body: picture })).status).toBe(
    200,
  );
});

test("a training is cancelled, and health is answered meanwhile", async () => {
  const id = await startJob({ ...options, steps: 100_000 });
  await until(async () => (await server.json(`/v1/jobs/${id}`)).step >= 1);
  expect((await server.fetch("/v2/health/live")).status).toBe(200);
  expect((await server.json(`/v1/jobs/${id}/cancel`, { method: "POST" })).state).toBe("cancelled");
  expect((await server.fetch(`/v1/jobs/${id}`, { method: "DELETE" })).status).toBe(204);
  expect((await server.fetch(`/v1/jobs/${id}`)).status).toBe(404);
});

test("on SIGTERM the events end and the training waits for the next start", async () => {
  const id = await startJob({ ...options, steps: 100_000 });
  const seen: Job["state"][] = [];
  let stopped: Promise<number | null> | undefined;
  for await (const { step, state } of events(id)) {
    seen.push(state);
    if ((step ?? 0) >= 1) stopped ??= server.stop(); // once: a second signal ends it at once
  }
  expect(seen.at(-1)).toBe("running");
  expect(await stopped).toBe(0);
  server = await startServer(["--models", models, "--threads", "1"]);
  expect((await server.json(`/v1/jobs/${id}`)).state).toBe("running");
  expect((await server.json(`/v1/jobs/${id}/cancel`, { method: "POST" })).state).toBe("cancelled");
});

test("a second server in the same state folder is refused", async () => {
  await expect(startServer(["--models", models])).rejects.toThrow(
    "expected a folder that no other server uses",
  );
});

test("what cannot be trained on ends as failed, with the reason", async () => {
  const { id }: Job = await server.json("/v1/jobs", post({ detector: "parts", options: {} }));
  await server.fetch(`/v1/jobs/${id}/start`, { method: "POST" });
  await until(async () => (await server.json(`/v1/jobs/${id}`)).state === "failed");
  expect((await server.json(`/v1/jobs/${id}`)).error.code).toBe("E_DATA");
  expect((await server.fetch("/v1/jobs", post({ detector: "../x", options: {} }))).status).toBe(400);
  expect(
    (await server.fetch("/v1/jobs", post({ detector: "parts", options: { output: "/tmp/x" } }))).status,
  ).toBe(400);
});
