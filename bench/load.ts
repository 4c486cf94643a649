/**
 * `npx tsx bench/load.ts [seconds]`: what `radar serve` does at twice its capacity. Needs a built `dist/`.
 *
 * Prints JSON: pictures a second that sixteen connections get through, and the bound that follows from the time of a batch; then, while twice as many
 * are sent, each to be answered within that bound: the answers by status; times of accepted requests as the server's log and the
 * sender saw them, and how long the sender itself was away; times of health, metrics and the list of detectors, asked by a process that does nothing
 * else, beside those of a program that does nothing but answer, `idleMs`: what the machine alone costs; the processor time of the server's main
 * thread for each request, and its memory; and how busy the machine was.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { text } from "node:stream/consumers";
import autocannon from "autocannon";
import { z } from "zod";
import { train, writeRenderedFolder } from "../src/node/index.ts";
import { mainThreadMs, memoryOf, serveUntilReady } from "./served.ts";

const seconds = Number(process.argv[2] ?? 60);
const folder = mkdtempSync(join(tmpdir(), "radar-load-"));
const models = join(folder, "models");
const queue = 32;

/** A program that does nothing but answer. */
async function idleProgram(): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const program =
    'require("http").createServer((_, a) => a.end("{}")).listen(0, "127.0.0.1", function () { console.log(this.address().port) })';
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  const [port] = await once(child.stdout, "data");
  return { url: `http://127.0.0.1:${String(port).trim()}/`, child };
}

/** Ascending times, in milliseconds, of requests to each address until the returned function is called. */
function observe(urls: readonly string[]): () => Promise<number[][]> {
  const child = spawn(process.execPath, ["--import", "tsx", "bench/observer.ts", ...urls], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const told = text(child.stdout);
  return async () => {
    child.stdin.end();
    return z.array(z.array(z.number())).parse(JSON.parse(await told));
  };
}

/** Sends requests at a steady rate, whatever becomes of those before: a camera does not wait. */
async function offer(
  url: string,
  perSecond: number,
): Promise<{ readonly statuses: Readonly<Record<string, number>>; readonly acceptedMs: number[] }> {
  const statuses: Record<string, number> = {};
  const acceptedMs: number[] = [];
  const send = async (): Promise<void> => {
    const began = performance.now();
    const { status } = await fetch(url, request).then(
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
  return { statuses, acceptedMs };
}

const tenth = (value: number): number => Math.round(10 * value) / 10;
const told = (times: readonly number[]) => {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => tenth(sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN);
  return { requests: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
};

await writeRenderedFolder(join(folder, "parts"), {
  seed: 1,
  width: 256,
  height: 256,
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
const request = { method: "POST", body, headers: { "content-type": "image/png" } } as const;
/** Of accepted requests, as the server's log says. */
let servedMs: number[] = [];
const server = await serveUntilReady(
  ["--models", models, "--queue", String(queue), "--threads", "1"],
  (line) => {
    const [, status, ms] = /"path":"[^"]*\/score","status":(\d+),"ms":([\d.]+)/.exec(line) ?? [];
    if (status === "200") servedMs.push(Number(ms));
  },
);
const metrics = async (): Promise<(name: string) => number> => {
  const lines = await (await fetch(`${server.url}/metrics`)).text();
  return (name) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(lines)?.[1]);
};
const url = `${server.url}/v1/detectors/parts/score`;
const alone = await autocannon({ ...request, url, connections: 16, duration: Math.min(10, seconds) });
const capacity = alone["2xx"] / alone.duration;
const after = await metrics();
const batchSeconds =
  after('radar_batch_seconds_sum\\{model="parts"\\}') / after('radar_batch_seconds_count\\{model="parts"\\}');
const boundMs = Math.round(1000 * batchSeconds * (Math.ceil(queue / 8) + 1));

const memory = async () => {
  const of = await metrics();
  const mb = (name: string): number => Math.round(of(name) / 1e6);
  return {
    resident: memoryOf(server.pid),
    heapUsed: mb("nodejs_heap_size_used_bytes"),
    external: mb("nodejs_external_memory_bytes"),
  };
};
const before = await memory();
const during: Awaited<ReturnType<typeof memory>>[] = [];
const idle = await idleProgram();
const others = ["/v2/health/live", "/metrics", "/v1/detectors"];
const observed = observe([idle.url, ...others.map((path) => server.url + path)]);
const offered = Math.ceil(2 * capacity);
const load = [loadavg()[0]];
servedMs = [];
const threadMs = mainThreadMs(server.pid);
const looks = setInterval(async () => during.push(await memory()), (1000 * seconds) / 10);
const senderDelay = monitorEventLoopDelay({ resolution: 5 });
senderDelay.enable();
const loaded = await offer(`${url}?deadlineMs=${boundMs}`, offered);
senderDelay.disable();
clearInterval(looks);
load.push(loadavg()[0]);
const [idleMs = [], ...times] = await observed();
const sent = Object.values(loaded.statuses).reduce((sum, count) => sum + count, 0);
const requests = sent + times.flat().length;
const threadMsEach = (mainThreadMs(server.pid) - threadMs) / requests;
idle.child.kill();
server.end();
console.log(
  JSON.stringify(
    {
      machine: { processors: cpus().length, load },
      seconds,
      capacity: tenth(capacity),
      boundMs,
      offered,
      statuses: loaded.statuses,
      acceptedMs: { server: told(servedMs), sender: told(loaded.acceptedMs) },
      senderDelayMs: { p99: tenth(senderDelay.percentile(99) / 1e6), max: tenth(senderDelay.max / 1e6) },
      otherMs: Object.fromEntries(others.map((path, i) => [path, told(times[i] ?? [])])),
      idleMs: told(idleMs),
      mainThreadMsEach: tenth(threadMsEach),
      memoryMb: { before, during },
    },
    null,
    2,
  ),
);
rmSync(folder, { recursive: true });
