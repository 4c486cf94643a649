/** Methods that are not trained step by step find a dark square on rendered prints, and where it is. */
import { expect, test } from "vitest";
import type { RgbImage } from "../../src/base/raster.ts";
import { loadDetector } from "../../src/detectors/index.ts";
import { methodNames, openBackbone, prepareMethod, trainDetector } from "../../src/methods/index.ts";
import { auroc } from "../../src/metrics/index.ts";
import { nodeBackend } from "../../src/runtime/node.ts";
import { planesOf, soundPrints } from "../support/rendered-planes.ts";
import { tinyBackbone } from "../support/tiny-backbone.ts";

/** Side of the images and a square in them, in pixels: features of a network with stages are coarser. */
interface Scene {
  readonly size: number;
  readonly square: { readonly left: number; readonly top: number; readonly side: number };
}

const small: Scene = { size: 48, square: { left: 20, top: 12, side: 10 } };
const large: Scene = { size: 96, square: { left: 40, top: 24, side: 20 } };

const backbone = await openBackbone(tinyBackbone());
const statistical = methodNames
  .map((method) =>
    method === "padim" || method === "patchcore"
      ? { method, backbone, scene: large }
      : { method, scene: small },
  )
  .filter(({ scene: { size }, ...options }) => prepareMethod(options, size).options.batchSize === 0);

function withSquare({ width, height, data }: RgbImage, square: Scene["square"]): RgbImage {
  const marked = data.slice();
  for (let row = 0; row < square.side; row++) {
    const start = 3 * ((square.top + row) * width + square.left);
    marked.fill(20, start, start + 3 * square.side);
  }
  return { width, height, data: marked };
}

test.each(statistical)("$method", async ({ scene, ...options }) => {
  const { size, square } = scene;
  const good = soundPrints(30, { width: size, height: size, seed: 1 }).map(planesOf);
  const sound = soundPrints(10, { width: size, height: size, seed: 2 });
  const backend = nodeBackend({ threads: 1 });
  const context = { backend, now: () => 0, name: "prints", skipped: 0, software: {} };
  const prepared = prepareMethod({ ...options, preset: "fast", imageSize: size }, size);
  const { model } = await trainDetector(good, prepared, context);
  const detector = await loadDetector(model, backend);
  const pictures = [...sound, ...sound.map((picture) => withSquare(picture, square))];
  const detections = await detector.detect(pictures);
  await detector.dispose();
  const scores = detections.map(({ anomalyScore }) => anomalyScore);
  const labels = pictures.map((_, i) => (i < sound.length ? 0 : 1));
  expect(auroc(scores, labels)).toBe(1);
  for (const { anomalyMap } of detections.slice(sound.length)) {
    const highest = anomalyMap.data.indexOf(Math.max(...anomalyMap.data));
    const [row, column] = [Math.floor(highest / size), highest % size];
    expect(Math.abs(row - (square.top + square.side / 2))).toBeLessThanOrEqual(square.side / 2 + 2);
    expect(Math.abs(column - (square.left + square.side / 2))).toBeLessThanOrEqual(square.side / 2 + 2);
  }
});
