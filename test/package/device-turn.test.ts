/** Turns on the graphics card, in threads of the built package. */
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { beforeAll, expect, test } from "vitest";
import { endTurnOf, inTurn } from "../../src/runtime/device-turn.ts";
import { buildRadar } from "../support/radar.ts";
import { repository } from "../support/repository.ts";

const file = pathToFileURL(join(repository, "dist", "runtime", "device-turn.js")).href;

beforeAll(buildRadar, 600_000);

/** 1 once a thread has said so. */
const done = new Uint8Array(new SharedArrayBuffer(1));

/** Another thread, which runs a program with `inTurn`, `say` and `done` in scope and has said something. */
async function inThread(program: string): Promise<Worker> {
  const code = `
    const { parentPort, workerData: done } = require("node:worker_threads");
    const say = (text) => parentPort.postMessage(text);
    import(${JSON.stringify(file)}).then(async ({ inTurn }) => { ${program} });`;
  const worker = new Worker(code, { eval: true, workerData: done });
  await once(worker, "message");
  return worker;
}

test("what a thread does comes one after the other, in its order, whatever becomes of it", async () => {
  const log: string[] = [];
  const work = (name: string, end: () => void = () => {}) =>
    inTurn(async () => {
      log.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      log.push(`${name} ends`);
      end();
      return name;
    });
  const fails = () => {
    throw new Error("no");
  };
  expect(await Promise.allSettled([work("a"), work("b", fails), work("c")])).toMatchObject([
    { value: "a" },
    { reason: { message: "no" } },
    { value: "c" },
  ]);
  expect(log).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
});

test("a thread waits until another's work is done", async () => {
  const worker = await inThread(`
    inTurn(async () => { say("mine"); await new Promise((go) => setTimeout(go, 50)); done[0] = 1; });`);
  expect(await inTurn(async () => done[0])).toBe(1);
  await worker.terminate();
});

test("a thread that goes on and on leaves turns to others", async () => {
  const worker = await inThread(`
    for (;;) await inTurn(async () => { say("again"); await new Promise((go) => setTimeout(go, 2)); });`);
  for (const turn of [1, 2, 3]) expect(await inTurn(async () => turn)).toBe(turn);
  const { threadId } = worker;
  await worker.terminate();
  endTurnOf(threadId);
});

test("the turn of a thread that was ended in its work is ended", async () => {
  const worker = await inThread(
    `inTurn(async () => { say("mine"); await new Promise(() => setInterval(() => {}, 1000)); });`,
  ); // a thread that has nothing left to do would end by itself, and have no number any more
  const { threadId } = worker;
  await worker.terminate();
  endTurnOf(threadId);
  expect(await inTurn(async () => "free")).toBe("free");
});
