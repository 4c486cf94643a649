/** How large the images of a folder are, without reading all of them. */
import type { Size } from "../base/raster.ts";
import type { SampleDepth } from "../data/sample-depth.ts";
import type { Picture } from "./picture.ts";
import { somePictures } from "./some-pictures.ts";

const looks = 9; // images read to tell (ours)

/** Size of the picture with the median longer side of a few, in pixels; 0 by 0 if none of them can be read. */
export async function typicalSize(pictures: readonly Picture[], depth?: SampleDepth): Promise<Size> {
  const sizes: Size[] = [];
  for await (const { width, height } of somePictures(pictures, looks, { depth }))
    sizes.push({ width, height });
  sizes.sort((a, b) => longerSide(a) - longerSide(b));
  return sizes[Math.floor(sizes.length / 2)] ?? { width: 0, height: 0 };
}

/** In pixels. */
export function longerSide({ width, height }: Size): number {
  return Math.max(width, height);
}
