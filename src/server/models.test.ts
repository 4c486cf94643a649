import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { type FakeScorers, fakeScorers } from "../../test/support/fake-scorer.ts";
import { until } from "../../test/support/server.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { usualLimits } from "./limits.ts";
import { type ModelEvent, Models } from "./models.ts";
import { scoredOf } from "./served-model.ts";

const temporary = temporaryFolder();
let round = 0;
let folder: string;
let scorers: FakeScorers;
let events: ModelEvent[];
let models: Models;

beforeEach(async () => {
  folder = temporary.at(String(round++));
  mkdirSync(join(folder, "versions"), { recursive: true });
  await start();
});

/** A server's models, as after a start of the process. */
async function start(): Promise<void> {
  scorers = fakeScorers();
  events = [];
  models = new Models({
    folder,
    versions: join(folder, "versions"),
    limits: { ...usualLimits, batchWaitMs: 0 },
    now: () => 0,
    start: scorers.start,
    onEvent: (event) => events.push(event),
  });
  await models.load();
}

const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const fileOf = (name: string): string => readFileSync(join(folder, name), "utf8");
const picture = { name: "a", picture: new Uint8Array(), map: "none" } as const;
const scoreOf = async (name: string): Promise<number> => {
  const [outcome] = await models.get(name).score([picture]);
  return scoredOf(outcome!).anomalyScore;
};
const lookTwice = async (): Promise<void> => {
  await models.look();
  await models.look();
};
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("a file in the folder", () => {
  test("appears as a detector once it no longer changes, and goes with the file", async () => {
    put("a.onnx", "1");
    await models.look();
    expect(models.get("a").active).toBeUndefined();
    put("a.onnx", "12");
    await models.look();
    expect(models.get("a").active).toBeUndefined();
    await models.look();
    expect(await scoreOf("a")).toBe(2);
    rmSync(join(folder, "a.onnx"));
    await models.look();
    expect(models.list()).toEqual([]);
    expect(scorers.running()).toBe(0);
  });

  test("replaces what scored before; what is no model does not, and is told", async () => {
    put("a.onnx", "1");
    await lookTwice();
    put("a.onnx", "123");
    await lookTwice();
    expect(await scoreOf("a")).toBe(3);
    for (const [text, code] of [
      ["bad 4", "E_ONNX"],
      ["other", "E_SELF_CHECK"],
    ]) {
      put("a.onnx", text!);
      await lookTwice();
      expect(models.get("a").problem).toMatchObject({ code });
      expect(await scoreOf("a")).toBe(3);
    }
    expect((await models.versionsOf("a").list()).length).toBe(2);
    expect(scorers.running()).toBe(1);
    expect(events.map(({ kind }) => kind)).toEqual(["active", "active", "refused", "refused"]);
    put("a.onnx", "123");
    await lookTwice();
    expect(models.get("a").problem).toBeNull();
  });

  test("that was damaged while the server was away does not stop what was active", async () => {
    put("a.onnx", "12");
    await lookTwice();
    put("a.onnx", "bad");
    await start();
    expect(await scoreOf("a")).toBe(2);
    expect(models.get("a").problem?.message).toContain("a bad one");
    expect(models.isReady).toBe(true);
  });

  test("that never was a model makes the server not ready", async () => {
    put("a.onnx", "bad");
    await start();
    expect(models.isReady).toBe(false);
    await expect(models.get("a").score([picture])).rejects.toMatchObject({ code: "E_UNAVAILABLE" });
  });

  test("with a name that is not safe is left alone", async () => {
    put("a b.onnx", "1");
    put(".hidden.onnx", "1");
    await lookTwice();
    expect(models.list()).toEqual([]);
    expect(events).toEqual([{ kind: "ignored", name: "a b.onnx", problem: "its name is not safe in a URL" }]);
  });
});

test("a detector that is activated while the folder is looked at stays", async () => {
  const version = await models.add("z", bytes("1"));
  const others = ["a", "b", "c", "d", "e", "f"];
  for (const name of others) put(`${name}.onnx`, "12");
  await models.look();
  await Promise.all([models.look(), models.activate("z", version)]); // it is done while the others are taken up
  expect(await scoreOf("z")).toBe(1);
  expect(events.filter(({ kind }) => kind !== "active")).toEqual([]);
});

