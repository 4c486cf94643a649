import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { train } from "../../src/node/index.ts";
import type { Job } from "../../src/server/jobs/job.ts";
import type { PastVerdict, Scores } from "../../src/server/protocol.ts";
import { buildRadar, radar } from "../support/radar.ts";
import { type RedisProcess, redisMissing, startRedis } from "../support/redis.ts";
import { repository } from "../support/repository.ts";
import { type ServerProcess, startServer, until, writeTinyModel } from "../support/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const state = folder.at("state");
const score = "/v1/detectors/parts/score";
let redis: RedisProcess;
let server: ServerProcess;
let models: string;
let good: string;
let pictures: Uint8Array<ArrayBuffer>[];
const workers: WorkerProcess[] = [];

interface WorkerProcess {
  readonly child: ChildProcess;
  log(): string;
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

/** The built program, taking work; resolves when it says so. */
async function startWorker(...args: string[]): Promise<WorkerProcess> {
  const program = join(repository, "dist", "cli", "main.js");
  const child = spawn(process.execPath, [program, "worker", "--state", state, "--threads", "1", ...args], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, RADAR_REDIS: redis.url },
  });
  let text = "";
  child.stderr.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8");
  });
  await until(() => {
    if (child.exitCode !== null) throw new Error(`the worker ended:\n${text}`);
    return text.includes("takes work");
  });
  const worker: WorkerProcess = {
    child,
    log: () => text,
    stop: async (signal) => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal);
        await once(child, "exit");
      }
      return child.exitCode;
    },
  };
  workers.push(worker);
  return worker;
}

function startStation(): Promise<ServerProcess> {
  // Longer than the usual deadline: on a busy machine a worker takes long to load its first model.
  const options = ["--deadline", "200", "--threads", "1"];
  return startServer(["--models", models, "--state", state, "--redis", redis.url, ...options]);
}

if (redisMissing === "") {
  beforeAll(async () => {
    buildRadar();
    const tiny = await writeTinyModel(folder.path);
    ({ models } = tiny);
    good = join(tiny.set, "train", "good");
    pictures = readdirSync(good).map((name) => new Uint8Array(readFileSync(join(good, name))));
    redis = await startRedis();
    server = await startStation();
  }, 600_000);

  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop("SIGKILL")));
    await server.stop("SIGKILL");
    await redis.stop();
  });
}

const post = (body: unknown): RequestInit => ({
  method: "POST",
  body: JSON.stringify(body),
  headers: { "content-type": "application/json" },
});

const training = { preset: "fast", imageSize: 32, batchSize: 2, seed: 4 } as const;

async function startJob(steps: number): Promise<string> {
  const { id }: Job = await server.json(
    "/v1/jobs",
    post({ detector: "made", options: { ...training, steps } }),
  );
  const form = new FormData();
  for (const [i, bytes] of pictures.entries()) form.append("image", new Blob([bytes]), `${i}.png`);
  await server.json(`/v1/jobs/${id}/pictures`, { method: "POST", body: form });
  await server.json(`/v1/jobs/${id}/start`, { method: "POST" });
  return id;
}

const scored = (query = ""): Promise<Response> =>
  server.fetch(score + query, { method: "POST", body: pictures[0]! });
const jobAt = (id: string): Promise<Job> => server.json(`/v1/jobs/${id}`);
const codeOf = async (answer: Response): Promise<unknown> => [
  answer.status,
  JSON.parse(await answer.text()).error.code,
];

