import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { PlaceSample } from "./place-sample.ts";

test("all places are kept while there is room, as rows", () => {
  const sample = new PlaceSample(2, 5, new Random(1));
  sample.add(Float32Array.of(1, 2, 3, 10, 20, 30));
  expect(Array.from(sample.rows())).toEqual([1, 10, 2, 20, 3, 30]);
});

test("each place is kept with the same chance, early and late ones", () => {
  const kept = new Array<number>(40).fill(0);
  const rounds = 2000;
  for (let seed = 0; seed < rounds; seed++) {
    const sample = new PlaceSample(1, 10, new Random(seed));
    for (let image = 0; image < 4; image++) {
      sample.add(Float32Array.from({ length: 10 }, (_, i) => 10 * image + i));
    }
    expect(sample.rows()).toHaveLength(10);
    for (const place of sample.rows()) kept[place] = (kept[place] ?? 0) + 1;
  }
  const expected = rounds / 4;
  for (const count of kept) expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected));
});
