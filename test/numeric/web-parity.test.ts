import * as web from "onnxruntime-web";
import { expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import type { RgbImage } from "../../src/base/raster.ts";
import { loadDetector, train } from "../../src/index.ts";

const side = 96;

/** A mottled disc on a ground of one colour: where the trouble is, since rounding is all that is left there. */
function disc(ground: number, random: Random): RgbImage {
  const data = new Uint8Array(3 * side * side).fill(ground);
  for (let i = 0; i < side * side; i++) {
    const [x, y] = [i % side, Math.floor(i / side)];
    if (Math.hypot(x - side / 2, y - side / 2) < side / 3)
      data.fill(90 + random.integer(60), 3 * i, 3 * i + 3);
  }
  return { width: side, height: side, data };
}

test.each([0, 255])(
  "ONNX Runtime on WebAssembly gives the same map on a ground of %i, floor included",
  { timeout: 120_000 },
  async (ground) => {
    const random = new Random(1);
    const good = Array.from({ length: 12 }, () => disc(ground, random));
    const { model } = await train(good, { method: "padim-lite", imageSize: side, locate: "off" });
    const picture = disc(ground, random);
    await using detector = await loadDetector(model);
    const native = await detector.detectOne(picture);
    web.env.wasm.numThreads = 1;
    const session = await web.InferenceSession.create(model, { logSeverityLevel: 3 });
    const { anomaly_map: map, anomaly_score: score } = await session.run({
      image: new web.Tensor("uint8", picture.data, [1, side, side, 3]),
    });
    await session.release();
    const scores = Array.from(map?.data ?? [], Number);
    expect(scores.length).toBe(native.anomalyMap.data.length);
    const differences = scores.map((value, i) => Math.abs(value - (native.anomalyMap.data[i] ?? 0)));
    expect(differences.reduce((a, b) => Math.max(a, b))).toBeLessThan(2e-4); // docs/numerics.md: 1.1e-4 on real pictures
    expect(Number(score?.data[0])).toBeCloseTo(native.anomalyScore, 5);
  },
);
