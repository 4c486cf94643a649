/** A test that needs no defective images: good ones that were held back, and the same with planted defects. */
import { DataError } from "../src/base/errors.ts";
import type { Random } from "../src/base/random.ts";
import { holdOut } from "../src/data/index.ts";
import { plantDefect } from "../src/data/planted-defect.ts";
import type { LabelledImage } from "../src/evaluation/index.ts";

const heldBack = 0.3; // of the good images
const mostHeldBack = 40; // images: more cost time and hardly steady the figures
const plantedFromEach = 2;

/** Good images to learn from, and a test made of others. */
export interface PlantedTest {
  /** uint8 [3, S, S] each. */
  readonly learned: readonly Uint8Array[];
  readonly test: readonly LabelledImage[];
}

/**
 * Holds back three images in ten, 40 at most, and plants two defects in copies of each.
 *
 * @param images - Good images, uint8 [3, size, size] each.
 * @throws {DataError} E_DATA if there are fewer than four images.
 */
export function plantedTest(images: readonly Uint8Array[], size: number, random: Random): PlantedTest {
  if (images.length < 4) {
    throw new DataError("E_DATA", `plantedTest: expected at least 4 good images, got ${images.length}.`);
  }
  const fraction = Math.min(heldBack, mostHeldBack / images.length);
  const split = holdOut(images.length, { fraction, random: random.split("hold back") });
  const pick = (indices: readonly number[]) => indices.map((i) => images[i] ?? new Uint8Array());
  const good = pick(split.calibration);
  const defects = random.split("defects");
  const test = good.flatMap((planes, i) => {
    const other = good[(i + 1 + defects.integer(good.length - 1)) % good.length] ?? planes;
    const planted = Array.from({ length: plantedFromEach }, (_, copy) => {
      const [picture, mask] = [toUnit(planes), new Float32Array(size * size)];
      if (!plantDefect(picture, toUnit(other), mask, size, defects)) return [];
      const data = Uint8Array.from(mask, (value) => (value > 0.5 ? 255 : 0));
      return [labelled(`planted/${i}-${copy}`, toBytes(picture), size, { width: size, height: size, data })];
    });
    return [labelled(`good/${i}`, planes, size, null), ...planted.flat()];
  });
  return { learned: pick(split.train), test };
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
