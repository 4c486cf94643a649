import { expect, test } from "vitest";
import { planesOf, soundPrints } from "../../../test/support/rendered-planes.ts";
import { Random } from "../../base/random.ts";
import { loadDetector } from "../../detectors/load-detector.ts";
import { nodeBackend } from "../../runtime/node.ts";
import type { NetworkStore, StoredNetwork } from "../method.ts";
import { type MethodName, prepareMethod } from "../methods.ts";
import { trainDetector } from "../train-detector.ts";
import { vaeMethod } from "./vae.ts";

const backend = nodeBackend({ threads: 1 });

test.each<[MethodName, number, string[]]>([
  ["vae", 16, ["divergence", "reconstruction"]],
  ["autoencoder-ssim", 16, []],
  ["ganomaly", 16, ["adversarial", "contextual", "discrimination", "encoding"]],
  ["f-anogan", 16, ["distance", "features", "penalty", "residual"]],
  ["vae", 48, ["divergence", "reconstruction"]],
])(
  "%s learns from pictures of %i pixels, the terms of its loss are told, and its maps are finite",
  async (method, size, terms) => {
    const random = new Random(5);
    const pictures = Array.from({ length: 8 }, () => {
      const data = Uint8Array.from({ length: 3 * size * size }, () => random.integer(256));
      return { width: size, height: size, data };
    });
    const options = { method, preset: "fast", imageSize: size, batchSize: 2, length: { steps: 2 } } as const;
    const told: string[][] = [];
    const { model, description } = await trainDetector(pictures.map(planesOf), prepareMethod(options, size), {
      backend,
      now: () => 0,
      name: "prints",
      skipped: 0,
      software: {},
      onProgress: (progress) => told.push(Object.keys(progress.terms).sort()),
    });
    expect(told).toEqual([terms, terms]);
    expect(description).toMatchObject({ method, imageSizePx: size, patchSizePx: size });
    expect(description.training.finalLoss).toBeGreaterThan(0);
    const detector = await loadDetector(model, backend);
    for (const { anomalyMap, anomalyScore } of await detector.detect(pictures.slice(0, 3))) {
      expect([anomalyMap.width, anomalyMap.height]).toEqual([size, size]);
      expect(anomalyMap.data.every(Number.isFinite)).toBe(true);
      expect(Number.isFinite(anomalyScore)).toBe(true);
    }
    await detector.dispose();
  },
);

test("constants that only matter for reading a map share the network, others do not", async () => {
  const pictures = soundPrints(6, { width: 32, height: 32, seed: 2 }).map(planesOf);
  const stored = new Map<string, StoredNetwork>();
  const networks: NetworkStore = {
    load: async (key) => stored.get(key),
    save: async (key, network) => {
      stored.set(key, network);
    },
  };
  const given = { preset: "fast", imageSize: 32, batchSize: 2, length: { steps: 1 } } as const;
  const context = { backend, now: () => 0, name: "prints", skipped: 0, software: {}, networks };
  const models: string[] = [];
  for (const changed of [{}, { smoothing: 1 / 4 }, { decoderDeviation: 0.3 }]) {
    const { description } = await trainDetector(pictures, vaeMethod(given, 32, changed), context);
    expect(description.options).toMatchObject(changed);
    models.push(JSON.stringify(description.calibration.scores));
  }
  expect(stored.size).toBe(2);
  expect(new Set(models).size).toBe(3);
});
