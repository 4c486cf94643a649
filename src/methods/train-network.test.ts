import { beforeAll, describe, expect, test } from "vitest";
import { planesOf, soundPrints } from "../../test/support/rendered-planes.ts";
import { nodeBackend } from "../runtime/node.ts";
import type { StoredNetwork } from "./method.ts";
import { prepareMethod, type TrainingOptions } from "./methods.ts";
import { trainDetector } from "./train-detector.ts";

const size = 16;
const images = soundPrints(8, { width: size, height: size, seed: 5 }).map(planesOf);

const paper = { scoring: "paper" } as const; // the quickest to fit

/** A store in memory, and a training with it that counts its steps. */
function trainings(stored = new Map<string, StoredNetwork>()) {
  const train = async (options: TrainingOptions, good = images) => {
    let steps = 0;
    const prepared = prepareMethod(
      { preset: "fast", imageSize: size, batchSize: 2, length: { steps: 2 }, ...options },
      size,
    );
    const { model } = await trainDetector(good, prepared, {
      backend: nodeBackend({ threads: 1 }),
      now: () => 0,
      name: "prints",
      skipped: 0,
      software: {},
      networks: {
        load: async (key) => stored.get(key),
        save: async (key, network) => void stored.set(key, network),
      },
      onProgress: () => {
        steps++;
      },
    });
    return { steps, model };
  };
  return { stored, train };
}

test("a stored network is not trained again, and the model file has the same bytes", async () => {
  const { stored, train } = trainings();
  const first = await train(paper);
  const again = await train({ ...paper, falseAlarmRate: 0.5 });
  const same = await train(paper);
  expect([first.steps, again.steps, same.steps, stored.size]).toEqual([2, 0, 0, 1]);
  expect(Buffer.compare(first.model, same.model)).toBe(0);
});

describe("another network is one of", () => {
  const { stored: one, train: trainOne } = trainings();

  beforeAll(async () => {
    await trainOne(paper);
  });

  test.each<[string, TrainingOptions, boolean]>([
    ["another seed", { ...paper, seed: 3 }, false],
    ["another length", { ...paper, length: { steps: 3 } }, false],
    ["another batch", { ...paper, batchSize: 4 }, false],
    ["another objective", { scoring: "network" }, false],
    ["other images", paper, true],
  ])("%s", async (_, options, others) => {
    const { stored, train } = trainings(new Map(one));
    const { steps } = await train(options, others ? images.slice(1) : images);
    expect(steps).toBeGreaterThan(0);
    expect(stored.size).toBe(2);
  });
});

test("methods that read RADAR's network train it once for all, and each reads it in its own way", async () => {
  const { stored, train } = trainings();
  const readers: readonly TrainingOptions[] = [
    { method: "radar" },
    { method: "ddpm", calls: 2 },
    { method: "ddim", calls: 2 },
    { method: "ddim", calls: 2, condition: 2, noise: "simplex" },
    { method: "one-step" },
  ];
  const results = [];
  for (const options of readers) results.push(await train(options));
  expect(results.map(({ steps }) => steps)).toEqual([2, 0, 0, 0, 0]);
  expect(stored.size).toBe(1);
  const different = new Set(results.map(({ model }) => Buffer.from(model).toString("base64")));
  expect(different.size).toBe(readers.length);
});
