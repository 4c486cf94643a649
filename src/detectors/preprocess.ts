/** From a camera's pixels to what the network sees: the first part of every model file. */
import { atFrameScale, type PartModel, sampledFrame } from "../features/part-frame.ts";
import { searchWidthPx } from "../features/part-ground.ts";
import { type LocatedPart, locatePart } from "../features/part-pose.ts";
import {
  add,
  cast,
  div,
  floor,
  input,
  max,
  min,
  mul,
  resizeImageLinear,
  resizeLinear,
  scalar,
  scaleLinear,
  slice,
  sub,
  type Tensor,
  transpose,
} from "../graph/index.ts";
import { imageInputName } from "./model-names.ts";
import type { PartLimits } from "./part-limits.ts";
import { roundingOffset } from "./rounding-offset.ts";

/** The input: uint8 [N, H, W, 3], red-green-blue, N, H and W known at run time. */
export function imageInput(): Tensor {
  return input(imageInputName, "uint8", ["N", "H", "W", 3]);
}

/** Its values by colour, float32 [N, 3, H, W] in [0, 255]. */
export function imagePlanes(image: Tensor): Tensor {
  return transpose(cast(image, "float32"), [0, 3, 1, 2]);
}

/**
 * Pictures of a camera without colour, one channel: the mean of the three, and where they differ, as much more as they do, so that colour stands
 * out as light that no good picture has. Where they are equal it is their value, to the bit.
 *
 * @param planes - float32 [N, 3, H, W]; of one channel they stay as they are.
 * @returns float32 [N, 1, H, W].
 */
export function greyPlanes(planes: Tensor): Tensor {
  if (Number(planes.shape[1]) === 1) return planes;
  return greyOf([0, 1, 2].map((c) => slice(planes, { axis: 1, start: c, end: c + 1 })));
}

/** As {@link greyPlanes}, of pictures as they come: no plane is made that is not needed. @param image - uint8 [N, H, W, 3]. */
function greyImage(image: Tensor): Tensor {
  return greyOf(
    [0, 1, 2].map((c) => {
      const channel = slice(image, { axis: 3, start: c, end: c + 1 });
      return cast(transpose(channel, [0, 3, 1, 2]), "float32");
    }),
  );
}

/** @param channels - Three, float32 [N, 1, H, W] each. */
function greyOf(channels: readonly Tensor[]): Tensor {
  const sum = channels.reduce((a, b) => add(a, b));
  const range = sub(
    channels.reduce((a, b) => max(a, b)),
    channels.reduce((a, b) => min(a, b)),
  );
  return add(div(sum, scalar(3)), range);
}

/** A part that is looked for before anything else. */
export interface FoundPart {
  readonly model: PartModel;
  readonly limits: PartLimits;
}

/**
 * Pictures of any size as square ones of the network's size.
 *
 * Values are rounded to integers, so that pictures resized once and stored as bytes give the very same result.
 *
 * @param image - uint8 [N, H, W, 3].
 * @param size - Side in pixels; the proportions are not kept.
 * @returns float32 [N, 3, size, size], integers in [0, 255].
 */
export function resizePixels(image: Tensor, size: number): Tensor {
  return rounded(resizeImageLinear(cast(image, "float32"), size, size));
}

/** As {@link resizePixels}, of what {@link greyPlanes} makes of the pictures: float32 [N, 1, size, size]. */
export function resizeGreyPixels(image: Tensor, size: number): Tensor {
  return rounded(resizeLinear(greyImage(image), size, size));
}

/**
 * Pictures of any size at their own proportions.
 *
 * @param image - uint8 [N, H, W, 3].
 * @param scale - 1: they stay as they are.
 * @returns uint8 [N, ⌊H·scale⌋, ⌊W·scale⌋, 3].
 */
function canvasPixels(image: Tensor, scale: number): Tensor {
  if (scale === 1) return image;
  return transpose(cast(rounded(scaleLinear(imagePlanes(image), scale)), "uint8"), [0, 2, 3, 1]);
}

/** Pictures at about their own size, to be read in tiles. */
export interface Canvas {
  /** uint8 [N, H, W, 3]. */
  readonly pixels: Tensor;
  /** Where a part is found first: then the pixels are its frame, upright. */
  readonly located?: LocatedPart | undefined;
}

/**
 * Pictures of any size at their own proportions, or the frame around the part in them.
 *
 * @param image - uint8 [N, H, W, 3].
 * @param tiles - How they are read; `framePx` where a part is found first.
 */
export function canvasOf(
  image: Tensor,
  { scale, framePx = 0 }: { readonly scale: number; readonly framePx?: number | undefined },
  part: FoundPart | undefined,
): Canvas {
  if (part === undefined) return { pixels: canvasPixels(image, scale) };
  const planes = imagePlanes(image);
  const located = locatePart(planes, part.model);
  const shrunk = scale === 1 ? planes : scaleLinear(planes, scale);
  const frame = sampledFrame(shrunk, located.pose, part.model, framePx);
  return { pixels: transpose(cast(rounded(frame), "uint8"), [0, 2, 3, 1]), located };
}

/** Pictures with the part found in them. */
export interface PartPictures extends LocatedPart {
  /** The frame around the part, float32 [N, 3, size, size], integers in [0, 255]. */
  readonly pixels: Tensor;
}

/** Finds the part in pictures of any size and cuts out its frame, upright. @param image - uint8 [N, H, W, 3]. */
export function partPixels(image: Tensor, size: number, model: PartModel): PartPictures {
  const planes = imagePlanes(image);
  const shrunk = atFrameScale(planes, model, size);
  const isFine = Number(shrunk.shape[3]) >= 2 * searchWidthPx; // then the search needs no more, and is spared the whole picture
  const located = locatePart(isFine ? shrunk : planes, model);
  return { ...located, pixels: rounded(sampledFrame(shrunk, located.pose, model, size)) };
}

/** Pixel values as integers. */
export function rounded(pixels: Tensor): Tensor {
  return floor(add(pixels, scalar(roundingOffset)));
}

/** Pixel values [0, 255] as the network's [-1, 1]: x / 127.5 - 1. */
export function toNetworkRange(pixels: Tensor): Tensor {
  return sub(mul(pixels, scalar(1 / 127.5)), scalar(1));
}
