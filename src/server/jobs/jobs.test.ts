import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { until } from "../../../test/support/server.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { AbortError, DataError } from "../../base/errors.ts";
import type { Job } from "./job.ts";
import { Jobs } from "./jobs.ts";
import type { JobTraining } from "./train-job.ts";

const folder = temporaryFolder();
const png = { name: "a.png", bytes: new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) };
let round = 0;
let time = Date.UTC(2026, 0, 1);
let own: string;
let trainings: { training: JobTraining; end(error?: Error): void }[];
let published: string[];

beforeEach(() => {
  own = folder.at(String(round++));
});

/** The jobs of a server, as after a start of the process; trainings end when the test says so, or when they are stopped. */
async function open(atOnce = 1): Promise<Jobs> {
  trainings = [];
  published = [];
  const jobs = new Jobs({
    folder: own,
    atOnce,
    train: (training) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error): void =>
          error ? reject(error) : resolve(new Uint8Array([trainings.length]));
        training.signal.addEventListener("abort", () => reject(new AbortError("training: stopped.")));
        trainings.push({ training, end });
      }),
    publish: async (detector) => {
      published.push(detector);
      return "f".repeat(64);
    },
    clock: () => new Date(time++),
  });
  await jobs.open();
  return jobs;
}

async function started(jobs: Jobs): Promise<Job> {
  const { id } = await jobs.create("parts", { method: "gaussian", steps: 3, seed: 1 });
  await jobs.addPictures(id, [png, png]);
  return jobs.start(id);
}

describe("a job", () => {
  test("takes pictures, trains on them with its options, tells how it goes, and gives a version", async () => {
    const jobs = await open();
    const { id, state, pictures } = await started(jobs);
    expect([state, pictures]).toEqual(["queued", 2]);
    await until(() => trainings.length === 1);
    const [{ training, end }] = [trainings[0]!];
    expect(readdirSync(training.pictures)).toEqual(["000000.png", "000001.png"]);
    expect(training).toMatchObject({
      id,
      detector: "parts",
      options: { method: "gaussian", steps: 3, seed: 1 },
    });
    const seen: (number | null)[] = [];
    const leave = jobs.watch(id, ({ step }) => seen.push(step));
    training.onNews({ step: 1, totalSteps: 3, loss: 0.5 });
    leave();
    training.onNews({ step: 2, totalSteps: 3, loss: 0.25 });
    expect(seen).toEqual([null, 1]);
    expect(jobs.get(id)).toMatchObject({ state: "running", step: 2, totalSteps: 3, loss: 0.25 });
    training.onNews({ stage: "calibrating", stageProgress: { done: 1, total: 2 } });
    expect(jobs.get(id)).toMatchObject({
      step: 2,
      stage: "calibrating",
      stageProgress: { done: 1, total: 2 },
    });
    end();
    await until(() => jobs.get(id).state === "done");
    expect(jobs.get(id)).toMatchObject({ stage: null, stageProgress: null });
    expect([jobs.get(id).version, published]).toEqual(["f".repeat(64), ["parts"]]);
  });

  test("waits for its turn, and is cancelled while it waits or runs", async () => {
    const jobs = await open();
    const [first, second] = [await started(jobs), await started(jobs)];
    await until(() => trainings.length === 1);
    expect((await jobs.cancel(second.id)).state).toBe("cancelled");
    expect((await jobs.cancel(first.id)).state).toBe("cancelled");
    expect(trainings.length).toBe(1);
    await expect(jobs.cancel(first.id)).rejects.toMatchObject({ code: "E_CONFLICT" });
    await jobs.start(first.id);
    await until(() => trainings.length === 2);
    trainings[1]!.end();
    await until(() => jobs.get(first.id).state === "done");
  });

  test("has its turn beside others where more than one is made at a time", async () => {
    const jobs = await open(2);
    const [first, second, third] = [await started(jobs), await started(jobs), await started(jobs)];
    await until(() => trainings.length === 2);
    expect([first, second, third].map(({ id }) => jobs.get(id).state)).toEqual([
      "running",
      "running",
      "queued",
    ]);
    trainings[1]!.end();
    await until(() => trainings.length === 3);
    expect(trainings[2]!.training.id).toBe(third.id);
    await jobs.end();
    expect([first, second, third].map(({ id }) => jobs.get(id).state)).toEqual([
      "running",
      "done",
      "running",
    ]);
  });

  test("that fails says why, and the next one has its turn", async () => {
    const jobs = await open();
    const [first, second] = [await started(jobs), await started(jobs)];
    await until(() => trainings.length === 1);
    trainings[0]!.end(new DataError("E_DATA", "expected more images, got 2."));
    await until(() => trainings.length === 2);
    expect(jobs.get(first.id)).toMatchObject({
      state: "failed",
      error: { code: "E_DATA", message: "expected more images, got 2." },
    });
    expect(jobs.get(second.id).state).toBe("running");
    await jobs.end();
  });

  test("goes on after the server has ended, and after it was killed", async () => {
    const jobs = await open();
    const running = await started(jobs);
    await until(() => trainings.length === 1);
    const waiting = await started(jobs);
    const idle = await jobs.create("other", {});
    await jobs.end();
    expect(jobs.get(running.id).state).toBe("running");
    mkdirSync(`${own}/killed-before-its-file`);
    for (const kill of [false, true]) {
      const again = await open();
      await until(() => trainings.length === 1);
      expect(again.list().map(({ id, state }) => [id, state])).toEqual([
        [idle.id, "open"],
        [waiting.id, "queued"],
        [running.id, "running"],
      ]);
      expect(trainings[0]!.training.id).toBe(running.id);
      if (!kill) await again.end();
    }
  });

  test("that a server of before kept is known, though it does not tell how far its stage is", async () => {
    const { id } = await (await open()).create("parts", {});
    const path = `${own}/${id}/job.json`;
    const { stageProgress: _, ...kept } = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify(kept));
    expect((await open()).get(id)).toMatchObject({ id, stageProgress: null });
  });

  test("takes no pictures once it is started, none that are none, and is removed with them", async () => {
    const jobs = await open();
    const { id } = await jobs.create("parts", {});
    await expect(jobs.addPictures(id, [{ name: "x.txt", bytes: new Uint8Array(9) }])).rejects.toMatchObject({
      code: "E_OPTION",
    });
    await expect(jobs.create("parts", { steps: 1, minutes: 1 })).rejects.toMatchObject({ code: "E_OPTION" });
    expect(() => jobs.get("x")).toThrow(expect.objectContaining({ code: "E_NOT_FOUND" }));
    await jobs.start(id);
    await until(() => trainings.length === 1);
    await expect(jobs.addPictures(id, [png])).rejects.toMatchObject({ code: "E_CONFLICT" });
    await expect(jobs.remove(id)).rejects.toMatchObject({ code: "E_CONFLICT" });
    await jobs.cancel(id);
    await jobs.remove(id);
    expect([jobs.list(), existsSync(`${own}/${id}`)]).toEqual([[], false]);
  });
});
