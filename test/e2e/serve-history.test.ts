import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HistoryPage, PastVerdict, Scores, Verdict } from "../../src/server/protocol.ts";
import { buildRadar } from "../support/radar.ts";
import { type ServerProcess, startServer, until, writeTinyModel } from "../support/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const score = "/v1/detectors/parts/score";
let models: string;
let server: ServerProcess;
let pictures: Uint8Array<ArrayBuffer>[];

beforeAll(async () => {
  buildRadar();
  const tiny = await writeTinyModel(folder.path);
  models = tiny.models;
  const test = join(tiny.set, "test");
  pictures = readdirSync(test).flatMap((name) =>
    readdirSync(join(test, name)).map((file) => new Uint8Array(readFileSync(join(test, name, file)))),
  );
  server = await startServer(["--models", models]);
}, 600_000);

afterAll(async () => {
  await server.stop("SIGKILL");
});

async function scored(picture: Uint8Array<ArrayBuffer>, name = '=evil, "a".png'): Promise<Verdict> {
  const body = new FormData();
  body.append("image", new Blob([picture]), name);
  const { results }: Scores = await server.json(score, { method: "POST", body });
  return results[0] as Verdict;
}

test("every verdict is in the history when it is answered, with its picture where it is anomalous", async () => {
  for (const picture of pictures) {
    const { map: _, name, threshold, ...verdict } = await scored(picture);
    const [kept]: PastVerdict[] = (await server.json("/v1/history?limit=1")).verdicts;
    expect(kept).toMatchObject({
      ...verdict,
      imageName: name,
      threshold,
      detector: "parts",
      caller: "local",
      truth: null,
    });
    expect(kept!.latencyMs).toBeGreaterThan(0);
    expect(kept!.hasPicture).toBe(verdict.isAnomalous);
    const answer = await server.fetch(`/v1/history/${verdict.id}/picture`);
    expect(answer.status).toBe(verdict.isAnomalous ? 200 : 404);
    if (verdict.isAnomalous) {
      expect(answer.headers.get("content-type")).toBe("image/png");
      expect(new Uint8Array(await answer.arrayBuffer())).toEqual(picture);
    }
  }
  const flagged: HistoryPage = await server.json("/v1/history?anomalous=true");
  expect(flagged.verdicts.every(({ isAnomalous }) => isAnomalous)).toBe(true);
  const page: HistoryPage = await server.json("/v1/history?limit=2");
  const rest: HistoryPage = await server.json(`/v1/history?before=${page.next}`);
  expect([...page.verdicts, ...rest.verdicts]).toEqual((await server.json("/v1/history")).verdicts);
  expect(rest.next).toBeNull();
});

test("what an operator says of a part is kept; what does not fit is refused", async () => {
  const { id } = await scored(pictures[0]!);
  const say = (body: unknown) => ({
    method: "PATCH",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
  expect(await server.json(`/v1/history/${id}`, say({ truth: "good", note: "a hair" }))).toMatchObject({
    id,
    truth: "good",
    note: "a hair",
  });
  expect((await server.json("/v1/history?truth=good")).verdicts.map((kept: PastVerdict) => kept.id)).toEqual([
    id,
  ]);
  for (const body of [{ truth: "maybe" }, { score: 1 }, [], null]) {
    expect((await server.fetch(`/v1/history/${id}`, say(body))).status).toBe(400);
  }
  expect((await server.fetch("/v1/history/none", say({ note: "a" }))).status).toBe(404);
  expect((await server.fetch("/v1/history?limit=0")).status).toBe(400);
  expect((await server.fetch("/v1/history.csv?from=yesterday")).status).toBe(400);
});

test("the history is exported as CSV, in which no name is a formula", async () => {
  const { id } = await scored(pictures[0]!);
  const answer = await server.fetch("/v1/history.csv");
  const lines = (await answer.text()).trimEnd().split("\r\n");
  expect(answer.headers.get("content-type")).toContain("text/csv");
  expect(lines[0]).toBe(
    "id,time,detector,version,imageName,imageHash,anomalyScore,pValue,threshold,isAnomalous,latencyMs,warnings,caller,truth,note",
  );
  expect(lines[1]).toContain(`${id},`);
  expect(lines[1]).toContain(`,"'=evil, ""a"".png",`);
  expect(lines.length - 1).toBe((await server.json("/v1/history?limit=1000")).verdicts.length);
});

test("after kill -9 in the middle of scoring, every verdict that was answered is there, once", async () => {
  const answered: string[] = [];
  const score = async (): Promise<void> => {
    for (let i = 0; ; i++) answered.push((await scored(pictures[i % pictures.length]!)).id);
  };
  const lines = [1, 2, 3, 4].map(() => score().catch(() => {}));
  await until(() => answered.length > 40);
  await server.stop("SIGKILL");
  await Promise.all(lines);
  server = await startServer(["--models", models]);
  const kept: string[] = (await server.json("/v1/history?limit=1000")).verdicts.map(
    ({ id }: PastVerdict) => id,
  );
  expect(new Set(kept).size).toBe(kept.length);
  expect(answered.filter((id) => !kept.includes(id))).toEqual([]);
});
