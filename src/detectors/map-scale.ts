/** How large maps are on good images, so that maps of different units can be added. */
import type { NdArray } from "../base/array.ts";

/** One map's scale on good images. */
export interface MapScale {
  /** Mean of all pixels: becomes 0. */
  readonly mean: number;
  /** What the largest pixel of nine images in ten stays below: becomes 1. */
  readonly usualMaximum: number;
}

const usualShare = 0.9; // of good images (ours)

/**
 * The scale of each channel of maps.
 *
 * @param images - At least one, float32 [1, C, S, S] each.
 */
export async function fitMapScales(images: AsyncIterable<NdArray>): Promise<MapScale[]> {
  const channels: { sum: number; pixels: number; maxima: number[] }[] = [];
  for await (const { shape, data } of images) {
    const count = shape[1] ?? 1;
    const plane = data.length / count;
    for (let c = 0; c < count; c++) {
      channels[c] ??= { sum: 0, pixels: 0, maxima: [] };
      const channel = channels[c];
      if (channel === undefined) continue;
      const values = data.slice(c * plane, (c + 1) * plane);
      for (const value of values) channel.sum += Number(value);
      channel.pixels += plane;
      channel.maxima.push(maximum(values));
    }
  }
  return channels.map(({ sum, pixels, maxima }) => ({
    mean: sum / pixels,
    usualMaximum: maxima.sort((a, b) => a - b)[Math.floor(usualShare * maxima.length)] ?? 1,
  }));
}

/** Largest of any number of values. */
export function maximum(values: Iterable<number | bigint>): number {
  let largest = -Infinity;
  for (const value of values) largest = Math.max(largest, Number(value));
  return largest;
}
