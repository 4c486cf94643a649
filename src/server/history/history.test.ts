import { readdirSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { openDatabase } from "./database.ts";
import { History, type HistoryOptions, type NewVerdict } from "./history.ts";
import { PictureStore } from "./picture-store.ts";

const folder = temporaryFolder();
let postgres: PGlite;
let socket: PGLiteSocketServer;
let url: string;

beforeAll(async () => {
  const port = await new Promise<number>((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
  postgres = await PGlite.create();
  socket = new PGLiteSocketServer({ db: postgres, port, host: "127.0.0.1", maxConnections: 16 });
  await socket.start();
  url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres?sslmode=disable`;
});

afterAll(async () => {
  await socket.stop();
  await postgres.close();
});

const hash = (digit: number): string => digit.toString(16).repeat(64);
const verdict = (of: Partial<NewVerdict> = {}): NewVerdict => ({
  detector: "parts",
  version: hash(15),
  imageName: "a.png",
  imageHash: hash(1),
  anomalyScore: 0.123456789012345,
  pValue: 1 / 3,
  threshold: 0.5,
  isAnomalous: false,
  latencyMs: 12.5,
  warnings: ["it is grey"],
  caller: "line 3",
  ...of,
});

describe.each(["SQLite", "PostgreSQL"])("the history in %s", (kind) => {
  let round = 0;
  let time = Date.parse("2026-01-01T00:00:00Z");

  async function open(of: Partial<HistoryOptions> = {}): Promise<History & { folder: string }> {
    const own = folder.at(`${kind}-${round++}`);
    const where = kind === "SQLite" ? `${folder.at(`${round}.sqlite`)}` : url;
    const db = await openDatabase(where);
    await db.deleteFrom("verdicts").execute();
    const history = new History({
      db,
      where,
      pictures: new PictureStore(own),
      rule: "anomalous",
      retention: { days: 30, bytes: 1e9 },
      clock: () => new Date(time),
      ...of,
    });
    return Object.assign(history, { folder: own });
  }

  test("keeps a verdict with every number as it was", async () => {
    const history = await open();
    const [id] = await history.add([verdict()]);
    expect(await history.get(id!)).toEqual({
      ...verdict(),
      id,
      time: "2026-01-01T00:00:00.000Z",
      isAnomalous: 0,
      warnings: '["it is grey"]',
      truth: null,
      note: null,
      pictureBytes: 0,
    });
    await expect(history.get("x")).rejects.toMatchObject({ code: "E_NOT_FOUND" });
    await history.close();
  });

  test("finds by detector, version, decision, truth and time, page by page, the newest first", async () => {
    const history = await open();
    const ids: string[] = [];
    for (let i = 0; i < 25; i++) {
      time += 1000;
      const isAnomalous = i % 5 === 0;
      ids.push(
        ...(await history.add([verdict({ detector: i % 2 ? "odd" : "even", isAnomalous, anomalyScore: i })])),
      );
    }
    const scores = async (query: Partial<Parameters<History["find"]>[0]>) =>
      (await history.find({ limit: 100, ...query })).map(({ anomalyScore }) => anomalyScore);
    expect(await scores({ limit: 3 })).toEqual([24, 23, 22]);
    expect(await scores({ limit: 3, before: ids[22]! })).toEqual([21, 20, 19]);
    expect(await scores({ detector: "odd", isAnomalous: true })).toEqual([15, 5]);
    expect(await scores({ version: hash(3) })).toEqual([]);
    const [{ time: third }] = [await history.get(ids[3]!)];
    expect(await scores({ to: third })).toEqual([2, 1, 0]);
    expect(await scores({ from: third, detector: "odd", isAnomalous: true })).toEqual([15, 5]);
    await history.say(ids[4]!, { truth: "defect" });
    expect(await scores({ truth: "defect" })).toEqual([4]);
    expect((await scores({ truth: "unknown" })).length).toBe(24);
    const all: number[] = [];
    for await (const row of history.all({})) all.push(row.anomalyScore);
    expect(all).toEqual(Array.from({ length: 25 }, (_, i) => 24 - i));
    await history.close();
  });

  test("keeps verdicts of one moment in their order", async () => {
    const history = await open();
    const ids = await history.add(Array.from({ length: 50 }, (_, i) => verdict({ anomalyScore: i })));
    expect(ids).toEqual(ids.toSorted());
    expect((await history.find({ limit: 2 })).map(({ anomalyScore }) => anomalyScore)).toEqual([49, 48]);
    await history.close();
  });

  test("keeps what an operator says, and takes it back", async () => {
    const history = await open();
    const [id = ""] = await history.add([verdict()]);
    expect(await history.say(id, { truth: "good", note: "dust" })).toMatchObject({
      truth: "good",
      note: "dust",
    });
    expect(await history.say(id, { truth: null })).toMatchObject({ truth: null, note: "dust" });
    expect(await history.say(id, {})).toMatchObject({ truth: null, note: "dust" });
    await expect(history.say("x", { note: "a" })).rejects.toMatchObject({ code: "E_NOT_FOUND" });
    await history.close();
  });

  test("keeps the pictures that the rule says, each once", async () => {
    const picture = new Uint8Array([1, 2, 3]);
    for (const [rule, kept] of [
      ["all", 2],
      ["anomalous", 1],
      ["none", 0],
    ] as const) {
      const history = await open({ rule });
      const [good, bad, again] = await history.add([
        verdict({ picture }),
        verdict({ picture, isAnomalous: true, imageHash: hash(2) }),
        verdict({ picture, isAnomalous: true, imageHash: hash(2) }),
      ]);
      expect(rule === "none" ? [] : readdirSync(history.folder), rule).toHaveLength(kept);
      if (rule === "all") expect(new Uint8Array(await history.picture(good!))).toEqual(picture);
      else await expect(history.picture(good!)).rejects.toMatchObject({ code: "E_NOT_FOUND" });
      if (rule !== "none") {
        expect(new Uint8Array(await history.picture(bad!))).toEqual(picture);
        expect(new Uint8Array(await history.picture(again!))).toEqual(picture);
      }
      await history.close();
    }
  });

  test("forgets by age, and the pictures that nothing tells of any more", async () => {
    const history = await open({ rule: "all" });
    const picture = new Uint8Array(10);
    await history.add([verdict({ picture }), verdict({ picture, imageHash: hash(2) })]);
    time += 29 * 86_400_000;
    await history.add([verdict({ picture, imageHash: hash(2) })]);
    expect(await history.prune()).toBe(0);
    time += 2 * 86_400_000;
    expect(await history.prune()).toBe(2);
    expect((await history.find({ limit: 10 })).map(({ imageHash }) => imageHash)).toEqual([hash(2)]);
    expect(readdirSync(history.folder)).toEqual(["11", "22"]);
    expect(readdirSync(`${history.folder}/11`)).toEqual([]);
    expect(statSync(`${history.folder}/22/${hash(2)}`).size).toBe(10);
    await history.close();
  });

  test("forgets the oldest beyond its size", async () => {
    const history = await open({ rule: "all", retention: { days: 365, bytes: 4_000_000 } });
    for (let i = 1; i <= 6; i++) {
      time += 1000;
      const rows = Array.from({ length: 40 }, () =>
        verdict({ imageHash: hash(i), picture: new Uint8Array(1_000_000) }),
      );
      await history.add(rows);
    }
    await history.prune();
    const left = new Set((await history.find({ limit: 1000 })).map(({ imageHash }) => imageHash));
    expect(left.has(hash(6))).toBe(true);
    expect(left.has(hash(1))).toBe(false);
    const files = readdirSync(history.folder, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(files.map(({ name }) => name).sort()).toEqual([...left].sort());
    expect(files.length).toBeLessThanOrEqual(4);
    await history.close();
  });

  test("sweeps pictures that a killed process left without a verdict", async () => {
    const history = await open({ rule: "all" });
    await history.add([verdict({ picture: new Uint8Array(1) })]);
    await new PictureStore(history.folder).add(hash(9), new Uint8Array(1));
    await history.sweep();
    expect(
      readdirSync(history.folder, { recursive: true }).filter((name) => String(name).length > 60),
    ).toEqual([`11/${hash(1)}`]);
    await history.close();
  });
});

test("a statement of SQLite is good again and again, also when others came between or a table was changed", async () => {
  const db = await openDatabase(folder.at("statements.sqlite"));
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 250; i++) {
      expect((await sql.raw(`select ${i} as i`).execute(db)).rows).toEqual([{ i }]);
    }
  }
  await sql`create table seen (a integer)`.execute(db);
  const add = (): Promise<unknown> => sql`insert into seen (a) values (${7})`.execute(db);
  const all = async (): Promise<unknown> => (await sql`select * from seen`.execute(db)).rows;
  await add();
  expect(await all()).toEqual([{ a: 7 }]);
  await sql`alter table seen add column b integer`.execute(db);
  await Promise.all([add(), add(), all()]);
  expect(await all()).toEqual(Array.from({ length: 3 }, () => ({ a: 7, b: null })));
  await db.destroy();
});

test("a file that is no database is refused by its name", async () => {
  const path = folder.write("other.sqlite", "x".repeat(5000));
  await expect(openDatabase(path)).rejects.toMatchObject({
    code: "E_FILE",
    message: expect.stringContaining("other.sqlite: cannot open it as the history"),
  });
});
