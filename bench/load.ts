/**
 * `npx tsx bench/load.ts [seconds]`: what `radar serve` does at twice its capacity. Needs a built `dist/`.
 *
 * Prints JSON: pictures a second that sixteen connections get through; then, while twice as many are sent, the answers by status, times of accepted
 * requests against the stated bound, times of health, metrics and the list of detectors, how long the server's main thread was away, and its
 * memory; and how busy the machine was. Times of the other requests include the wait for a processor: on a busy machine compare them with
 * those of a program that does nothing but answer, `idleMs`.
 */
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import autocannon from "autocannon";
import { train, writeRenderedFolder } from "../src/node/index.ts";
import { memoryOf, serveUntilReady } from "./served.ts";

const seconds = Number(process.argv[2] ?? 60);
const folder = mkdtempSync(join(tmpdir(), "radar-load-"));
const models = join(folder, "models");
const queue = 32;

/** Times, in milliseconds, of requests one after the other until `until` has ended. */
async function timesOf(
  url: string,
  until: Promise<unknown>,
  onText: (text: string) => void = () => {},
): Promise<number[]> {
  const times: number[] = [];
  let hasEnded = false;
  void until.then(() => {
    hasEnded = true;
  });
  while (!hasEnded) {
    const began = performance.now();
    const text = await (await fetch(url)).text();
    times.push(performance.now() - began);
    onText(text);
    await new Promise((done) => setTimeout(done, 50));
  }
  return times.toSorted((a, b) => a - b);
}

/** Sends requests at a steady rate, whatever becomes of those before: a camera does not wait. */
async function offer(
  perSecond: number,
): Promise<{ readonly statuses: Readonly<Record<string, number>>; readonly acceptedMs: number[] }> {
  const statuses: Record<string, number> = {};
  const acceptedMs: number[] = [];
  const send = async (): Promise<void> => {
    const began = performance.now();
    const { status } = await fetch(request.url, request).then(
      async (answer) => {
        await answer.text();
        return answer;
      },
      () => ({ status: 0 }), // no answer
    );
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (status === 200) acceptedMs.push(performance.now() - began);
  };
  const underWay: Promise<void>[] = [];
  const began = performance.now();
  for (let due = began; due < began + 1000 * seconds; due += 1000 / perSecond) {
    await new Promise((done) => setTimeout(done, Math.max(0, due - performance.now())));
    underWay.push(send());
  }
  await Promise.all(underWay);
  return { statuses, acceptedMs: acceptedMs.toSorted((a, b) => a - b) };
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
const server = await serveUntilReady(["--models", models, "--queue", String(queue), "--threads", "1"]);
const request = {
  url: `${server.url}/v1/detectors/parts/score`,
  method: "POST",
  body,
  headers: { "content-type": "image/png" },
} as const;
const alone = await autocannon({ ...request, connections: 16, duration: Math.min(10, seconds) });
const capacity = alone["2xx"] / alone.duration;
const before = memoryOf(server.pid);
const offered = Math.ceil(2 * capacity);
const running = offer(offered);
const idle = createServer((_, answer) => answer.end("{}")).listen(0, "127.0.0.1");
await once(idle, "listening");
const address = idle.address();
const idleUrl = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
/** Of the server's main thread, between two looks at its metrics. */
const delaysMs = { p99: 0, max: 0 };
const noteDelay = (text: string): void => {
  for (const name of ["p99", "max"] as const) {
    const found = new RegExp(`^nodejs_eventloop_lag_${name}_seconds (\\S+)$`, "m").exec(text)?.[1];
    delaysMs[name] = Math.max(delaysMs[name], Math.round(1e4 * Number(found ?? 0)) / 10);
  }
};
const memoryMb: number[] = [];
const looks = setInterval(() => memoryMb.push(memoryOf(server.pid)), (1000 * seconds) / 10);
const load = [loadavg()[0]];
const others = ["/v2/health/live", "/metrics", "/v1/detectors"];
const [loaded, idleMs, ...times] = await Promise.all([
  running,
  timesOf(idleUrl, running),
  ...others.map((path) => timesOf(server.url + path, running, noteDelay)),
]);
clearInterval(looks);
idle.close();
load.push(loadavg()[0]);
const metrics = await (await fetch(`${server.url}/metrics`)).text();
const metric = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(metrics)?.[1]);
const batches = metric('radar_batch_seconds_count\\{model="parts"\\}');
const batchSeconds = metric('radar_batch_seconds_sum\\{model="parts"\\}') / batches;
const told = (sorted: readonly number[]) => ({
  requests: sorted.length,
  p50: at(sorted, 0.5),
  p99: at(sorted, 0.99),
  max: at(sorted, 1),
});
server.end();
console.log(
  JSON.stringify(
    {
      machine: { processors: cpus().length, load },
      seconds,
      capacity: Math.round(10 * capacity) / 10,
      offered,
      statuses: loaded.statuses,
      acceptedMs: told(loaded.acceptedMs),
      boundMs: Math.round(1000 * batchSeconds * (Math.ceil(queue / 8) + 1)),
      otherMs: Object.fromEntries(others.map((path, i) => [path, told(times[i] ?? [])])),
      idleMs: told(idleMs),
      mainThreadDelayMs: delaysMs,
      memoryMb: { before, during: memoryMb },
    },
    null,
    2,
  ),
);
rmSync(folder, { recursive: true });
