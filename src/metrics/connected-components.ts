/** Connected regions of a mask. */
import { checkInteger } from "../base/check.ts";
import { ShapeError } from "../base/errors.ts";

/** The connected regions of a mask. */
export interface ConnectedComponents {
  /** Region of each pixel, int32 [height * width], row-major: 0 outside, 1 .. count in order of first pixel. */
  readonly regions: Int32Array;
  /** Pixels of each region: `sizes[r - 1]` belongs to region r. */
  readonly sizes: readonly number[];
}

/**
 * Regions of non-zero pixels that touch by an edge or a corner (8-connectivity).
 *
 * @param mask - uint8 [height * width], row-major; non-zero is inside a region.
 * @param width - Pixels per row, integer >= 1.
 * @param height - Rows, integer >= 1.
 * @throws {OptionError} E_OPTION if `width` or `height` is not such an integer.
 * @throws {ShapeError} E_SHAPE if the mask has not width x height pixels.
 * @example
 * connectedComponents(Uint8Array.of(1, 0, 0, 1), 2, 2).sizes; //=> [2]
 */
export function connectedComponents(mask: Uint8Array, width: number, height: number): ConnectedComponents {
  checkInteger("width", width, { minimum: 1 });
  checkInteger("height", height, { minimum: 1 });
  if (mask.length !== width * height) {
    throw new ShapeError(
      "E_SHAPE",
      `connectedComponents: expected a mask of ${width} x ${height} = ${width * height} pixels, got ${mask.length}.`,
    );
  }
  const regions = new Int32Array(mask.length);
  const sizes: number[] = [];
  const pending: number[] = [];
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] === 0 || regions[start] !== 0) continue;
    const region = sizes.length + 1;
    regions[start] = region;
    pending.push(start);
    let size = 0;
    for (let pixel = pending.pop(); pixel !== undefined; pixel = pending.pop()) {
      size++;
      claimNeighbours(pixel, region, { mask, regions, width, height }, pending);
    }
    sizes.push(size);
  }
  return { regions, sizes };
}

interface Field {
  readonly mask: Uint8Array;
  readonly regions: Int32Array;
  readonly width: number;
  readonly height: number;
}

/** Gives the unclaimed inside pixels around `pixel` to `region` and queues them. */
function claimNeighbours(pixel: number, region: number, field: Field, pending: number[]): void {
  const { mask, regions, width, height } = field;
  const x = pixel % width;
  const y = (pixel - x) / width;
  const lastX = Math.min(x + 1, width - 1);
  const lastY = Math.min(y + 1, height - 1);
  for (let row = Math.max(y - 1, 0); row <= lastY; row++) {
    for (let column = Math.max(x - 1, 0); column <= lastX; column++) {
      const neighbour = row * width + column;
      if (mask[neighbour] === 0 || regions[neighbour] !== 0) continue;
      regions[neighbour] = region;
      pending.push(neighbour);
    }
  }
}
