import { expect, test } from "vitest";
import { Random } from "../../base/random.ts";
import { packWeights, unpackWeights } from "./packed-weights.ts";

test("values come back within 1/254 of the largest of their 32, zeros as zeros", () => {
  const random = new Random(1);
  const values = Float32Array.from({ length: 100 }, (_, i) =>
    i < 64 ? random.normal() * 10 ** (i / 16) : 0,
  );
  const back = unpackWeights(packWeights(values), values.length);
  for (const [i, value] of values.entries()) {
    const block = values.subarray(32 * Math.floor(i / 32), 32 * Math.floor(i / 32) + 32);
    const largest = Math.max(...block.map(Math.abs));
    expect(Math.abs((back[i] ?? Number.NaN) - value)).toBeLessThanOrEqual(largest / 253.9);
  }
});

test("text for another number of values is refused", () => {
  const text = packWeights(new Float32Array(64));
  expect(() => unpackWeights(text, 65)).toThrow("expected 65 values, got 72 bytes");
});
