import { expect, test } from "vitest";
import { heldOutCount, splitGood } from "./good-split.ts";

test.each([
  [2, 1],
  [10, 4],
  [24, 9],
  [47, 18],
  [48, 19],
  [70, 19],
  [97, 19],
  [98, 39],
  [104, 39],
  [120, 39],
  [209, 59],
  [240, 79],
  [320, 99],
])("of %d good images %d are held out", (count, heldOut) => {
  expect(heldOutCount(count)).toBe(heldOut);
});

test("never more than two fifths, nor less than a fifth, and of 48 and more so many that a rate of 5 % is used up", () => {
  for (let count = 5; count < 2000; count++) {
    const heldOut = heldOutCount(count);
    expect(heldOut / count).toBeLessThanOrEqual(0.4);
    expect(heldOut / count).toBeGreaterThanOrEqual(0.19);
    if (count >= 48) expect((heldOut + 1) % 20).toBe(0);
  }
});

test.each([0, 1])("%d images cannot be divided, and the error says so", (count) => {
  const images = Array.from({ length: count }, () => new Uint8Array(3 * 16 * 16));
  expect(() => splitGood(images, { imageSize: 16, seed: 0 })).toThrow(/expected at least 2 good images/);
});
