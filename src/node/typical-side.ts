/** How large the images of a folder are, without reading all of them. */
import { RadarError } from "../base/errors.ts";
import type { SampleDepth } from "../data/sample-depth.ts";
import { namedImage, type Picture } from "./picture.ts";

const looks = 9; // images read to tell (ours)

/**
 * Median of the longer sides of a few images, evenly spread over all, in pixels.
 *
 * @returns 0 if none of them can be read; whoever reads them all reports that.
 */
export async function typicalSide(pictures: readonly Picture[], depth?: SampleDepth): Promise<number> {
  const count = Math.min(looks, pictures.length);
  const sides: number[] = [];
  for (let i = 0; i < count; i++) {
    try {
      const picture = pictures[Math.floor((i * pictures.length) / count)] ?? "";
      const { width, height } = (await namedImage(picture, "image", depth)).image;
      sides.push(Math.max(width, height));
    } catch (error) {
      if (!(error instanceof RadarError)) throw error;
    }
  }
  return sides.sort((a, b) => a - b)[Math.floor(sides.length / 2)] ?? 0;
}
