import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { inOrder } from "./in-order.ts";

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const result of results) all.push(result);
  return all;
}

test("results come in the items' order, whichever ends first, with no more begun than allowed", async () => {
  let running = 0;
  let most = 0;
  const run = async (n: number): Promise<number> => {
    most = Math.max(most, ++running);
    await setTimeout(n % 3 === 0 ? 6 : 1);
    running--;
    return n * n;
  };
  expect(await collect(inOrder([0, 1, 2, 3, 4, 5, 6], run, 3))).toEqual([0, 1, 4, 9, 16, 25, 36]);
  expect(most).toBe(3);
  expect(await collect(inOrder([7, 8], run, 9))).toEqual([49, 64]);
  expect(await collect(inOrder([], run, 1))).toEqual([]);
});

test("an error comes in its item's place, once all that was begun has ended", async () => {
  const ended: number[] = [];
  const run = async (n: number): Promise<number> => {
    if (n === 1) throw new Error("one");
    await setTimeout(3);
    ended.push(n);
    return n;
  };
  const results: number[] = [];
  const all = async (): Promise<void> => {
    for await (const result of inOrder([0, 1, 2, 3], run, 3)) results.push(result);
  };
  await expect(all()).rejects.toThrow("one");
  expect([results, ended]).toEqual([[0], [0, 2, 3]]);
});

test("who asks for no more waits for what was begun, and nothing else is begun", async () => {
  const ended: number[] = [];
  const run = async (n: number): Promise<number> => {
    await setTimeout(1);
    ended.push(n);
    return n;
  };
  for await (const result of inOrder([0, 1, 2, 3, 4], run, 2)) if (result === 1) break;
  expect(ended).toEqual([0, 1, 2]);
});
