/** What of the pictures is looked at, from regions and a mask that are drawn on the first of them. */
import { RadarError } from "../base/errors.ts";
import type { RgbImage } from "../base/raster.ts";
import type { SampleDepth } from "../data/sample-depth.ts";
import {
  areaAtSize,
  areaInFrame,
  drawnArea,
  type FoundPart,
  type LookedArea,
  poseIn,
  type Region,
} from "../detectors/index.ts";
import type { Backend } from "../runtime/backend.ts";
import { type FilePath, pathOf } from "./file-input.ts";
import { readMask } from "./image-file.ts";
import { namedImage, type Picture } from "./picture.ts";

/** An area with the picture that it was drawn on. */
export interface ReadArea {
  /** At the model's size. */
  readonly area: LookedArea;
  /** Path of the picture whose pixels the regions are counted in. */
  readonly drawnOn: string;
}

/**
 * The area at the model's size, in the part's frame where one is found first.
 *
 * @param pictures - Good ones; the first that can be read is the one drawn on.
 * @param drawn - Nothing of both: everything is looked at.
 * @throws {OptionError} E_OPTION as {@link drawnArea}; {FileError} E_FILE, {DataError} E_IMAGE if the mask cannot be read.
 */
export async function readArea(
  pictures: readonly Picture[],
  drawn: { readonly regions?: readonly Region[] | undefined; readonly mask?: FilePath | undefined },
  model: {
    readonly backend: Backend;
    readonly sizePx: number;
    readonly part?: FoundPart | undefined;
    readonly depth: SampleDepth;
  },
): Promise<ReadArea | undefined> {
  const { regions = [], mask } = drawn;
  if (regions.length === 0 && mask === undefined) return undefined;
  const first = await firstPicture(pictures, model.depth);
  if (first === undefined) return undefined; // whoever reads them all reports it
  const area = drawnArea(first.image, {
    regions,
    mask: mask === undefined ? undefined : await readMask(pathOf("mask", mask)),
  });
  const { backend, part, sizePx } = model;
  const side = { width: sizePx, height: sizePx };
  const atSize =
    part === undefined
      ? areaAtSize(area, side)
      : areaInFrame(area, await poseIn(first.image, part.model, backend), { part: part.model, side: sizePx });
  return { area: atSize, drawnOn: first.name };
}

async function firstPicture(
  pictures: readonly Picture[],
  depth: SampleDepth,
): Promise<{ readonly name: string; readonly image: RgbImage } | undefined> {
  for (const [i, picture] of pictures.entries()) {
    try {
      return await namedImage(picture, `images[${i}]`, depth);
    } catch (error) {
      if (!(error instanceof RadarError)) throw error;
    }
  }
  return undefined;
}
