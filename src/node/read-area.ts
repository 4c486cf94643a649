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
  /** On the grid that was wanted. */
  readonly area: LookedArea;
  /** Path of the picture whose pixels the regions are counted in. */
  readonly drawnOn: string;
}

/**
 * The area on the grid that pictures are read on, in the part's frame where one is found first.
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
    /** The grid: of the model's square, of the frame around the part; or a factor that pictures are resized by. */
    readonly grid: { readonly sidePx: number } | { readonly scale: number };
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
  const { backend, part, grid } = model;
  const { width, height } = first.image;
  const scaled = (length: number, scale: number) => Math.max(1, Math.round(length * scale));
  const size =
    "scale" in grid
      ? { width: scaled(width, grid.scale), height: scaled(height, grid.scale) }
      : { width: grid.sidePx, height: grid.sidePx };
  const atSize =
    part === undefined
      ? areaAtSize(area, size)
      : areaInFrame(area, await poseIn(first.image, part.model, backend), {
          part: part.model,
          side: size.width,
        });
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
