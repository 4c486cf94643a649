/**
 * `npx tsx bench/malformed.ts [count] [seed]`: what `radar serve` answers to bodies that no honest client sends, 10 000 of them unless told
 * otherwise. Needs a built `dist/`.
 *
 * Prints JSON: answers by kind and status, the server's memory at the tenths of the way, and whether it still scores. Exit code 1 if it
 * ended, answered 500 or did not answer.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../src/base/random.ts";
import { writeTinyModel } from "../test/support/server.ts";
import { type MalformedKind, malformedRequests } from "./malformed-bodies.ts";
import { memoryOf, serveUntilReady } from "./served.ts";

const [count, seed] = [Number(process.argv[2] ?? 10_000), Number(process.argv[3] ?? 1)];

/** How often each kind comes in a round: a model file costs a thread and a file. */
const round: readonly MalformedKind[] = (
  [
    ["picture", 30],
    ["header", 40],
    ["form", 10],
    ["tensor-json", 10],
    ["tensor-bytes", 8],
    ["model", 2],
  ] as const
).flatMap(([kind, times]) => Array.from({ length: times }, () => kind));

const folder = mkdtempSync(join(tmpdir(), "radar-malformed-"));
const { set, models } = await writeTinyModel(folder);
const picture = new Uint8Array(readFileSync(join(set, "train", "good", "000.png")));
const model = new Uint8Array(readFileSync(join(models, "parts.onnx")));
const next = await malformedRequests({ picture, model }, new Random(seed));
const server = await serveUntilReady(["--models", models, "--threads", "1"]);
const answers = new Map<MalformedKind, Map<string, number>>();
const memoryMb: number[] = [];
const began = performance.now();
let sent = 0;

async function line(): Promise<void> {
  while (sent < count) {
    const { kind, path, headers, body } = next(round[sent % round.length] ?? "picture");
    if (sent % Math.ceil(count / 10) === 0) memoryMb.push(memoryOf(server.pid));
    sent++;
    const status = await fetch(server.url + path, { method: "POST", headers, body })
      .then(async (answer) => {
        await answer.arrayBuffer();
        return String(answer.status);
      })
      .catch((error: unknown) => (error instanceof Error ? error.message : "no answer"));
    const of = answers.get(kind) ?? new Map<string, number>();
    answers.set(kind, of.set(status, (of.get(status) ?? 0) + 1));
  }
}

await Promise.all([line(), line(), line(), line()]);
memoryMb.push(memoryOf(server.pid));
const well = await fetch(`${server.url}/v1/detectors/parts/score`, { method: "POST", body: picture });
const bad = [...answers.values()]
  .flatMap((of) => [...of.keys()])
  .filter((status) => !/^(200|201|400|404|413|422|429|503)$/.test(status));
server.end();
rmSync(folder, { recursive: true });
console.log(
  JSON.stringify(
    {
      count,
      seed,
      seconds: Math.round((performance.now() - began) / 1000),
      answers: Object.fromEntries([...answers].map(([kind, of]) => [kind, Object.fromEntries(of)])),
      memoryMb,
      scores: well.status,
      load: loadavg(),
    },
    null,
    2,
  ),
);
process.exitCode = bad.length === 0 && well.status === 200 ? 0 : 1;
