/** Pictures of one part that lies anyhow on a plain, shaded ground: a bar with a thick end. */
import type { Random } from "../../src/base/random.ts";
import type { RgbImage } from "../../src/base/raster.ts";

/** Where a part lies: its middle in pixels, its turn in radians from the picture's right towards its bottom. */
export interface Lie {
  readonly x: number;
  readonly y: number;
  readonly turn: number;
}

/** A lie at which the whole part is in a picture. */
export function randomLie(random: Random, { width, height }: { width: number; height: number }): Lie {
  const side = Math.min(width, height);
  const somewhere = (extent: number) => extent / 2 + (random.uniform() - 0.5) * 0.2 * side;
  return { x: somewhere(width), y: somewhere(height), turn: 2 * Math.PI * random.uniform() };
}

/** A place on the part, [u, v] along and across it in units of its length, as a place in the picture. */
export function placeOf(
  { x, y, turn }: Lie,
  [u, v]: readonly [number, number],
  length: number,
): [number, number] {
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  return [x + length * (cos * u - sin * v), y + length * (sin * u + cos * v)];
}

/** Length of the part in a picture, in pixels. */
export function partLength({ width, height }: { width: number; height: number }): number {
  return 0.6 * Math.min(width, height);
}

/**
 * The picture.
 *
 * @param lies - Of one part, or of several; null: the ground alone.
 * @param options - `mark`: a dark spot at that place of the part.
 */
export function lyingPart(
  size: { readonly width: number; readonly height: number },
  lies: Lie | readonly Lie[] | null,
  options: { readonly mark?: readonly [number, number]; readonly random: Random },
): RgbImage {
  const { width, height } = size;
  const { mark, random } = options;
  const length = partLength(size);
  const data = new Uint8Array(3 * width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      let level = 200 - (20 * column) / width + 10 * (row / height) + random.normal();
      for (const lie of [lies ?? []].flat()) {
        const [dx, dy] = [column + 0.5 - lie.x, row + 0.5 - lie.y];
        const [cos, sin] = [Math.cos(lie.turn), Math.sin(lie.turn)];
        const [u, v] = [(cos * dx + sin * dy) / length, (cos * dy - sin * dx) / length];
        const half = u > 0.3 ? 0.13 : 0.06; // the thick end
        const edge = Math.min(0.5 - Math.abs(u), half - Math.abs(v)) * length; // pixels inside
        const share = Math.min(1, Math.max(0, edge + 0.5));
        const near = mark === undefined ? 1 : Math.hypot(u - mark[0], v - mark[1]);
        const own = near < 0.04 ? 20 : 90 + 60 * Math.max(0, u);
        level += share * (own - level);
      }
      data.fill(
        Math.round(Math.min(255, Math.max(0, level))),
        3 * (row * width + column),
        3 * (row * width + column) + 3,
      );
    }
  }
  return { width, height, data };
}