describe("versions", () => {
  test("are uploaded, activated and rolled back, also after a restart", async () => {
    const first = await models.add("a", bytes("1"));
    expect([models.get("a").active, models.isReady]).toEqual([undefined, true]);
    await models.activate("a", first);
    await models.activate("a", await models.add("a", bytes("12")));
    await models.activate("a", await models.add("a", bytes("123")));
    expect([await scoreOf("a"), fileOf("a.onnx")]).toEqual([3, "123"]);
    await start();
    expect(await scoreOf("a")).toBe(3);
    await models.rollBack("a");
    expect([await scoreOf("a"), fileOf("a.onnx")]).toEqual([2, "12"]);
    await start();
    expect(await models.rollBack("a")).toBe(first);
    expect(await scoreOf("a")).toBe(1);
    await expect(models.rollBack("a")).rejects.toMatchObject({ code: "E_CONFLICT" });
    await lookTwice();
    expect(await scoreOf("a")).toBe(1);
  });

  test("that fail are not kept, and nothing of them is left", async () => {
    await expect(models.add("a", bytes("bad"))).rejects.toMatchObject({ code: "E_ONNX" });
    await expect(models.add("a", bytes("other"))).rejects.toMatchObject({ code: "E_SELF_CHECK" });
    expect(models.list()).toEqual([]);
    const version = await models.add("a", bytes("1"));
    await models.activate("a", version);
    await expect(models.add("a", bytes("bad"))).rejects.toMatchObject({ code: "E_ONNX" });
    await expect(models.activate("a", "0".repeat(64))).rejects.toMatchObject({ code: "E_NOT_FOUND" });
    await expect(models.activate("a", "../../x")).rejects.toMatchObject({ code: "E_NOT_FOUND" });
    expect((await models.versionsOf("a").list()).map((kept) => kept.version)).toEqual([version]);
    expect(await scoreOf("a")).toBe(1);
  });

  test("uploaded at the same time under a new name are each kept or refused for what they are", async () => {
    const answers = await Promise.allSettled(
      ["bad", "1", "other", "12", "bad 2"].map((text) => models.add("a", bytes(text))),
    );
    expect(
      answers.map((answer) => (answer.status === "rejected" ? answer.reason.code : answer.status)),
    ).toEqual(["E_ONNX", "fulfilled", "E_SELF_CHECK", "fulfilled", "E_ONNX"]);
    const kept = await models.versionsOf("a").list();
    expect(kept.map((version) => version.bytes).toSorted()).toEqual([1, 2]);
    await models.activate("a", kept.find((version) => version.bytes === 2)!.version);
    expect(await scoreOf("a")).toBe(2);
  });

  test("change one at a time, also where the detector goes and comes again between them", async () => {
    const first = await models.add("a", bytes("1"));
    const [added, ...rest] = await Promise.allSettled([
      models.add("a", bytes("bad")),
      models.remove("a"),
      models.activate("a", first),
      models.add("a", bytes("12")),
      models.remove("a"),
      models.add("a", bytes("123")),
    ]);
    expect([added, rest[1]].map((answer) => answer!.status === "rejected" && answer!.reason.code)).toEqual([
      "E_ONNX",
      "E_NOT_FOUND",
    ]);
    expect((await models.versionsOf("a").list()).map((version) => version.bytes)).toEqual([3]);
    expect(rest.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
      "fulfilled",
    ]);
  });

  test("are deleted unless they score; a detector is deleted with all of them", async () => {
    const [first, second] = [await models.add("a", bytes("1")), await models.add("a", bytes("12"))];
    await models.activate("a", second);
    await expect(models.removeVersion("a", second)).rejects.toMatchObject({ code: "E_CONFLICT" });
    await models.removeVersion("a", first);
    await expect(models.verify("a", first)).rejects.toMatchObject({ code: "E_NOT_FOUND" });
    await models.verify("a", second);
    await models.remove("a");
    expect(() => models.get("a")).toThrow(expect.objectContaining({ code: "E_NOT_FOUND" }));
    expect([existsSync(join(folder, "a.onnx")), readdirSync(join(folder, "versions"))]).toEqual([false, []]);
    expect(scorers.running()).toBe(0);
  });
});

test("a scorer that ends by itself is started again", async () => {
  put("a.onnx", "12");
  await start();
  scorers.breakNext();
  await expect(models.get("a").score([picture])).rejects.toThrow("the thread ended");
  await until(() => models.get("a").active !== undefined);
  expect(await scoreOf("a")).toBe(2);
});

test("the end answers what was taken and takes no more", async () => {
  put("a.onnx", "12");
  await start();
  const taken = models.get("a").score([picture, picture]);
  await models.end();
  expect((await taken).length).toBe(2);
  await expect(models.list()[0]!.score([picture])).rejects.toMatchObject({ code: "E_UNAVAILABLE" });
  expect(scorers.running()).toBe(0);
});
