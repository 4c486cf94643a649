import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { Random } from "../../base/random.ts";
import { type Database, openDatabase } from "../history/database.ts";
import { History } from "../history/history.ts";
import { PictureStore } from "../history/picture-store.ts";
import { jsonlOutlet } from "./jsonl-outlet.ts";
import { Outbox, type OutboxEvent, waitAfter } from "./outbox.ts";
import type { OutboxMessage, Outlet } from "./outlet.ts";

const folder = temporaryFolder();
const closing: (() => Promise<unknown>)[] = [];
let files = 0;

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const clock = (): Date => new Date();

async function open(
  path = folder.at(`${files++}.sqlite`),
): Promise<{ db: Database; history: History; path: string }> {
  const db = await openDatabase(path);
  const pictures = new PictureStore(folder.at("pictures"));
  const retention = { days: 365, bytes: 1e9 };
  const outlets = ["webhook"] as const;
  const history = new History({ db, where: path, pictures, rule: "none", retention, clock, outlets });
  closing.push(() => db.destroy());
  return { db, history, path };
}

const verdict = (imageName: string) => ({
  detector: "parts",
  version: "v",
  imageName,
  imageHash: "h",
  anomalyScore: 0.1 + 0.2,
  pValue: 0.5,
  threshold: 1,
  isAnomalous: false,
  latencyMs: 3,
  warnings: ["dark"],
  caller: "line",
});

/** An outlet of which the test says what it does; and what it was given. */
function outlet(answer: (message: OutboxMessage, calls: number) => "delivered" | "refused") {
  const got: OutboxMessage[] = [];
  const found: Outlet = {
    name: "webhook",
    deliver: async (message) => {
      got.push(message);
      return answer(message, got.length);
    },
    end: async () => {},
  };
  return { outlet: found, got };
}

function start(db: Database, to: Outlet, bounds = { days: 7, messages: 1000 }) {
  const events: OutboxEvent[] = [];
  const random = new Random(1);
  const outbox = new Outbox({
    db,
    outlets: [to],
    bounds,
    clock,
    random,
    onEvent: (event) => events.push(event),
  });
  outbox.start();
  return { outbox, events };
}

describe("the outbox", () => {
  test("delivers every verdict once and in order, with what it says", async () => {
    const { db, history } = await open();
    const ids = await history.add([verdict("a"), verdict("b")]);
    const { outlet: to, got } = outlet(() => "delivered");
    const { outbox } = start(db, to);
    ids.push(...(await history.add([verdict("c")])));
    outbox.wake();
    await outbox.end();
    expect(got.map(({ id }) => id)).toEqual(ids);
    const [kept] = await history.find({ limit: 1 });
    const { truth: _t, note: _n, pictureBytes: _p, ...told } = kept!;
    expect(JSON.parse(got[2]!.payload)).toEqual({ ...told, isAnomalous: false, warnings: ["dark"] });
    expect(await outbox.status()).toEqual([{ outlet: "webhook", waiting: 0, oldestSeconds: 0 }]);
  });

  test("holds what cannot be delivered over a restart, and gives up nothing on the way", async () => {
    const { db, history, path } = await open();
    await history.add([verdict("a"), verdict("b")]);
    const down = outlet(() => {
      throw new Error("down");
    });
    const first = start(db, down.outlet);
    await first.outbox.end();
    expect(down.got.length).toBe(1); // one message tries the way, the others wait
    expect(first.events).toEqual([]);
    const again = await open(path);
    const up = outlet((_, calls) => {
      if (calls === 1) throw new Error("not yet");
      return "delivered";
    });
    const second = start(again.db, up.outlet);
    await expect.poll(() => up.got.length, { timeout: 10_000 }).toBe(3);
    await second.outbox.end();
    expect(up.got.map(({ payload }) => JSON.parse(payload).imageName)).toEqual(["a", "a", "b"]);
    expect(second.events.map(({ kind }) => kind)).toEqual(["unreachable", "delivered", "delivered"]);
  });

  test("puts a refused message off alone", async () => {
    const { db, history } = await open();
    const [first] = await history.add([verdict("a"), verdict("b")]);
    const { outlet: to, got } = outlet(({ id }) => (id === first ? "refused" : "delivered"));
    const { outbox } = start(db, to);
    await expect.poll(() => got.length).toBe(2);
    await outbox.end();
    expect(await outbox.status()).toMatchObject([{ waiting: 1 }]);
    const left = await db.selectFrom("outbox").selectAll().execute();
    expect(left).toMatchObject([{ id: first, refusals: 1 }]);
    expect(left[0]!.notBefore > left[0]!.time).toBe(true);
  });

  test("drops what is too old, and the oldest where there is too much, and says so", async () => {
    const { db, history } = await open();
    const ids = await history.add(["a", "b", "c", "d"].map(verdict));
    await db
      .updateTable("outbox")
      .set({ time: "2000-01-01T00:00:00.000Z" })
      .where("id", "=", ids[0]!)
      .execute();
    const { outlet: to, got } = outlet(() => "delivered");
    const { outbox, events } = start(db, to, { days: 1, messages: 2 });
    await outbox.end();
    expect(got.map(({ id }) => id)).toEqual(ids.slice(2));
    expect(events[0]).toEqual({ kind: "dropped", outlet: "webhook", count: 2 });
  });
});

test("waits double from half a second to five minutes, and differ", () => {
  const random = new Random(2);
  for (const [failures, longest] of [
    [1, 1000],
    [2, 2000],
    [5, 16_000],
    [50, 300_000],
  ] as const) {
    const waits = Array.from({ length: 20 }, () => waitAfter(failures, random));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(longest / 2);
    expect(Math.max(...waits)).toBeLessThanOrEqual(longest);
    expect(new Set(waits).size).toBeGreaterThan(10);
  }
});

test("a verdict and its message are written together or not at all", async () => {
  const { db, history } = await open();
  const watched = { watch: "w", file: "a.png", look: "1" };
  await history.add([{ ...verdict("a"), watched }]);
  await expect(history.add([{ ...verdict("a"), watched }])).rejects.toThrow(); // the file was seen
  expect(await history.find({ limit: 10 })).toHaveLength(1);
  expect(await db.selectFrom("outbox").selectAll().execute()).toHaveLength(1);
});

test("a file of lines has each message once, also after a kill in the middle of a line or before the note of it", async () => {
  const path = folder.at("verdicts.jsonl");
  const message = (id: string) => ({ id, detector: "parts", payload: JSON.stringify({ id }) });
  const { signal } = new AbortController();
  writeFileSync(path, '{"id":"a"}\n{"id":"b"}\n{"id":"c');
  const lines = await jsonlOutlet(path);
  for (const id of ["b", "c", "d", "d"]) expect(await lines.deliver(message(id), signal)).toBe("delivered");
  await lines.end();
  expect(readFileSync(path, "utf8")).toBe('{"id":"a"}\n{"id":"b"}\n{"id":"c"}\n{"id":"d"}\n');
  await expect(jsonlOutlet(folder.at("none", "a.jsonl"))).rejects.toMatchObject({ code: "E_FILE" });
});
