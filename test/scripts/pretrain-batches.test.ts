import { expect, test } from "vitest";
import { RenderedBatches } from "../../bench/pretrain/batches.ts";
import { photographed } from "../../bench/pretrain/camera.ts";
import type { Family } from "../../bench/pretrain/families.ts";
import { Random } from "../../src/base/random.ts";

const options = { sizePx: 32, families: 4, timestepLimit: 400, scoringTimestep: 50, seed: 5 };

test("a batch is pictures with planted defects, then sound ones of the same families for the noise", () => {
  const { x0, noise, timesteps, mask } = new RenderedBatches(options).next();
  expect(x0?.shape).toEqual([8, 3, 32, 32]);
  expect(mask?.shape).toEqual([4, 1, 32, 32]);
  const values = Array.from(x0?.data ?? [], Number);
  expect(values.every((value) => value >= -1 && value <= 1)).toBe(true);
  const steps = Array.from(timesteps?.data ?? [], Number);
  expect(steps.slice(0, 4)).toEqual([50, 50, 50, 50]);
  expect(steps.slice(4).every((step) => step >= 0 && step < 400)).toBe(true);
  const half = values.length / 2;
  const noises = Array.from(noise?.data ?? [], Number);
  expect(noises.slice(0, half).every((value) => value === 0)).toBe(true);
  const spread = noises.slice(half).reduce((sum, value) => sum + value ** 2, 0) / half;
  expect(spread).toBeGreaterThan(0.9);
  expect(spread).toBeLessThan(1.1);
});

test("defects are there in most pictures, and cover a part of them", () => {
  const batches = new RenderedBatches(options);
  const shares = Array.from({ length: 5 }, () => batches.next().mask?.data ?? []).flatMap((mask) =>
    Array.from({ length: 4 }, (_, i) => {
      const picture = Array.from(mask.slice(i * 1024, (i + 1) * 1024), Number);
      return picture.reduce((sum, value) => sum + value, 0) / 1024;
    }),
  );
  expect(Math.max(...shares)).toBeLessThanOrEqual(0.35);
  const planted = shares.filter((share) => share > 0).length;
  expect(planted).toBeGreaterThanOrEqual(10);
  expect(planted).toBeLessThan(20);
});

test("every batch is another, and a number is enough to go on from one", () => {
  const batches = new RenderedBatches(options);
  const first = batches.next();
  const state = batches.state();
  const second = batches.next();
  expect(second.x0?.data).not.toEqual(first.x0?.data);
  const resumed = new RenderedBatches(options);
  resumed.restore(state);
  expect(resumed.next()).toEqual(second);
  expect(() => resumed.restore("half")).toThrow('expected a number of batches, got "half"');
});

test("the change is what a planted defect added: nothing where there is none, and the sound picture when it is taken off", () => {
  const batches = new RenderedBatches(options);
  const values = 3 * 32 ** 2;
  for (let made = 0; made < 3; made++) {
    const { x0, mask, change } = batches.next();
    expect(change?.shape).toEqual([4, 3, 32, 32]);
    for (let i = 0; i < 4; i++) {
      const added = Array.from(change?.data.slice(i * values, (i + 1) * values) ?? [], Number);
      const planted = Array.from(mask?.data.slice(i * 1024, (i + 1) * 1024) ?? [], Number).includes(1);
      const largest = Math.max(...added.map(Math.abs));
      if (planted) expect(largest).toBeGreaterThan(0.06);
      else expect(largest).toBe(0);
      const sound = added.map((value, at) => Number(x0?.data[i * values + at]) - value);
      expect(sound.every((value) => Math.abs(value) <= 1 + 1e-6)).toBe(true);
    }
  }
});

test("a camera shows a family in its own way, the same for the same numbers, and grey as grey", () => {
  const size = 32;
  const ramp =
    (isGrey: boolean): Family =>
    (_, picture) => {
      for (let i = 0; i < picture.length; i++)
        picture[i] = (i % size) / size - (isGrey ? 0.5 : 0.1 * Math.floor(i / size ** 2));
    };
  const shown = (seed: number, isGrey: boolean) => {
    const picture = new Float32Array(3 * size ** 2);
    photographed(new Random(seed), ramp(isGrey))(new Random(1), picture, size);
    return picture;
  };
  const cameras = Array.from({ length: 12 }, (_, seed) => shown(seed, true));
  const plane = size ** 2;
  for (const picture of cameras) {
    expect(picture.every((value) => value >= -1 && value <= 1)).toBe(true);
    expect(picture.subarray(0, plane)).toEqual(picture.subarray(plane, 2 * plane));
    expect(picture.subarray(0, plane)).toEqual(picture.subarray(2 * plane));
  }
  const different = new Set(cameras.map((picture) => picture.join()));
  expect(different.size).toBeGreaterThanOrEqual(6); // three in ten show it as it is
  expect(shown(3, false)).toEqual(shown(3, false));
  const colored = shown(3, false);
  expect(colored.subarray(0, plane)).not.toEqual(colored.subarray(plane, 2 * plane));
});
