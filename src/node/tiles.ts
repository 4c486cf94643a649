/** Tiles that pictures are read in, and what is lost without. */
import type { Size } from "../base/raster.ts";
import { type FoundPart, type Tiles, tileCount } from "../detectors/index.ts";
import { longerSide } from "./typical-size.ts";

const tileOverlap = 4; // neighbours share one part in so many (ours)
const coarsePx = 3; // of the camera in one of the square, from which on it is said what that hides (ours)

/** What is known of the pictures. */
export interface SeenPictures {
  /** Of a typical one. */
  readonly size: Size;
  /** What is found first. */
  readonly part: FoundPart | undefined;
  /** Side of the model's square, and of a tile. */
  readonly tilePx: number;
}

/** @param scale - What pictures are resized by, in (0, 1]. */
export function tilesAt(scale: number, { size, part, tilePx }: SeenPictures): Tiles {
  const tiles = { scale, overlapPx: overlapOf(tilePx) };
  if (part === undefined) return tiles;
  const { aspect, frame } = part.model;
  return { ...tiles, framePx: Math.round((frame * scale * longerSide(size)) / Math.max(1, aspect)) };
}

/** What one square hides of large pictures, and what reading all of them would cost; undefined where it hides little. */
export function coarseNote(pictures: SeenPictures): string | undefined {
  const { size, tilePx } = pictures;
  const { framePx: side } = tilesAt(1, pictures);
  const { width, height } = side === undefined ? size : { width: side, height: side };
  const [across, down] = [width / tilePx, height / tilePx];
  if (Math.max(across, down) < coarsePx) return undefined;
  const grid = { tilePx, overlapPx: overlapOf(tilePx) };
  const calls = tileCount(width, grid) * tileCount(height, grid);
  return (
    `a pixel of the ${tilePx} px square is ${rounded(across)} × ${rounded(down)} of the camera's: finer defects may not be found ` +
    `(resolution full reads every pixel, in ${calls} calls a picture in place of one; a larger image size makes the square larger)`
  );
}

function overlapOf(tilePx: number): number {
  return Math.floor(tilePx / tileOverlap);
}

function rounded(value: number): number {
  return Number(value.toPrecision(2));
}
