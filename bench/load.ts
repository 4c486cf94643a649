/**
 * `npx tsx bench/load.ts [seconds]`: what `radar serve` does at twice its capacity, to damaged bodies and to kill -9. Needs a built `dist/`.
 *
 * Prints JSON: pictures a second that one connection after the other gets through, then the answers by status, times of accepted requests and
 * of health while twice as many as that are sent, and the server's memory before and after.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import autocannon from "autocannon";
import { train, writeRenderedFolder } from "../src/node/index.ts";

const seconds = Number(process.argv[2] ?? 60);
const folder = mkdtempSync(join(tmpdir(), "radar-load-"));
const models = join(folder, "models");
const queue = 32;

async function start(): Promise<{ readonly url: string; readonly pid: number; end(): void }> {
  const child = spawn(process.execPath, [
    "dist/cli/main.js",
    "serve",
    "--models",
    models,
    "--port",
    "0",
    "--queue",
    String(queue),
    "--threads",
    "1",
  ]);
  const url = await new Promise<string>((resolve) => {
    let text = "";
    child.stderr.on("data", (chunk: Buffer) => {
      text = (text + chunk.toString("utf8")).slice(-10_000);
      const found = /answers at (\S+)/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  while ((await fetch(`${url}/v2/health/ready`)).status !== 200)
    await new Promise((done) => setTimeout(done, 50));
  return { url, pid: child.pid ?? 0, end: () => child.kill("SIGKILL") };
}

/** Resident memory in MB. */
function memoryOf(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
  return Math.round(Number(kilobytes) / 1024);
}

/** Times, in milliseconds, of health requests one after the other until `until` has ended. */
async function healthTimes(url: string, until: Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  let hasEnded = false;
  void until.then(() => {
    hasEnded = true;
  });
  while (!hasEnded) {
    const began = performance.now();
    await (await fetch(`${url}/v2/health/live`)).text();
    times.push(performance.now() - began);
    await new Promise((done) => setTimeout(done, 20));
  }
  return times.toSorted((a, b) => a - b);
}

function at(sorted: readonly number[], share: number): number {
  return Math.round((sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN) * 10) / 10;
}

const size = { width: 256, height: 256 };
await writeRenderedFolder(join(folder, "parts"), {
  seed: 1,
  ...size,
  trainGood: 24,
  testGood: 1,
  testDefective: 1,
});
mkdirSync(models);
await train(join(folder, "parts"), {
  method: "padim-lite",
  preset: "fast",
  output: join(models, "parts.onnx"),
});
const good = join(folder, "parts", "train", "good");
const body = readFileSync(join(good, readdirSync(good)[0] ?? ""));
const server = await start();
const request = {
  url: `${server.url}/v1/detectors/parts/score`,
  method: "POST",
  body,
  headers: { "content-type": "image/png" },
} as const;
const alone = await autocannon({ ...request, connections: 4, duration: Math.min(10, seconds) });
const capacity = alone["2xx"] / alone.duration;
const before = memoryOf(server.pid);
const running = autocannon({
  ...request,
  connections: 2 * queue,
  duration: seconds,
  overallRate: Math.ceil(2 * capacity),
});
const [loaded, health] = await Promise.all([running, healthTimes(server.url, running)]);
const after = memoryOf(server.pid);
server.end();
console.log(
  JSON.stringify(
    {
      seconds,
      capacity: Math.round(10 * capacity) / 10,
      offered: Math.ceil(2 * capacity),
      statuses: Object.fromEntries(
        Object.entries(loaded.statusCodeStats ?? {}).map(([status, { count }]) => [status, count]),
      ),
      errors: loaded.errors,
      timeouts: loaded.timeouts,
      answerMs: { p50: loaded.latency.p50, p99: loaded.latency.p99, max: loaded.latency.max },
      healthMs: { requests: health.length, p50: at(health, 0.5), p99: at(health, 0.99), max: at(health, 1) },
      memoryMb: { before, after },
    },
    null,
    2,
  ),
);
rmSync(folder, { recursive: true });
