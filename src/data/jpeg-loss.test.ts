import sharp from "sharp";
import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { jpegLoss } from "./jpeg-loss.ts";

const size = { width: 93, height: 70 }; // neither is a multiple of a block or of two pixels

/** Coloured waves with grain, float32 [3, height, width]. */
function picture(): Float32Array {
  const random = new Random(3);
  const plane = size.width * size.height;
  return Float32Array.from({ length: 3 * plane }, (_, i) => {
    const [x, y, channel] = [i % size.width, Math.floor((i % plane) / size.width), Math.floor(i / plane)];
    const wave = Math.sin(x / (5 + channel)) * Math.cos(y / (7 - channel));
    return Math.max(0, Math.min(255, Math.round(128 + 80 * wave + 6 * random.normal())));
  });
}

async function throughSharp(levels: Float32Array, quality: number): Promise<Float32Array> {
  const plane = size.width * size.height;
  const pixels = Uint8Array.from(levels, (_, i) => levels[(i % 3) * plane + Math.floor(i / 3)] ?? 0);
  const file = await sharp(pixels, { raw: { ...size, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
  const back = await sharp(file).raw().toBuffer();
  return levels.map((_, i) => back[3 * (i % plane) + Math.floor(i / plane)] ?? 0);
}

function rootMeanSquare(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - (b[i] ?? 0)) ** 2, 0) / a.length);
}

test.each([50, 80, 95])("quality %i takes what a real codec takes", async (quality) => {
  const before = picture();
  const real = await throughSharp(before, quality);
  const ours = jpegLoss(before, size, quality);
  const loss = rootMeanSquare(before, real);
  expect(rootMeanSquare(before, ours) / loss).toBeCloseTo(1, 1);
  // the same picture but for coefficients that rounding to bytes, which the codec does in between, moves over a step
  expect(rootMeanSquare(ours, real)).toBeLessThan(0.5 * loss);
});

test("a flat grey picture stays as it is", () => {
  const grey = new Float32Array(3 * size.width * size.height).fill(128);
  for (const value of jpegLoss(grey, size, 80)) expect(value).toBeCloseTo(128, 3);
});

test("a constant block of 200 is its first coefficient, 8 * 72, rounded to multiples of the step", () => {
  const flat = new Float32Array(3 * 64).fill(200);
  // quality 10 scales steps by 5: 80 for brightness, so that 576 becomes 7 * 80 = 560, or 128 + 70
  for (const value of jpegLoss(flat, { width: 8, height: 8 }, 10)) expect(value).toBeCloseTo(198, 3);
});
