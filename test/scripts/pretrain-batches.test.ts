import { expect, test } from "vitest";
import { RenderedBatches } from "../../bench/pretrain/batches.ts";

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
