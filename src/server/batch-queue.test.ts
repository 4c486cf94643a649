import { describe, expect, test, vi } from "vitest";
import { BatchQueue } from "./batch-queue.ts";

/** A queue whose batches end when the test says so. */
function queueOf(
  options: {
    readonly maxBatch?: number;
    readonly maxWaitMs?: number;
    readonly capacity?: number;
    readonly lanes?: () => number;
  } = {},
) {
  const batches: { readonly items: readonly number[]; readonly end: (error?: Error) => void }[] = [];
  let time = 0;
  const queue = new BatchQueue<number, string>(
    (items) =>
      new Promise((resolve, reject) => {
        batches.push({
          items,
          end: (error) => (error ? reject(error) : resolve(items.map((item) => `r${item}`))),
        });
      }),
    { maxBatch: 3, maxWaitMs: 0, capacity: 5, now: () => time, ...options },
  );
  return {
    queue,
    batches,
    sleep: (ms: number) => {
      time += ms;
    },
  };
}

describe("a batch queue", () => {
  test("gives each item its own result, in batches of at most maxBatch, one at a time", async () => {
    const { queue, batches } = queueOf();
    const first = queue.submit([1]);
    const rest = queue.submit([2, 3, 4, 5]);
    expect(batches.map(({ items }) => items)).toEqual([[1]]);
    batches[0]!.end();
    expect(await Promise.all(first)).toEqual(["r1"]);
    await vi.waitFor(() => expect(batches.map(({ items }) => items)).toEqual([[1], [2, 3, 4]]));
    batches[1]!.end();
    await vi.waitFor(() => expect(batches.at(-1)!.items).toEqual([5]));
    batches[2]!.end();
    expect(await Promise.all(rest)).toEqual(["r2", "r3", "r4", "r5"]);
    expect(queue.length).toBe(0);
  });

  test("works on as many batches at a time as it has lanes, and answers each", async () => {
    let lanes = 2;
    const { queue, batches } = queueOf({ lanes: () => lanes, maxBatch: 2 });
    const all = queue.submit([1, 2, 3, 4, 5]);
    expect(batches.map(({ items }) => items)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(queue.length).toBe(5);
    batches[1]!.end();
    await vi.waitFor(() => expect(batches.at(-1)!.items).toEqual([5]));
    lanes = 0; // never fewer than one
    const last = queue.submit([6]);
    batches[0]!.end();
    batches[2]!.end();
    await vi.waitFor(() => expect(batches.at(-1)!.items).toEqual([6]));
    batches[3]!.end();
    expect(await Promise.all([...all, ...last])).toEqual(["r1", "r2", "r3", "r4", "r5", "r6"]);
    await queue.whenIdle();
    expect(queue.length).toBe(0);
  });

  test("waits for company no longer than maxWaitMs, and not at all when the batch is full", async () => {
    vi.useFakeTimers();
    try {
      const { queue, batches, sleep } = queueOf({ maxWaitMs: 10 });
      void queue.submit([1]);
      expect(batches).toEqual([]);
      sleep(10);
      vi.advanceTimersByTime(10);
      expect(batches.map(({ items }) => items)).toEqual([[1]]);
      batches[0]!.end();
      const full = queueOf({ maxWaitMs: 10 });
      void full.queue.submit([1, 2, 3]);
      expect(full.batches.map(({ items }) => items)).toEqual([[1, 2, 3]]);
      full.batches[0]!.end();
    } finally {
      vi.useRealTimers();
    }
  });

  test("refuses what does not fit, all of it, and tells when to come again", async () => {
    const { queue, batches, sleep } = queueOf();
    const done = queue.submit([0]);
    sleep(4000);
    batches[0]!.end();
    await Promise.all(done);
    void queue.submit([1]);
    void queue.submit([2, 3, 4]);
    expect(() => queue.submit([5, 6, 7])).toThrow(
      expect.objectContaining({
        code: "E_BUSY",
        message: "score: expected room in the queue of 5 pictures, got 3 that wait. Come again in 16 s.",
      }),
    );
    expect(queue.length).toBe(4);
    expect(() => queue.submit([1, 2, 3, 4, 5, 6])).toThrow(
      expect.objectContaining({
        code: "E_TOO_LARGE",
        message: "score: expected at most 5 pictures in a request, got 6. Send them in several.",
      }),
    );
  });

  test("refuses what would come too late by the time that batches took so far, unless nothing is before it", async () => {
    const { queue, batches, sleep } = queueOf({ capacity: 10 });
    const begin = (): Promise<string>[] => queue.submit([1, 2, 3], { withinMs: 1 }); // nothing is before it
    const end = async (results: Promise<string>[], ms: number): Promise<void> => {
      sleep(ms);
      batches.at(-1)!.end();
      await Promise.all(results);
    };
    await end(begin(), 300); // 100 ms each
    const running = begin();
    void queue.submit([4], { withinMs: 500 });
    expect(() => queue.submit([5], { withinMs: 499 })).toThrow(
      expect.objectContaining({
        code: "E_BUSY",
        message:
          "score: expected a queue that can answer within 499 ms, got one that may take 500. Come again in 1 s, or give more time.",
      }),
    );
    void queue.submit([5]); // in its own time
    await end(running, 150); // 50 ms each: the mean becomes 90, its deviation 12.5
    expect(() => queue.submit([6], { withinMs: 419 })).toThrow(expect.objectContaining({ code: "E_BUSY" }));
    void queue.submit([6], { withinMs: 421 }); // three of (90 + 4 * 12.5)
  });

  test("refuses what has become too late when its batch would begin, and works on the others", async () => {
    const { queue, batches, sleep } = queueOf({ capacity: 10 });
    const first = queue.submit([1, 2, 3]);
    sleep(300); // 100 ms each
    batches[0]!.end();
    await Promise.all(first);
    const slow = queue.submit([1, 2, 3]);
    const [late] = queue.submit([4], { withinMs: 450 });
    const [patient] = queue.submit([5], { withinMs: 5000 });
    const refused = expect(late).rejects.toMatchObject({ code: "E_BUSY" });
    sleep(400); // of the 450 there are 50 left, and a batch takes longer
    batches[1]!.end();
    await Promise.all(slow);
    await refused;
    expect(batches[2]!.items).toEqual([5]);
    const [late2] = queue.submit([6], { withinMs: 1000 });
    const refused2 = expect(late2).rejects.toMatchObject({ code: "E_BUSY" });
    sleep(2000);
    batches[2]!.end();
    expect(await patient).toBe("r5");
    await refused2;
    await queue.whenIdle();
    expect(batches).toHaveLength(3);
  });

  test("takes out what its caller no longer wants, unless it has begun", async () => {
    const { queue, batches } = queueOf({ maxBatch: 1 });
    const stop = new AbortController();
    const [running, waiting] = queue.submit([1, 2], { signal: stop.signal });
    const [other] = queue.submit([3]);
    const refused = expect(waiting).rejects.toMatchObject({ code: "E_ABORTED", cause: "gone" });
    stop.abort("gone");
    await refused;
    batches[0]!.end();
    expect(await running).toBe("r1");
    await vi.waitFor(() => expect(batches[1]!.items).toEqual([3]));
    batches[1]!.end();
    expect(await other).toBe("r3");
  });

  test("takes nothing in that its caller no longer wants: its body may have been read for longer than that", () => {
    const { queue } = queueOf({ maxBatch: 1 });
    expect(() => queue.submit([1, 2], { signal: AbortSignal.abort("gone") })).toThrow(
      expect.objectContaining({ code: "E_ABORTED" }),
    );
    expect(queue.length).toBe(0);
  });

  test("passes a failure to those of the batch, and goes on", async () => {
    const { queue, batches } = queueOf({ maxBatch: 1 });
    const [first, second] = queue.submit([1, 2]);
    const failed = expect(first).rejects.toThrow("broken");
    batches[0]!.end(new Error("broken"));
    await failed;
    await vi.waitFor(() => expect(batches.length).toBe(2));
    batches[1]!.end();
    expect(await second).toBe("r2");
  });

  test("says when it is idle", async () => {
    const { queue, batches } = queueOf();
    await queue.whenIdle();
    const [result] = queue.submit([1]);
    let isIdle = false;
    const idle = queue.whenIdle().then(() => {
      isIdle = true;
    });
    expect(isIdle).toBe(false);
    batches[0]!.end();
    await result;
    await idle;
    expect(isIdle).toBe(true);
  });
});
