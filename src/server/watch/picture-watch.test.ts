import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { DataError, ServiceError } from "../../base/errors.ts";
import { type Database, openDatabase } from "../history/database.ts";
import { WatchedFiles } from "../history/watched-files.ts";
import { PictureWatch, type WatchedPicture } from "./picture-watch.ts";

const folder = temporaryFolder();
const closing: (() => Promise<unknown>)[] = [];
let inboxes = 0;

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function newInbox(): string {
  const inbox = folder.at(`inbox${inboxes++}`);
  mkdirSync(inbox);
  return inbox;
}

async function database(): Promise<Database> {
  const db = await openDatabase(folder.at(`${inboxes}.sqlite`));
  closing.push(() => db.destroy());
  return db;
}

/** A watch that notes what it scores; `score` may refuse first. */
async function watching(db: Database, inbox: string, score: (picture: WatchedPicture) => void = () => {}) {
  const scored: string[] = [];
  const failed: string[] = [];
  const errors: unknown[] = [];
  const note = async ({ watched }: Pick<WatchedPicture, "watched">): Promise<void> => {
    await db.insertInto("watched").values(watched).execute();
  };
  const watch = await PictureWatch.start({
    folder: inbox,
    settleMs: 150,
    poll: false,
    scored: new WatchedFiles(db, inbox),
    maxBytes: 100,
    onError: (error) => errors.push(error),
    score: async (picture) => {
      score(picture);
      await note(picture);
      scored.push(`${picture.name} ${Buffer.from(picture.picture as Uint8Array).toString()}`);
    },
    fail: async (picture) => {
      await note(picture);
      failed.push(picture.name);
    },
  });
  closing.push(() => watch.end());
  return { watch, scored, failed, errors };
}

test("pictures that are there and that come are scored once each, over restarts too; others are left alone", async () => {
  const [inbox, db] = [newInbox(), await database()];
  writeFileSync(`${inbox}/old.png`, "1");
  writeFileSync(`${inbox}/notes.txt`, "no picture");
  writeFileSync(`${inbox}/.hidden.png`, "not yet");
  const first = await watching(db, inbox);
  await expect.poll(() => first.scored).toEqual(["old.png 1"]);
  mkdirSync(`${inbox}/shift`);
  writeFileSync(`${inbox}/shift/new.png`, "2");
  renameSync(`${inbox}/.hidden.png`, `${inbox}/renamed.png`);
  await expect.poll(() => first.scored.length, { timeout: 10_000 }).toBe(3);
  expect(first.scored.slice(1).toSorted()).toEqual(["renamed.png not yet", "shift/new.png 2"]);
  await first.watch.end();
  writeFileSync(`${inbox}/meanwhile.png`, "3");
  writeFileSync(`${inbox}/old.png`, "another one");
  const second = await watching(db, inbox);
  await expect.poll(() => second.scored.length, { timeout: 10_000 }).toBe(2);
  await expect.poll(() => second.watch.waiting).toBe(0);
  expect(second.scored.toSorted()).toEqual(["meanwhile.png 3", "old.png another one"]);
});

test("a file that grows slowly is scored when it is whole", async () => {
  const [inbox, db] = [newInbox(), await database()];
  const { scored } = await watching(db, inbox);
  for (let i = 0; i < 8; i++) {
    appendFileSync(`${inbox}/slow.png`, String(i));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await expect.poll(() => scored, { timeout: 10_000 }).toEqual(["slow.png 01234567"]);
});

test("a picture that cannot be scored is told once; what passes is waited for; what is gone is forgotten", async () => {
  const [inbox, db] = [newInbox(), await database()];
  let busy = 2;
  const score = ({ name }: WatchedPicture): void => {
    if (name === "bad.png") throw new DataError("E_IMAGE", "bad.png: expected an image.");
    if (name === "later.png" && busy-- > 0) throw new ServiceError("E_BUSY", "full");
    if (name === "broken.png") throw new Error("the disk is full");
  };
  for (const name of ["bad.png", "later.png", "broken.png"]) writeFileSync(`${inbox}/${name}`, "x");
  writeFileSync(`${inbox}/large.png`, "x".repeat(101));
  const first = await watching(db, inbox, score);
  await expect.poll(() => first.watch.waiting, { timeout: 15_000 }).toBe(0);
  await expect.poll(() => first.failed.toSorted()).toEqual(["bad.png", "broken.png", "large.png"]);
  expect(first.scored).toEqual(["later.png x"]);
  expect(first.errors.length).toBe(4); // told at each try but the last
  await first.watch.end();
  rmSync(`${inbox}/bad.png`);
  const second = await watching(db, inbox, score);
  expect(await db.selectFrom("watched").select("file").orderBy("file").execute()).toEqual([
    { file: "broken.png" },
    { file: "large.png" },
    { file: "later.png" },
  ]);
  expect([...second.scored, ...second.failed]).toEqual([]);
});

test("a folder that is not there is refused", async () => {
  await expect(watching(await database(), folder.at("none"))).rejects.toMatchObject({ code: "E_FILE" });
});
