/** What a small piece of picture looks like, without a network: its colour, and how much detail of each size and direction. */
import {
  abs,
  add,
  averageCells,
  concat,
  constant,
  conv2d,
  log,
  scalar,
  slice,
  sqrt,
  sub,
  type Tensor,
} from "../graph/index.ts";
import { alongAxes, correlateWithEach, neighbourhoodMean } from "./map-filter.ts";

/** Distances in pixels between the taps of the three scales' filters. */
const steps = [1, 2, 4] as const;

/** Brightness, red-green and blue-yellow of red, green and blue. */
const opponents = Float32Array.of(1 / 3, 1 / 3, 1 / 3, 1, -1, 0, -0.5, -0.5, 1);

/**
 * Detail that does not count, in the pictures' unit (ours): over the side of a cell in pixels, since the noise of a mean over a cell
 * falls with it. 0.01, or a good grey level of 255, at cells of 2 pixels.
 */
const detailFloor = 0.02;

/** Values of {@link textureFeatures} at each place of pictures of so many channels: 39, or 31. */
export function textureFeatureCount(channels: 1 | 3): number {
  return channels + steps.length + steps.length * (channels + 2 * directions.length);
}

const rootOffset = 1e-4; // under the root: its slope at 0 would make noise count (ours)

const smallestGrid = 24; // places along a side, at least, as long as the image has them (ours)

/** Side in pixels of the places that a picture of `sizePx` is described by: 1, 2, 4 or 8. */
export function textureCellPx(sizePx: number): number {
  return [8, 4, 2].find((cell) => sizePx % cell === 0 && sizePx / cell >= smallestGrid) ?? 1;
}

/**
 * Colour and texture of every place: mean colours and mean detail of three scales (6 values), and the logarithm of the mean
 * strength of detail in three colours and three scales, and of slope and of line in four directions and three scales (33 values). Of grey pictures
 * 4 and 27.
 *
 * The logarithm makes strengths, which are never negative and have long tails, close to normally distributed. Details are the
 * differences of an "à trous" pyramid (Holschneider et al. 1989), smoothed with 1-2-1 at each step; the choice of values is ours.
 *
 * @param pictures - float32 [N, C, S, S] in [-1, 1], C = 3, or 1 of pictures without colour: those have grey's values only.
 * @returns float32 [N, {@link textureFeatureCount}(C), g, g], g = S / {@link textureCellPx}; averaged over a neighbourhood of about a thirteenth of the side.
 */
export function textureFeatures(pictures: Tensor): Tensor {
  const { means, strengths, cell } = cellsOf(pictures);
  const all = concat([means, log(add(strengths, scalar(detailFloor / cell)))], 1);
  const grid = Number(all.shape[3]);
  return neighbourhoodMean(all, Math.max(1, Math.round(grid / 28)));
}

/**
 * The same values of every cell by itself, with the root of the strengths in place of the logarithm: an edge counts for more than how calm the
 * ground is.
 *
 * @param pictures - As those of {@link textureFeatures}.
 * @returns float32 [N, {@link textureFeatureCount}(C), g, g], g = S / {@link textureCellPx}.
 */
export function strengthFeatures(pictures: Tensor): Tensor {
  const { means, strengths } = cellsOf(pictures);
  return concat([means, sqrt(add(strengths, scalar(rootOffset)))], 1);
}

/** What every cell holds: float32 [N, C + 3, g, g] and [N, 3 · (C + 8), g, g], g = S / `cell`. */
interface Cells {
  readonly means: Tensor;
  readonly strengths: Tensor;
  readonly cell: number;
}

/** Cells of pictures that were described before: both descriptions of the same pictures are made of the same filters' answers. */
const described = new WeakMap<Tensor, Cells>();

function cellsOf(pictures: Tensor): Cells {
  const known = described.get(pictures);
  if (known) return known;
  const cells = newCellsOf(pictures);
  described.set(pictures, cells);
  return cells;
}

function newCellsOf(pictures: Tensor): Cells {
  const cell = textureCellPx(Number(pictures.shape[3]));
  const isGrey = Number(pictures.shape[1]) === 1;
  const colours = isGrey
    ? pictures
    : conv2d(pictures, constant({ dtype: "float32", shape: [3, 3, 1, 1], data: opponents }));
  const means = [averageCells(colours, cell)];
  const strengths: Tensor[] = [];
  let image = colours;
  for (const step of steps) {
    const smooth = alongAxes(image, Float32Array.of(1 / 4, 1 / 2, 1 / 4), step);
    const detail = sub(image, smooth);
    means.push(averageCells(brightness(detail), cell));
    const grey = brightness(image);
    strengths.push(averageCells(abs(concat([detail, slopesAndLines(grey, step)], 1)), cell));
    image = smooth;
  }
  return { means: concat(means, 1), strengths: concat(strengths, 1), cell };
}

/** The directions of slopes and lines: rows down, columns to the right. */
const directions = [
  [0, 1],
  [1, 0],
  [1, 1],
  [1, -1],
] as const;

/**
 * Four slopes - differences across each place to the right, downwards and along both diagonals - and four lines, differences of
 * each place from the mean of its two neighbours along the same directions. One convolution for all eight, since ONNX Runtime
 * computes as many channels in the time of one.
 *
 * @param image - float32 [N, 1, S, S].
 * @returns float32 [N, 8, S, S].
 */
function slopesAndLines(image: Tensor, step: number): Tensor {
  const kernel = (taps: readonly (readonly [down: number, right: number, value: number])[]): Float32Array => {
    const values = new Float32Array(9);
    for (const [down, right, value] of taps) values[(1 + down) * 3 + 1 + right] = value;
    return values;
  };
  const along = Math.SQRT1_2;
  const slopes = [
    kernel([
      [0, 1, 1],
      [0, -1, -1],
    ]),
    kernel([
      [1, 0, 1],
      [-1, 0, -1],
    ]),
    kernel([
      [0, 1, along],
      [0, -1, -along],
      [1, 0, along],
      [-1, 0, -along],
    ]),
    kernel([
      [0, 1, along],
      [0, -1, -along],
      [1, 0, -along],
      [-1, 0, along],
    ]),
  ];
  const lines = directions.map(([down, right]) =>
    kernel([
      [0, 0, 1],
      [down, right, -1 / 2],
      [-down, -right, -1 / 2],
    ]),
  );
  return correlateWithEach(image, [...slopes, ...lines], [3, 3], step);
}

function brightness(colours: Tensor): Tensor {
  return slice(colours, { axis: 1, start: 0, end: 1 });
}
