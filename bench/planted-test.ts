/** A test that needs no defective images: good ones that were held back, and the same with planted defects. */
import { DataError } from "../src/base/errors.ts";
import type { Random } from "../src/base/random.ts";
import { holdOut } from "../src/data/index.ts";
import { type LabelledImage, plantedImages } from "../src/evaluation/index.ts";

const heldBack = 0.3; // of the good images
const mostHeldBack = 40; // images: more cost time and hardly steady the figures

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
  const test = plantedImages(pick(split.calibration), size, random.split("defects"));
  return { learned: pick(split.train), test };
}
