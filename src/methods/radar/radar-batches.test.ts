import { expect, test } from "vitest";
import { Random } from "../../base/random.ts";
import { toModelRange } from "../../data/index.ts";
import { RadarBatches } from "./radar-batches.ts";

const side = 32;
const plane = side * side;
const images = Array.from({ length: 5 }, (_, i) => new Uint8Array(3 * plane).fill(60 + 20 * i));

function batches(plantedCount: number, seed = 1): RadarBatches {
  return new RadarBatches(images, {
    imageSizePx: side,
    patchSizePx: side,
    batchSize: 6,
    plantedCount,
    symmetries: ["identity"],
    timestepLimit: 400,
    scoringTimestep: 50,
    random: new Random(seed),
  });
}

test("planted images have the scoring timestep and no noise, the others noise and any step below the limit", () => {
  const source = batches(4);
  for (let batch = 0; batch < 20; batch++) {
    const { noise, timesteps, mask, x0 } = source.next();
    expect(x0?.shape).toEqual([6, 3, side, side]);
    expect(mask?.shape).toEqual([4, 1, side, side]);
    const steps = Array.from(timesteps?.data ?? [], Number);
    expect(steps.slice(0, 4)).toEqual([50, 50, 50, 50]);
    for (const step of steps.slice(4)) expect(step).toBeLessThan(400);
    const values = Array.from(noise?.data ?? [], Number);
    expect(values.slice(0, 4 * 3 * plane).every((value) => value === 0)).toBe(true);
    const drawn = values.slice(4 * 3 * plane);
    expect(Math.abs(drawn.reduce((sum, value) => sum + value * value, 0) / drawn.length - 1)).toBeLessThan(
      0.1,
    );
  }
});

test("the mask is 1 only within two pixels of where a planted image visibly differs from its even background", () => {
  const levels = images.map((image) => toModelRange(image[0] ?? 0));
  const source = batches(5);
  let planted = 0;
  for (let batch = 0; batch < 20; batch++) {
    const { x0, mask } = source.next();
    for (let image = 0; image < 5; image++) {
      const value = (channel: number, i: number) => Number(x0?.data[(image * 3 + channel) * plane + i]);
      const change = (level: number, i: number) =>
        Math.max(...[0, 1, 2].map((channel) => Math.abs(value(channel, i) - level)));
      const inside = Array.from({ length: plane }, (_, i) => Number(mask?.data[image * plane + i]));
      const untouched = (level: number) => inside.filter((_, i) => change(level, i) < 1e-6).length;
      const background = levels.reduce((a, b) => (untouched(b) > untouched(a) ? b : a));
      planted += inside.includes(1) ? 1 : 0;
      expect(inside.every((each) => each === 0 || each === 1)).toBe(true);
      const isNearChange = (i: number) =>
        inside.some((_, k) => {
          const [dx, dy] = [(k % side) - (i % side), Math.floor(k / side) - Math.floor(i / side)];
          return Math.abs(dx) <= 2 && Math.abs(dy) <= 2 && change(background, k) > 0.059;
        });
      expect(inside.every((each, i) => each === 0 || isNearChange(i))).toBe(true);
    }
  }
  expect(planted).toBeGreaterThan(50); // of 100; a fifth is left sound on purpose
  expect(planted).toBeLessThan(95);
});

test("without planted images the feeds have no mask and all images have noise", () => {
  const feeds = batches(0).next();
  expect(Object.keys(feeds).sort()).toEqual(["noise", "timesteps", "x0"]);
});

test("a source goes on bit for bit from its saved state", () => {
  const source = batches(3);
  source.next();
  const state = source.state();
  const expected = [structuredClone(source.next()), structuredClone(source.next())];
  const other = batches(3, 99);
  other.restore(state);
  expect([structuredClone(other.next()), structuredClone(other.next())]).toEqual(expected);
});

test.each(["", "{}", '{"sampler":{},"random":[1]}', "null"])("state %j is refused", (state) => {
  expect(() => batches(1).restore(state)).toThrow(
    expect.objectContaining({
      code: "E_CHECKPOINT",
      message: "checkpoint: expected the state of its batches, got none. Train again without `resume`.",
    }),
  );
});
