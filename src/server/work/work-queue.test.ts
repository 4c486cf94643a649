import { Worker } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RedisProcess, redisMissing, startRedis } from "../../../test/support/redis.ts";
import { until } from "../../../test/support/server.ts";
import { OptionError } from "../../base/errors.ts";
import { failureText, queueName } from "./orders.ts";
import { connectRedis, type RedisLink } from "./redis.ts";
import { WorkQueue } from "./work-queue.ts";

describe.skipIf(redisMissing !== "")(`a queue of work${redisMissing}`, () => {
  let redis: RedisProcess;
  let link: RedisLink;
  let queue: WorkQueue;
  let worker: Worker;
  let connection: Redis;
  let work: (id: string) => Promise<void> = async () => {};
  const told: string[] = [];
  const never = new AbortController().signal;

  beforeAll(async () => {
    redis = await startRedis();
    link = await connectRedis(redis.url, ({ message }) => told.push(message));
    queue = new WorkQueue(link, "scoring");
    connection = new Redis(redis.url, { maxRetriesPerRequest: null });
    connection.on("error", () => {});
    worker = new Worker(queueName("scoring"), ({ id = "" }) => work(id), { connection });
    worker.on("error", () => {});
    await worker.waitUntilReady();
  });

  afterAll(async () => {
    await Promise.all([worker.close(true), queue.close()]);
    connection.disconnect();
    link.close();
    await redis.stop();
  });

  const run = (id: string, whenAway: "fail" | "wait" = "fail", signal = never) =>
    queue.run(id, { order: id }, { signal, whenAway });

  test("is done once, however often the same is handed out, until it is taken back", async () => {
    const done: string[] = [];
    work = async (id) => void done.push(id);
    expect(await run("a")).toBe("done");
    expect(await run("a")).toBe("done");
    expect(await queue.withdraw("a")).toBe(true);
    expect(await run("a")).toBe("done");
    expect(done).toEqual(["a", "a"]);
  });

  test("tells what went wrong as an error of its class, and tries anew when it is handed out again", async () => {
    work = async () => {
      throw new Error(failureText(new OptionError("picture: expected one, got none.")));
    };
    const failed = run("b");
    await expect(failed).rejects.toThrow(OptionError);
    await expect(failed).rejects.toMatchObject({
      code: "E_OPTION",
      message: "picture: expected one, got none.",
    });
    work = async () => {
      throw new Error("stalled more than allowable");
    };
    await expect(run("b")).rejects.toMatchObject({
      code: "E_BACKEND",
      message: expect.stringMatching(/stalled more than allowable/),
    });
    work = async () => {};
    expect(await run("b")).toBe("done");
  });

  test("is waited for until it is stopped, and then goes on", async () => {
    let end = (): void => {};
    work = () => new Promise((resolve) => (end = resolve));
    const stop = new AbortController();
    const waiting = run("c", "wait", stop.signal);
    await until(async () => (await link.client.llen("bull:radar-scoring:active")) === 1);
    stop.abort();
    expect(await waiting).toBe("stopped");
    expect(await queue.withdraw("c")).toBe(false);
    end();
    expect(await run("c")).toBe("done");
  });

  test("that waits ends at once, or goes on with another Redis, when Redis goes away; that is told once", async () => {
    work = () => new Promise(() => {});
    const [urgent, patient] = [run("d"), run("e", "wait")];
    await until(async () => (await link.client.llen("bull:radar-scoring:active")) === 1);
    told.length = 0;
    const refused = expect(urgent).rejects.toMatchObject({
      code: "E_UNAVAILABLE",
      message: expect.stringMatching(/^redis: expected an answer/),
    });
    await redis.stop();
    await refused;
    await expect(link.put("key", new Uint8Array(1), 1)).rejects.toMatchObject({ code: "E_UNAVAILABLE" });
    await expect(run("f")).rejects.toMatchObject({ code: "E_UNAVAILABLE" });
    await until(() => told.length > 0);
    redis = await startRedis(Number(new URL(redis.url).port));
    const again = new Worker(queueName("scoring"), async () => {}, { connection: link.waiting() });
    expect(await patient).toBe("done");
    expect(new Set(told).size).toBe(told.length);
    await again.close();
  });
});
