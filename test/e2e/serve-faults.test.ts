import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
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

/** Bytes with a few changed, some of them in the head, or cut short. */
function damaged(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const end = random.uniform() < 0.3 ? random.integer(bytes.length) : bytes.length;
  const copy = new Uint8Array(bytes.slice(0, end));
  const reach = random.uniform() < 0.7 ? Math.min(64, copy.length) : copy.length;
  for (let i = 0; i < 1 + random.integer(8) && reach > 0; i++)
    copy[random.integer(reach)] = random.integer(256);
  return copy;
}

/** A bitmap of 2 x 2, which our own decoder reads. */
function bitmap(): Uint8Array {
  const bytes = Buffer.alloc(54 + 16);
  bytes.write("BM");
  for (const [at, value] of [
    [2, 70],
    [10, 54],
    [14, 40],
    [18, 2],
    [22, 2],
  ] as const)
    bytes.writeUInt32LE(value, at);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  return bytes;
}

test("600 damaged pictures of six formats are each scored or refused, and the server is well", async () => {
  const raw = sharp(picture);
  const formats = await Promise.all(
    (["png", "jpeg", "webp", "tiff", "gif"] as const).map(async (format) =>
      raw.clone().toFormat(format).toBuffer(),
    ),
  );
  const random = new Random(11);
  const bodies = Array.from({ length: 600 }, (_, i) => damaged([...formats, bitmap()][i % 6]!, random));
  const statuses = new Map<number, number>();
  const codes = new Set<string>();
  const work = async (): Promise<void> => {
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
      const answer = await server.fetch(score, post(body));
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      const { error }: Partial<Problem> = JSON.parse(await answer.text());
      if (error !== undefined) codes.add(error.code);
    }
  };
  await Promise.all([1, 2, 3, 4, 5, 6].map(work));
  expect([...statuses.keys()].filter((status) => ![200, 400, 422].includes(status))).toEqual([]);
  expect(statuses.get(422)).toBeGreaterThan(100);
  expect([...codes].filter((code) => !["E_IMAGE", "E_OPTION"].includes(code))).toEqual([]);
  expect(await isWell()).toBe(true);
});

test("damaged model files are refused, and what scored goes on", async () => {
  const random = new Random(12);
  for (let i = 0; i < 15; i++) {
    const answer = await server.fetch("/v1/detectors/other/versions", post(damaged(model, random)));
    expect([400, 422]).toContain(answer.status);
  }
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
