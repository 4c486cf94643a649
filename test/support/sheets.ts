/** Pictures of sheets: grey with soft clouds and some grain, and a hairline where it is wanted. */
import type { Random } from "../../src/base/random.ts";
import type { RgbImage, Size } from "../../src/base/raster.ts";

/** Size of a sheet where no other is asked for. */
export const sheetSize = { width: 150, height: 378 } as const;

/** A vertical line one pixel wide. */
export interface Hairline {
  /** Upper end, in pixels. */
  readonly x: number;
  readonly y: number;
  readonly length: number;
}

/** The picture. @param line - 30 levels darker than what is around it. */
export function sheet(random: Random, { width, height }: Size = sheetSize, line?: Hairline): RgbImage {
  const data = new Uint8Array(3 * width * height);
  const waves = Array.from({ length: 6 }, () => {
    const [turn, length] = [2 * Math.PI * random.uniform(), 16 + 24 * random.uniform()];
    const step = (2 * Math.PI) / length;
    return { x: step * Math.cos(turn), y: step * Math.sin(turn), phase: 2 * Math.PI * random.uniform() };
  });
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const isLine = line !== undefined && x === line.x && y >= line.y && y < line.y + line.length;
    const clouds = waves.reduce((sum, wave) => sum + 8 * Math.sin(wave.x * x + wave.y * y + wave.phase), 0);
    const level = (isLine ? 100 : 130) + clouds + 2 * random.normal();
    data.fill(Math.max(0, Math.min(255, Math.round(level))), 3 * i, 3 * i + 3);
  }
  return { width, height, data };
}
