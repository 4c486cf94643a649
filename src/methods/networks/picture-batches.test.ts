import { expect, test } from "vitest";
import { Random } from "../../base/random.ts";
import { toModelRange } from "../../data/index.ts";
import { PictureBatches } from "./picture-batches.ts";

const side = 4;
const images = Array.from({ length: 5 }, (_, i) => new Uint8Array(3 * side * side).fill(50 * i));

function batches(seed = 1): PictureBatches {
  return new PictureBatches(images, {
    imageSizePx: side,
    batchSize: 5,
    symmetries: ["identity", "flipX"],
    draws: {
      noise: { distribution: "normal", shape: [5, 1000] },
      mix: { distribution: "uniform", shape: [5, 200, 1, 1] },
    },
    random: new Random(seed),
  });
}

const copyOf = (feeds: ReturnType<PictureBatches["next"]>) => structuredClone(feeds);

test("a batch of as many pictures as there are images has each of them once", () => {
  const { pictures } = batches().next();
  expect(pictures?.shape).toEqual([5, 3, side, side]);
  const values = Array.from({ length: 5 }, (_, i) => Number(pictures?.data[i * 3 * side * side]));
  expect(values.sort((a, b) => a - b)).toEqual(
    images.map((image) => Math.fround(toModelRange(image[0] ?? 0))),
  );
});

test("draws are standard normal or uniform in [0, 1), and new for each batch", () => {
  const source = batches();
  const { noise, mix } = source.next();
  expect([noise?.shape, mix?.shape]).toEqual([
    [5, 1000],
    [5, 200, 1, 1],
  ]);
  const moments = (data: Iterable<unknown>) => {
    const values = Array.from(data, Number);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
  };
  const [normal, uniform] = [moments(noise?.data ?? []), moments(mix?.data ?? [])];
  expect(Math.abs(normal.mean)).toBeLessThan(0.06); // 4 standard errors
  expect(Math.abs(normal.variance - 1)).toBeLessThan(0.08);
  expect(Math.abs(uniform.mean - 0.5)).toBeLessThan(0.04);
  expect(Math.abs(uniform.variance - 1 / 12)).toBeLessThan(0.01);
  expect(source.next().noise).not.toEqual(noise);
});

test("goes on from a saved state to the bit", () => {
  const [source, other] = [batches(), batches(9)];
  source.next();
  const state = source.state();
  const expected = [copyOf(source.next()), copyOf(source.next())];
  other.restore(state);
  expect([copyOf(other.next()), copyOf(other.next())]).toEqual(expected);
});

test.each(["", "{}", "null", '{"sampler":{}}'])("%j is no state", (state) => {
  expect(() => batches().restore(state)).toThrow(
    expect.objectContaining({
      code: "E_CHECKPOINT",
      message: "checkpoint: expected the state of its batches, got none. Train again without `resume`.",
    }),
  );
});