test.skipIf(redisMissing !== "")(
  `a worker and the station are killed: nothing is lost and nothing doubled, and the training ends with the same bits${redisMissing}`,
  async () => {
    expect(await codeOf(await scored("?deadlineMs=300"))).toEqual([504, "E_DEADLINE"]); // no worker yet
    const [killed] = await Promise.all([startWorker(), startWorker("--only", "scoring")]);
    const id = await startJob(8);
    await until(async () => ((await jobAt(id)).step ?? 0) >= 2);
    const ids: string[] = [];
    const line = async (): Promise<void> => {
      for (let i = 0; i < 8; i++) {
        const answer = await scored();
        expect(answer.status).toBe(200);
        const { results }: Scores = JSON.parse(await answer.text());
        for (const result of results) if ("id" in result) ids.push(result.id!);
        if (ids.length === 8) await killed!.stop("SIGKILL");
      }
    };
    await Promise.all([1, 2, 3, 4].map(line));
    expect([killed!.child.signalCode, ids.length, new Set(ids).size]).toEqual(["SIGKILL", 32, 32]);
    await server.stop("SIGKILL");
    const [, second] = await Promise.all([startStation().then((it) => (server = it)), startWorker()]);
    const { verdicts } = await server.json("/v1/history?limit=1000");
    expect(verdicts.map((verdict: PastVerdict) => verdict.id).toSorted()).toEqual(ids.toSorted());
    await until(async () => !["queued", "running"].includes((await jobAt(id)).state));
    const job = await jobAt(id);
    expect(job).toMatchObject({ state: "done", error: null });
    const expected = await train(good, { ...training, length: { steps: 8 }, name: "made", threads: 1 });
    const made = readFileSync(join(state, "versions", "made", `${job.version}.onnx`));
    expect(made.equals(expected.model)).toBe(true);
    expect(second.log()).toContain("taken over from a worker that ended");
  },
);

test.skipIf(redisMissing !== "")(
  `trainings stop at a worker when they are cancelled, and go back to the queue with it${redisMissing}`,
  async () => {
    const long = await startJob(100_000);
    const other = await startJob(100_000);
    await until(async () => ((await jobAt(long)).step ?? 0) >= 1);
    expect((await jobAt(other)).stage).toBe("waiting for a worker");
    expect((await server.json(`/v1/jobs/${other}/cancel`, { method: "POST" })).state).toBe("cancelled");
    const alive = workers.filter(({ child }) => child.signalCode === null);
    const ends = alive.map((worker) => worker.stop("SIGTERM"));
    expect(await Promise.all(ends)).toEqual([0, 0]);
    await startWorker();
    await until(async () => (await jobAt(long)).stage !== "waiting for a worker");
    expect((await server.json(`/v1/jobs/${long}/cancel`, { method: "POST" })).state).toBe("cancelled");
    expect((await server.fetch(`/v1/jobs/${long}`, { method: "DELETE" })).status).toBe(204);
  },
);

test.skipIf(redisMissing !== "")(
  `without Redis requests are refused at once, also those that wait for a worker, and go on when it is back${redisMissing}`,
  async () => {
    const { child } = workers.at(-1)!;
    expect((await scored()).status).toBe(200);
    child.kill("SIGSTOP"); // takes the next batch, or leaves it: either way it is not answered
    const waiting = scored();
    await until(async () =>
      /radar_queue_pictures\S* [1-9]/.test(await (await server.fetch("/metrics")).text()),
    );
    await redis.stop();
    expect(await codeOf(await waiting)).toEqual([503, "E_UNAVAILABLE"]);
    const refused = await scored();
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await codeOf(refused)).toEqual([503, "E_UNAVAILABLE"]);
    expect((await server.fetch("/v2/health/live")).status).toBe(200);
    redis = await startRedis(Number(new URL(redis.url).port));
    child.kill("SIGCONT");
    await until(async () => (await scored()).status === 200);
    expect(server.log() + workers.map((worker) => worker.log()).join()).not.toContain("of-this-test-alone");
  },
);

test("radar worker says what it misses", async () => {
  const none = await radar("worker", "--state", folder.path, "--redis", "redis://127.0.0.1:1");
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining("redis: expected Redis or Valkey")]);
  const unmounted = await radar("worker", "--state", folder.at("none"), "--redis", "redis://127.0.0.1:1");
  expect([unmounted.code, unmounted.stderr]).toEqual([1, expect.stringContaining("does not exist")]);
});
