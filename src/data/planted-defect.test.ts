import { describe, expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { randomDefectShape } from "./defect-shape.ts";
import { plantDefect } from "./planted-defect.ts";

const size = 48;
const plane = size * size;

/** A smooth picture in [-0.8, 0.8]; grey, or with another phase in each channel. */
function picture(phase: number, isGrey: boolean): Float32Array {
  return Float32Array.from({ length: 3 * plane }, (_, i) => {
    const [channel, x, y] = [Math.floor(i / plane), i % size, Math.floor((i % plane) / size)];
    return 0.8 * Math.sin(0.3 * x + 0.2 * y + phase + (isGrey ? 0 : channel));
  });
}

function planted(seed: number, isGrey = false) {
  const image = picture(0, isGrey);
  const mask = new Float32Array(plane).fill(9);
  const isPlanted = plantDefect(image, picture(2, isGrey), mask, size, new Random(seed));
  return { image, mask, isPlanted, original: picture(0, isGrey) };
}

test("nothing is planted where it is not looked", () => {
  const looked = Uint8Array.from({ length: plane }, (_, i) => (i % size < 12 ? 1 : 0));
  let found = 0;
  for (let seed = 0; seed < 60; seed++) {
    const [image, before, mask] = [picture(0, false), picture(0, false), new Float32Array(plane)];
    if (plantDefect(image, picture(2, false), mask, size, new Random(seed), looked)) found++;
    image.forEach((value, i) => {
      if (looked[i % plane] === 0) expect([value, mask[i % plane]]).toEqual([before[i], 0]);
    });
  }
  expect(found).toBeGreaterThan(30);
});

describe("a random shape", () => {
  test("is the same for the same seed, covers pixels of the image once each, and each by a share of 1 at most", () => {
    for (let seed = 0; seed < 200; seed++) {
      const { places, coverage } = randomDefectShape(size, new Random(seed));
      expect(randomDefectShape(size, new Random(seed))).toEqual({ places, coverage });
      expect(new Set(places).size).toBe(places.length);
      expect(places.every((place) => Number.isInteger(place) && place >= 0 && place < plane)).toBe(true);
      expect(coverage.every((share) => share > 0 && share <= 1)).toBe(true);
    }
  });

  test("is sometimes a few pixels and sometimes a large part of the image", () => {
    const counts = Array.from(
      { length: 200 },
      (_, seed) => randomDefectShape(size, new Random(seed)).places.length,
    );
    expect(counts.filter((count) => count > 0 && count < 0.01 * plane).length).toBeGreaterThan(10);
    expect(counts.filter((count) => count > 0.1 * plane).length).toBeGreaterThan(10);
  });
});

describe("a planted defect", () => {
  const all = Array.from({ length: 200 }, (_, seed) => planted(seed));

  test("is the same for the same seed", () => {
    expect(planted(7)).toEqual(planted(7));
    expect(planted(7).image).not.toEqual(planted(8).image);
  });

  test("is found by its mask: 1 no farther than two pixels from where a channel changes by more than 0.06, in 0.05 to 35 % of the image", () => {
    for (const { image, mask, isPlanted, original } of all) {
      if (!isPlanted) continue;
      const inside = mask.filter((value) => value === 1).length;
      expect(inside).toBeGreaterThanOrEqual(4);
      expect(inside).toBeLessThanOrEqual(0.35 * plane);
      const isChanged = (x: number, y: number) =>
        x >= 0 &&
        x < size &&
        [0, 1, 2].some((c) => {
          const at = c * plane + y * size + x;
          return Math.abs((image[at] ?? 0) - (original[at] ?? 0)) > 0.06 - 1e-6;
        });
      const around = [-2, -1, 0, 1, 2];
      mask.forEach((value, i) => {
        const [x, y] = [i % size, Math.floor(i / size)];
        const isNear = around.some((dy) => around.some((dx) => isChanged(x + dx, y + dy)));
        if (value === 1 && !isNear) expect.fail(`pixel ${i} is marked and nothing near it changed`);
        if (value !== 1 && value !== 0) expect.fail(`mask is ${value} at ${i}`);
      });
    }
  });

  test("keeps values in the model's range and most of the image as it was", () => {
    for (const { image, original } of all) {
      expect(image.every((value) => value >= -1 && value <= 1)).toBe(true);
      const kept = image.filter((value, i) => value === original[i]).length;
      expect(kept).toBeGreaterThan(0.3 * image.length);
    }
  });

  test("is nearly always possible, and where it is not the image is as it was and the mask empty", () => {
    const failed = all.filter(({ isPlanted }) => !isPlanted);
    expect(failed.length).toBeLessThan(5);
    const tiny = new Float32Array(3).fill(0.1); // one pixel: no defect can be 4 pixels large
    const mask = Float32Array.of(5);
    expect(plantDefect(tiny, new Float32Array(3), mask, 1, new Random(0))).toBe(false);
    expect(Array.from(tiny)).toEqual(Array.from(new Float32Array(3).fill(0.1)));
    expect(Array.from(mask)).toEqual([0]);
  });

  test("is grey in a grey image and often coloured in a coloured one", () => {
    const isGrey = ({ image }: { image: Float32Array }) =>
      image
        .subarray(0, plane)
        .every((value, i) => value === image[plane + i] && value === image[2 * plane + i]);
    for (let seed = 0; seed < 60; seed++) expect(isGrey(planted(seed, true))).toBe(true);
    expect(all.some(isGrey)).toBe(false);
  });

  test("leaves the other image alone", () => {
    const other = picture(2, false);
    for (let seed = 0; seed < 40; seed++) {
      plantDefect(picture(0, false), other, new Float32Array(plane), size, new Random(seed));
    }
    expect(other).toEqual(picture(2, false));
  });
});
