import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { conformalThreshold } from "../detectors/calibration.ts";
import { holdOut } from "./split.ts";
import { groupsOf, nearCopies } from "./together.ts";

const size = 32;

/** Waves of random directions and colours: no two alike. */
function picture(random: Random): Uint8Array {
  const waves = Array.from(
    { length: 4 },
    () => [random.normal(), random.normal(), 6 * random.uniform()] as const,
  );
  return Uint8Array.from({ length: 3 * size * size }, (_, i) => {
    const [x, y, channel] = [i % size, Math.floor(i / size) % size, Math.floor(i / size ** 2)];
    const sum = waves.reduce(
      (total, [a, b, c]) => total + Math.sin((a * x + b * y) / 6 + c * (channel + 1)),
      0,
    );
    return 128 + 25 * sum;
  });
}

/** The same part again, by a sensor with noise. */
function again(image: Uint8Array, random: Random): Uint8Array {
  return image.map((value) => Math.max(0, Math.min(255, Math.round(value + random.normal()))));
}

test("plain copies and the same picture with other noise are found, and nothing else", () => {
  const random = new Random(1);
  const images = Array.from({ length: 30 }, () => picture(random));
  const [first = expect.fail("no picture"), second = expect.fail("no picture")] = images;
  expect(nearCopies(images, size)).toEqual([]);
  expect(nearCopies([...images, first.slice(), again(second, random)], size)).toEqual([
    [0, 30],
    [1, 31],
  ]);
});

test("images that are all nearly alike are no copies of each other", () => {
  const random = new Random(2);
  const one = picture(random);
  const many = Array.from({ length: 40 }, () => again(one, random));
  expect(nearCopies(many, size)).toEqual([]);
});

test("groups are what pairs and names connect, numbered from the first image on", () => {
  expect(
    groupsOf(5, [
      [1, 3],
      [3, 4],
    ]),
  ).toEqual([0, 1, 2, 1, 1]);
  expect(groupsOf(5, [], ["a", null, "b", null, "a"])).toEqual([0, 1, 2, 3, 0]);
  expect(groupsOf(4, [[0, 1]], [null, "a", "a", null])).toEqual([0, 0, 0, 1]);
});

test("where every picture is there twice, the stated rate holds on new ones, and would not without groups", () => {
  const rate = 0.1;
  const falseAlarms = (kept: boolean): number => {
    let [alarms, trials] = [0, 0];
    for (let seed = 0; seed < 16; seed++) {
      const random = new Random(seed);
      const once = Array.from({ length: 30 }, () => picture(random));
      const images = once.flatMap((image) => [image, again(image, random)]);
      const groups = kept ? groupsOf(images.length, nearCopies(images, size)) : undefined;
      const { train, calibration } = holdOut(images.length, {
        fraction: 0.4,
        random,
        ...(groups && { groups }),
      });
      /** Distance from the nearest picture learned: what was learned by heart. */
      const score = (image: Uint8Array) =>
        Math.min(
          ...train.map((i) =>
            image.subarray(0, 256).reduce((sum, value, k) => sum + (value - (images[i]?.[k] ?? 0)) ** 2, 0),
          ),
        );
      const scores = calibration.map((i) => score(images[i] ?? expect.fail("no picture")));
      const { threshold } = conformalThreshold(scores, rate);
      for (let i = 0; i < 25; i++, trials++) alarms += score(picture(random)) > threshold ? 1 : 0;
    }
    return alarms / trials;
  };
  // two standard errors: of 400 trials, and of 16 thresholds, each above 12 pairs: its own rate is spread as Beta(1, 12), by 0.07
  expect(falseAlarms(true)).toBeLessThan(rate + 2 * Math.hypot(0.3 / Math.sqrt(400), 0.07 / Math.sqrt(16)));
  expect(falseAlarms(false)).toBeGreaterThan(2 * rate);
});
