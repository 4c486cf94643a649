/** Which places of a picture are looked at: regions and a mask, drawn on one picture, as the model has them on its own square. */
import { checkNumber, describe } from "../base/check.ts";
import { OptionError } from "../base/errors.ts";
import type { DefectMask, Size } from "../base/raster.ts";
import { framePlace, type PartModel } from "../features/part-frame.ts";

/** A rectangle to look at, in pixels of the picture from its upper left corner. */
export interface Region extends Size {
  /** What answers call it. Rectangles of one name are one region. Default: "region" and its number. */
  readonly name?: string | undefined;
  readonly x: number;
  readonly y: number;
}

/** What is looked at; everything else is ignored, whatever it shows. */
export interface LookedArea extends Size {
  /** uint8 [height, width]: 0 ignored, k in the k-th region, counted from 1; 1 where there are no regions. */
  readonly data: Uint8Array;
  /** Names of the regions; none where a mask alone says what is looked at. */
  readonly names: readonly string[];
}

const mostRegions = 255; // a byte each
const aspectTolerance = 0.02; // by which a mask's proportions may differ from the picture's (ours)

/** @throws {OptionError} E_OPTION if it is no rectangle. */
export function checkRegion(name: string, region: Region): void {
  if (typeof region !== "object" || region === null) {
    throw new OptionError(`${name}: expected { x, y, width, height }, got ${describe(region)}.`);
  }
  for (const side of ["x", "y"] as const) checkNumber(`${name}.${side}`, region[side], { minimum: 0 });
  for (const side of ["width", "height"] as const) {
    checkNumber(`${name}.${side}`, region[side], { above: 0 });
  }
  if (region.name === undefined || (typeof region.name === "string" && region.name !== "")) return;
  throw new OptionError(`${name}.name: expected a text that is not empty, got ${describe(region.name)}.`);
}

/**
 * Regions and mask on the picture that they were drawn on.
 *
 * @param size - Of that picture, in pixels.
 * @param drawn - Where rectangles overlap, the first counts; a place must be in one of them, where there are some, and not be masked out.
 * @throws {OptionError} E_OPTION if a region is not within the picture, there are too many, the mask has other proportions, or nothing
 * is left to look at.
 */
export function drawnArea(
  size: Size,
  drawn: { readonly regions: readonly Region[]; readonly mask?: DefectMask | undefined },
): LookedArea {
  const { width, height } = size;
  const { regions, mask } = drawn;
  if (mask !== undefined && Math.abs((mask.width * height) / (mask.height * width) - 1) > aspectTolerance) {
    throw new OptionError(
      `mask: expected a picture of the proportions of the good ones (${width} x ${height}), got ${mask.width} x ${mask.height}. Draw it on one of them; it may be smaller.`,
    );
  }
  const names: string[] = [];
  const data = new Uint8Array(width * height).fill(regions.length > 0 ? 0 : 1);
  for (const [i, region] of regions.entries()) {
    const { x, y, name = `region ${i + 1}` } = region;
    const [right, bottom] = [x + region.width, y + region.height];
    if (right > width || bottom > height) {
      throw new OptionError(
        `region: expected a rectangle within ${width} x ${height}, got ${x},${y},${region.width},${region.height}. They are counted in pixels of the good pictures.`,
      );
    }
    if (!names.includes(name)) names.push(name);
    const label = names.indexOf(name) + 1;
    for (let row = Math.floor(y); row < Math.ceil(bottom); row++) {
      for (let place = row * width + Math.floor(x); place < row * width + Math.ceil(right); place++) {
        if (data[place] === 0) data[place] = label;
      }
    }
  }
  if (names.length > mostRegions) {
    throw new OptionError(`region: expected at most ${mostRegions} regions, got ${names.length}.`);
  }
  if (mask !== undefined) {
    data.forEach((_, place) => {
      const [column, row] = [place % width, Math.floor(place / width)];
      const at = scaled(row, height, mask.height) * mask.width + scaled(column, width, mask.width);
      if (mask.data[at] === 0) data[place] = 0;
    });
  }
  return looksAtSomething({ ...size, data, names });
}

/** The area on another grid, by the middles of its pixels. @throws {OptionError} E_OPTION if nothing is left of it. */
export function areaAtSize(area: LookedArea, { width, height }: Size): LookedArea {
  const data = new Uint8Array(width * height);
  data.forEach((_, i) => {
    const [column, row] = [i % width, Math.floor(i / width)];
    data[i] =
      area.data[scaled(row, height, area.height) * area.width + scaled(column, width, area.width)] ?? 0;
  });
  return looksAtSomething({ width, height, data, names: area.names });
}

/**
 * The area in the frame around a part, from the picture that it was drawn on.
 *
 * @param pose - The part's pose in that picture: middle, cosine and sine, [4].
 * @param side - Of the frame, in pixels.
 * @throws {OptionError} E_OPTION if the frame shows nothing of it.
 */
export function areaInFrame(
  area: LookedArea,
  pose: ArrayLike<number>,
  { part, side }: { readonly part: PartModel; readonly side: number },
): LookedArea {
  const data = new Uint8Array(side * side);
  data.forEach((_, i) => {
    const { x, y } = framePlace(i, side, pose, part);
    const [column, row] = [Math.floor(x * area.width), Math.floor((y / part.aspect) * area.height)];
    const isInside = column >= 0 && row >= 0 && column < area.width && row < area.height;
    data[i] = isInside ? (area.data[row * area.width + column] ?? 0) : 0;
  });
  return looksAtSomething({ width: side, height: side, data, names: area.names });
}

/** The mean of pictures, uint8 [3, S, S]: what stands where nothing is looked at. @param images - At least one. */
export function meanPicture(images: readonly Uint8Array[]): Uint8Array {
  const sums = new Float64Array(images[0]?.length ?? 0);
  for (const image of images)
    for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + (image[i] ?? 0);
  return Uint8Array.from(sums, (sum) => Math.round(sum / images.length));
}

/** A picture, uint8 [3, S, S], with the filling, of the same shape, where nothing is looked at. @param labels - uint8 [S, S]. */
export function onlyArea(image: Uint8Array, filling: Uint8Array, labels: Uint8Array): Uint8Array {
  return image.map((value, i) => (labels[i % labels.length] === 0 ? (filling[i] ?? 0) : value));
}

/** Share of the places that is looked at, in (0, 1]. */
export function shareLooked({ data }: LookedArea): number {
  return data.reduce((sum, label) => sum + (label === 0 ? 0 : 1), 0) / data.length;
}

function looksAtSomething(area: LookedArea): LookedArea {
  const missing = area.names.filter((_, i) => !area.data.includes(i + 1));
  if (missing.length > 0 || area.data.every((label) => label === 0)) {
    const what = missing.length > 0 ? `none for ${missing.join(", ")}` : "none at all";
    throw new OptionError(
      `region, mask: expected places that are looked at, got ${what}: too small, masked out, or hidden by a region before.`,
    );
  }
  return area;
}

/** The pixel of another grid in which the middle of a pixel lies. */
function scaled(pixel: number, from: number, to: number): number {
  return Math.floor(((pixel + 0.5) * to) / from);
}
