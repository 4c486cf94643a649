/** Detectors of cameras without colour. */
import { expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import type { RgbImage } from "../../src/base/raster.ts";
import { loadDetectorFile, train } from "../../src/node/index.ts";
import { sheet } from "../support/sheets.ts";

const size = { width: 64, height: 64 };
const random = new Random(5);
const good = Array.from({ length: 16 }, () => sheet(random, size));

/** Of the 8 by 8 pixels in the middle the given colour. */
function marked(picture: RgbImage, colour: readonly [number, number, number]): RgbImage {
  const data = picture.data.slice();
  for (let i = 0; i < 64; i++) data.set(colour, 3 * ((28 + Math.floor(i / 8)) * size.width + 28 + (i % 8)));
  return { ...size, data };
}

test.each(["padim-lite", "gaussian"] as const)(
  "%s learns one channel where no good picture has colour, and what has colour stands out",
  async (method) => {
    const options = { method, imageSize: 64, threads: 1 } as const;
    const { model, description } = await train(good, options);
    const tinted = good.map((picture) => ({
      ...picture,
      data: picture.data.map((value, i) => (i % 3 === 0 ? Math.max(0, value - 4) : value)),
    }));
    const ofColours = await train(tinted, options);
    expect(description.parameters).toBeLessThan(0.75 * ofColours.description.parameters);
    const detector = await loadDetectorFile(model, { threads: 1 });
    const plain = sheet(random, size);
    const level = plain.data[3 * (32 * size.width + 32)] ?? 0; // the mark's mean is what is around it
    const red = await detector.detectOne(marked(plain, [level + 60, level - 30, level - 30]));
    expect(red.isAnomalous).toBe(true);
    expect(red.warnings).toEqual(["it has colour, and no good picture had"]);
    const dark = await detector.detectOne(marked(plain, [20, 20, 20]));
    expect({ isAnomalous: dark.isAnomalous, warnings: dark.warnings }).toEqual({
      isAnomalous: true,
      warnings: [],
    });
    expect((await detector.detectOne(plain)).anomalyScore).toBeLessThan(red.anomalyScore);
    await detector.dispose();
  },
);
