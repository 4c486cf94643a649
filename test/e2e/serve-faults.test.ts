import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { malformedKinds, malformedRequests } from "../../bench/malformed-bodies.ts";
import { Random } from "../../src/base/random.ts";
import type { Problem } from "../../src/server/protocol.ts";
import { buildRadar } from "../support/radar.ts";
import { type ServerProcess, startServer, writeTinyModel } from "../support/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const score = "/v1/detectors/parts/score";
let server: ServerProcess;
let picture: Uint8Array<ArrayBuffer>;
let model: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  buildRadar();
  const { set, models } = await writeTinyModel(folder.path);
  picture = new Uint8Array(readFileSync(join(set, "train", "good", "000.png")));
  model = new Uint8Array(readFileSync(join(models, "parts.onnx")));
  server = await startServer(["--models", models, "--max-megapixels", "4"]);
}, 600_000);

afterAll(async () => {
  await server.stop("SIGKILL");
});

const post = (body: Uint8Array<ArrayBuffer>): RequestInit => ({
  method: "POST",
  body,
  headers: { "content-type": "application/octet-stream" },
});
const isWell = async (): Promise<boolean> => (await server.fetch(score, post(picture))).status === 200;

test("300 malformed bodies of all kinds are each refused, or scored where they are whole after all", async () => {
  const next = await malformedRequests({ picture, model }, new Random(11));
  const requests = Array.from({ length: 300 }, (_, i) =>
    next(i % 25 === 0 ? "model" : (malformedKinds[i % 5] ?? "picture")),
  );
  const answers: string[] = [];
  const work = async (): Promise<void> => {
    for (let request = requests.pop(); request !== undefined; request = requests.pop()) {
      const { kind, path, headers, body } = request;
      const answer = await server.fetch(path, { method: "POST", headers, body });
      const { error, code }: { error?: unknown; code?: string } = JSON.parse(await answer.text());
      const said = typeof error === "string" ? code : (error as Problem["error"] | undefined)?.code;
      answers.push(`${kind} ${answer.status} ${said ?? ""}`.trim());
    }
  };
  await Promise.all([1, 2, 3, 4].map(work));
  const allowed = / (200|400 E_OPTION|413 E_TOO_LARGE|422 (E_IMAGE|E_ONNX|E_SELF_CHECK))$/;
  expect(answers.filter((answer) => !allowed.test(answer))).toEqual([]);
  const kinds = new Set(answers.map((answer) => answer.split(" ")[0]));
  expect([answers.length, kinds]).toEqual([300, new Set(malformedKinds)]);
  expect(answers.filter((answer) => !answer.endsWith(" 200")).length).toBeGreaterThan(200);
  expect((await server.json("/v1/detectors")).detectors.map(({ name }: { name: string }) => name)).toEqual([
    "parts",
  ]);
  expect(await isWell()).toBe(true);
});

test("clients that send half a request and no more, or read nothing, hold up nobody", async () => {
  const { hostname, port } = new URL(server.url);
  const starts = [
    "",
    "POST ",
    `POST ${score} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n`,
    `POST ${score} HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-length: 100000\r\n\r\nabc`,
    `GET /openapi.json HTTP/1.1\r\nhost: ${hostname}:${port}\r\n\r\n`.repeat(20),
  ];
  const sockets: Socket[] = [];
  for (let i = 0; i < 60; i++) {
    const socket = connect(Number(port), hostname);
    socket.on("error", () => {});
    socket.pause();
    socket.write(starts[i % starts.length]!);
    sockets.push(socket);
  }
  expect(await isWell()).toBe(true);
  for (const socket of sockets) socket.destroy();
  expect(await isWell()).toBe(true);
});

test("requests that their callers give up are taken out of the queue", async () => {
  const body = new FormData();
  for (let i = 0; i < 50; i++) body.append("image", new Blob([picture]), `${i}.png`);
  const gone = new AbortController();
  const answers = [1, 2, 3].map(() =>
    server.fetch(`${score}?map=png`, { method: "POST", body, signal: gone.signal }).catch(() => null),
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  gone.abort();
  await Promise.all(answers);
  while (!/radar_queue_pictures\{model="parts"\} 0/.test(await (await server.fetch("/metrics")).text()));
  expect(await isWell()).toBe(true);
});

test("an answer that cannot be ready in time is 504", async () => {
  const body = new FormData();
  for (let i = 0; i < 60; i++) body.append("image", new Blob([picture]), `${i}.png`);
  const answer = await server.fetch(`${score}?map=png&deadlineMs=1`, { method: "POST", body });
  expect([answer.status, JSON.parse(await answer.text()).error.code]).toEqual([504, "E_DEADLINE"]);
});
