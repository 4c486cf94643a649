/** A test that needs no defective images: good ones that were not learned from, and the same with planted defects. */
import type { Random } from "../base/random.ts";
import { plantDefect } from "../data/index.ts";
import type { LabelledImage } from "./labelled-image.ts";

const plantedFromEach = 2;

/**
 * Every good image, followed by two copies of it with a defect each.
 *
 * @param good - At least two, uint8 [3, size, size] each.
 */
export function plantedImages(good: readonly Uint8Array[], size: number, random: Random): LabelledImage[] {
  return good.flatMap((planes, i) => {
    const other = good[(i + 1 + random.integer(good.length - 1)) % good.length] ?? planes;
    const planted = Array.from({ length: plantedFromEach }, (_, copy) => {
      const [picture, mask] = [toUnit(planes), new Float32Array(size * size)];
      if (!plantDefect(picture, toUnit(other), mask, size, random)) return [];
      const data = Uint8Array.from(mask, (value) => (value > 0.5 ? 255 : 0));
      return [labelled(`planted/${i}-${copy}`, toBytes(picture), size, { width: size, height: size, data })];
    });
    return [labelled(`good/${i}`, planes, size, null), ...planted.flat()];
  });
}

function labelled(
  path: string,
  planes: Uint8Array,
  size: number,
  mask: LabelledImage["mask"],
): LabelledImage {
  const data = Uint8Array.from(planes, (_, i) => planes[(i % 3) * size * size + Math.floor(i / 3)] ?? 0);
  const label = mask === null ? 0 : 1;
  return {
    path,
    className: mask === null ? "good" : "planted",
    label,
    maskPath: null,
    image: { width: size, height: size, data },
    mask,
  };
}

function toUnit(planes: Uint8Array): Float32Array {
  return Float32Array.from(planes, (value) => value / 127.5 - 1);
}

function toBytes(picture: Float32Array): Uint8Array {
  return Uint8Array.from(picture, (value) => Math.round((value + 1) * 127.5));
}
