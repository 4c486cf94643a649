import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { coreset } from "./coreset.ts";

const noPause = async (): Promise<void> => {};

/** Largest distance of a row to the nearest chosen one. */
function radius(rows: Float32Array, dimensions: number, chosen: readonly number[]): number {
  const distance = (a: number, b: number) => {
    let sum = 0;
    for (let i = 0; i < dimensions; i++) {
      sum += ((rows[a * dimensions + i] ?? 0) - (rows[b * dimensions + i] ?? 0)) ** 2;
    }
    return Math.sqrt(sum);
  };
  const all = Array.from({ length: rows.length / dimensions }, (_, row) => row);
  return Math.max(...all.map((row) => Math.min(...chosen.map((other) => distance(row, other)))));
}

/** All choices of `count` of `length` rows. */
function* choices(length: number, count: number, from = 0): Generator<number[]> {
  if (count === 0) yield [];
  else
    for (let i = from; i < length; i++)
      for (const rest of choices(length, count - 1, i + 1)) yield [i, ...rest];
}

test("takes the farthest row each time", async () => {
  const rows = Float32Array.of(0, 1, 10, 4, 7);
  expect(await coreset(rows, 1, { count: 4, first: 1, pause: noPause })).toEqual([1, 2, 3, 4]);
});

test("covers all rows at most twice as widely as the best choice", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const rows = new Random(seed).normals(11 * 2);
    const chosen = await coreset(rows, 2, { count: 3, first: seed % 11, pause: noPause });
    const best = Math.min(...Array.from(choices(11, 3), (choice) => radius(rows, 2, choice)));
    expect(radius(rows, 2, chosen)).toBeLessThanOrEqual(2 * best + 1e-6);
  }
});

test("takes no row twice: equal rows count once, and there are no more than there are", async () => {
  const rows = Float32Array.of(3, 3, 5, 5, 3);
  expect(await coreset(rows, 1, { count: 4, first: 0, pause: noPause })).toEqual([0, 2]);
  expect((await coreset(Float32Array.of(1, 2), 1, { count: 9, first: 0, pause: noPause })).sort()).toEqual([
    0, 1,
  ]);
});

test("lets others work now and then, and stops when they throw", async () => {
  const rows = new Random(1).normals(500);
  const stops: number[] = [];
  const pause = async (chosen: number): Promise<void> => {
    stops.push(chosen);
    if (stops.length === 2) throw new Error("enough");
  };
  await expect(coreset(rows, 1, { count: 400, first: 0, pause })).rejects.toThrow("enough");
  expect(stops).toEqual([64, 128]);
});
