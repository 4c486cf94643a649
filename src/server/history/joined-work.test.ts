import { expect, test } from "vitest";
import { JoinedWork } from "./joined-work.ts";

test("what comes while work is under way is done together, in order, at most so many pieces at a time", async () => {
  const done: (readonly number[])[] = [];
  const ends: (() => void)[] = [];
  const joined = new JoinedWork<number>((items) => {
    done.push(items);
    return new Promise((resolve) => ends.push(resolve));
  }, 3);
  const all = [1, 2, 3, 4, 5].map((item) => joined.add(item));
  expect(done).toEqual([[1]]);
  ends[0]?.();
  await all[0];
  await expect.poll(() => done).toEqual([[1], [2, 3, 4]]);
  ends[1]?.();
  await Promise.all(all.slice(0, 4));
  await expect.poll(() => done).toEqual([[1], [2, 3, 4], [5]]);
  ends[2]?.();
  await Promise.all(all);
  const last = joined.add(6);
  await expect.poll(() => done.at(-1)).toEqual([6]);
  ends[3]?.();
  await last;
});

test("a piece that fails fails alone, and those beside it are done", async () => {
  const done: number[] = [];
  const joined = new JoinedWork<number>(async (items) => {
    await Promise.resolve();
    if (items.includes(2)) throw new Error("two");
    done.push(...items);
  }, 8);
  const ended = await Promise.allSettled([0, 1, 2, 3].map((item) => joined.add(item)));
  expect(ended.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
  expect(done).toEqual([0, 1, 3]);
});
