import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

/** Work whose end the test decides. */
function pending() {
  const ends: (() => void)[] = [];
  const begun: number[] = [];
  return {
    begun,
    work: (name: number) => async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      return name;
    },
    endNext: async () => {
      ends.shift()?.();
      await settled();
    },
  };
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

test("as many pieces of work as there are places, begun in their order", async () => {
  const { begun, work, endNext } = pending();
  const turns = new Turns(2);
  const results = [1, 2, 3, 4].map((name) => turns.take(work(name)));
  await settled();
  expect(begun).toEqual([1, 2]);
  await endNext();
  expect(begun).toEqual([1, 2, 3]);
  for (let i = 0; i < 3; i++) await endNext();
  expect(await Promise.all(results)).toEqual([1, 2, 3, 4]);
});

test("what comes as a place is left waits behind those that waited", async () => {
  const { begun, work, endNext } = pending();
  const turns = new Turns(1);
  const first = turns.take(work(1));
  const second = turns.take(work(2));
  const late = first.then(() => turns.take(work(3)));
  await settled();
  await endNext();
  expect(begun).toEqual([1, 2]);
  await endNext();
  expect(begun).toEqual([1, 2, 3]);
  await endNext();
  expect(await Promise.all([second, late])).toEqual([2, 3]);
});

test("work that fails gives its place back, and all has ended when it has", async () => {
  const turns = new Turns(1);
  const failed = turns.take(async () => {
    throw new Error("no");
  });
  const after = turns.take(async () => 2);
  await turns.ended();
  await expect(failed).rejects.toThrow("no");
  expect(await after).toBe(2);
});
