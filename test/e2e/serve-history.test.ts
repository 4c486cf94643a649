import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { conformalThreshold } from "../../src/detectors/index.ts";
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

function json(method: string, body: unknown): RequestInit {
  return { method, body: JSON.stringify(body), headers: { "content-type": "application/json" } };
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
  const say = (body: unknown) => json("PATCH", body);
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

test("the history is exported as CSV, in which no name is a formula, and as Parquet", async () => {
  const { id } = await scored(pictures[0]!);
  const answer = await server.fetch("/v1/history.csv");
  const lines = (await answer.text()).trimEnd().split("\r\n");
  expect(answer.headers.get("content-type")).toContain("text/csv");
  expect(lines[0]).toBe(
    "id,time,detector,version,imageName,imageHash,anomalyScore,pValue,threshold,isAnomalous,latencyMs,warnings,caller,truth,note",
  );
  expect(lines[1]).toContain(`${id},`);
  expect(lines[1]).toContain(`,"'=evil, ""a"".png",`);
  const { verdicts }: HistoryPage = await server.json("/v1/history?limit=1000");
  expect(lines.length - 1).toBe(verdicts.length);
  const parquet = await server.fetch("/v1/history.parquet");
  expect(parquet.headers.get("content-type")).toBe("application/vnd.apache.parquet");
  const rows = await parquetReadObjects({ file: await parquet.arrayBuffer() });
  const wanted = verdicts.map(({ hasPicture: _, ...verdict }) => ({
    ...verdict,
    time: new Date(verdict.time),
    warnings: verdict.warnings.join("; "),
  }));
  expect(rows).toEqual(wanted);
});

describe("a threshold set anew from what operators said", () => {
  const calibrate = async (body: unknown) => {
    const answer = await server.fetch("/v1/detectors/parts/calibrate", json("POST", body));
    return { status: answer.status, json: JSON.parse(await answer.text()) };
  };

  test("is refused where no part was confirmed, too few were, or only alarms were judged", async () => {
    for (const { id } of (await server.json("/v1/history?truth=good")).verdicts)
      await server.json(`/v1/history/${id}`, json("PATCH", { truth: null }));
    expect(await calibrate({})).toMatchObject({
      status: 422,
      json: { error: { code: "E_FALSE_ALARM_RATE" } },
    });
    expect((await calibrate({ falseAlarmRate: 2 })).status).toBe(400);
    expect((await calibrate({ rate: 0.1 })).status).toBe(400);
    expect((await calibrate({ unjudged: "good" })).status).toBe(409); // no alarm was judged
    const [alarm]: PastVerdict[] = (await server.json("/v1/history?anomalous=true&limit=1")).verdicts;
    await server.json(`/v1/history/${alarm!.id}`, json("PATCH", { truth: "good" }));
    expect(await calibrate({})).toMatchObject({ status: 409, json: { error: { code: "E_CONFLICT" } } });
  });

  test("is that of the good parts in the history, in a version that passes its self-check and scores as before", async () => {
    for (const { id } of (await server.json("/v1/history?anomalous=true&limit=1000")).verdicts)
      await server.json(`/v1/history/${id}`, json("PATCH", { truth: "defect" }));
    const { verdicts }: HistoryPage = await server.json("/v1/history?limit=1000");
    const passed = verdicts.filter(({ isAnomalous }) => !isAnomalous);
    const scores = [...new Map(passed.map((kept) => [kept.imageHash, kept.anomalyScore])).values()];
    const request = { unjudged: "good", falseAlarmRate: 0.34 };
    expect(await calibrate({ ...request, falseAlarmRate: 0.01 })).toMatchObject({
      status: 422,
      json: { error: { code: "E_FALSE_ALARM_RATE" } },
    });
    const dry = await calibrate({ ...request, dryRun: true });
    expect(dry).toMatchObject({ status: 200, json: { version: null, parts: scores.length } });
    const { base, version, after, ...made } = (await calibrate(request)).json;
    expect(after).toEqual({ ...dry.json.after, threshold: conformalThreshold(scores, 0.34).threshold });
    expect(made.alarms.before).toBe(0);
    const about = `/v1/detectors/parts/versions/${version}`;
    expect((await server.json(about)).calibration).toMatchObject(after);
    expect((await server.json("/v1/detectors/parts")).version).toBe(base); // it does not score yet
    expect((await server.fetch(`${about}/activate`, { method: "POST" })).status).toBe(200);
    const again = await scored(pictures[0]!);
    const first = verdicts.find(({ imageHash }) => imageHash === again.imageHash);
    expect(again).toMatchObject({ version, threshold: after.threshold, anomalyScore: first!.anomalyScore });
    const { entries } = await server.json("/v1/audit");
    expect(entries.map(({ path }: { path: string }) => path)).toContain("/v1/detectors/parts/calibrate");
  });
});

test("after kill -9 in the middle of scoring and noting, every verdict and note that was answered is there, once", async () => {
  const answered: string[] = [];
  const noted: string[] = [];
  const score = async (): Promise<void> => {
    for (let i = 0; ; i++) {
      const id = (await scored(pictures[i % pictures.length]!)).id!;
      answered.push(id);
      const body = JSON.stringify({ note: `of ${id}` });
      const headers = { "content-type": "application/json" };
      const { status } = await server.fetch(`/v1/history/${id}`, { method: "PATCH", body, headers });
      if (status === 200) noted.push(id);
    }
  };
  const lines = [1, 2, 3, 4].map(() => score().catch(() => {}));
  await until(() => answered.length > 40);
  await server.stop("SIGKILL");
  await Promise.all(lines);
  server = await startServer(["--models", models]);
  const { verdicts }: HistoryPage = await server.json("/v1/history?limit=1000");
  const kept = verdicts.map(({ id }) => id);
  const notes = new Map(verdicts.map(({ id, note }) => [id, note]));
  expect(noted.length).toBeGreaterThan(20);
  expect(noted.filter((id) => notes.get(id) !== `of ${id}`)).toEqual([]);
  expect(new Set(kept).size).toBe(kept.length);
  expect(answered.filter((id) => !kept.includes(id))).toEqual([]);
});
