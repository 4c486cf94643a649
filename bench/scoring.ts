/** Scoring one square image with a preset's detector, everything after decoding included. */
import { Random } from "../src/base/random.ts";
import { loadDetector } from "../src/detectors/index.ts";
import { type PresetName, prepareMethod, trainDetector } from "../src/methods/index.ts";
import { nodeBackend } from "../src/runtime/node.ts";
import { median, quantile, timed } from "./median.ts";

/** Rate and times of single images. */
export interface ScoringFigures {
  readonly imagesPerSecond: number;
  readonly p50Seconds: number;
  readonly p99Seconds: number;
  readonly loadSeconds: number;
  readonly modelBytes: number;
}

/**
 * The detector is trained for one step on noise: how well it scores does not change how fast it does.
 */
export async function measureScoring(
  preset: PresetName,
  options: { threads: number; rounds: number; sidePx: number },
): Promise<ScoringFigures> {
  const { sidePx } = options;
  const backend = nodeBackend({ threads: options.threads });
  const random = new Random(0);
  const prepared = prepareMethod({ preset, length: { steps: 1 }, batchSize: 2 }, sidePx);
  const bytes = (length: number) => Uint8Array.from({ length }, () => random.integer(256));
  const images = Array.from({ length: 8 }, () => bytes(3 * prepared.options.imageSize ** 2));
  const context = { backend, now: () => performance.now() / 1000, name: "bench", skipped: 0, software: {} };
  const { model } = await trainDetector(images, prepared, context);
  const picture = { width: sidePx, height: sidePx, data: bytes(3 * sidePx * sidePx) };
  const started = performance.now();
  const detector = await loadDetector(model, backend);
  const loadSeconds = (performance.now() - started) / 1000;
  const seconds: number[] = [];
  for (let i = 0; i < 10 * options.rounds + 5; i++) {
    const once = await timed(() => detector.detect([picture]));
    if (i >= 5) seconds.push(once);
  }
  await detector.dispose();
  return {
    imagesPerSecond: 1 / median(seconds),
    p50Seconds: median(seconds),
    p99Seconds: quantile(seconds, 0.99),
    loadSeconds,
    modelBytes: model.length,
  };
}
