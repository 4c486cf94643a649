/**
 * Pictures of any size, read tile by tile: a loop over rows of tiles and one over their columns, so that memory holds one tile's
 * network and the maps. Tiles are evenly spaced and overlap; from one to the next their maps fade into each other.
 */
import {
  add,
  cast,
  collect,
  constant,
  div,
  extentOf,
  floor,
  gather,
  gatherPlaces,
  max,
  min,
  mul,
  neg,
  placesOf,
  reduceMax,
  reshape,
  scalar,
  sub,
  type Tensor,
  transpose,
} from "../graph/index.ts";

/** How pictures are cut. */
export interface TileGrid {
  /** Side of a tile in pixels. */
  readonly tilePx: number;
  /** Pixels that neighbours share at least, below a tile's side. */
  readonly overlapPx: number;
}

/** Tiles along an axis of so many pixels: ⌈(L - S) / (S - overlap)⌉ + 1. */
export function tileCount(lengthPx: number, { tilePx, overlapPx }: TileGrid): number {
  return Math.ceil(Math.max(0, lengthPx - tilePx) / (tilePx - overlapPx)) + 1;
}

/** What is made of a tile: maps float32 [N, C, S, S], and a score [N, 1] where there is one. */
export interface TileReading {
  readonly maps: Tensor;
  readonly score?: Tensor;
}

/**
 * Maps of whole pictures; a picture's score is that of its highest tile.
 *
 * Along an axis of L pixels there are K = ⌈(L - S) / (S - overlap)⌉ + 1 tiles, the k-th from ⌊k·(L - S) / (K - 1) + 1/2⌋. A picture smaller
 * than a tile is continued by its edge.
 *
 * @param layers - What is cut: uint8 [N, H, W, 3], H and W known at run time; others of the same H and W, [1, H, W, C].
 * @param read - Reads tiles float32 [N, C, S, S] in [0, 255], one of each layer; made of them and constants alone.
 * @returns Maps float32 [N, C, H, W] and score [N, 1].
 */
export function overTiles(
  layers: readonly [Tensor, ...Tensor[]],
  grid: TileGrid,
  read: (tiles: readonly Tensor[]) => TileReading,
): TileReading {
  const [pixels] = layers;
  const [rows, columns] = [tileAxis(pixels, 1, grid), tileAxis(pixels, 2, grid)];
  const around = [...rows.spacing, ...columns.spacing, columns.turns, ...columns.fade, ...layers];
  const cut = (whole: readonly Tensor[], places: Tensor, axis: number) =>
    whole.map((layer) => gather(layer, places, axis));
  const [ofRows, scoreOfRows] = collect(rows.turns, around, (row, inside) => {
    const strips = cut(inside.slice(10), tilePlaces(row, inside.slice(0, 3), grid), 1); // uint8 [N, S, W, C]
    const turns = inside[6] ?? row;
    const [ofTiles = row, scores] = collect(turns, [...inside.slice(3, 6), ...strips], (column, within) => {
      const tiles = cut(within.slice(3), tilePlaces(column, within.slice(0, 3), grid), 2); // uint8 [N, S, S, C]
      const { maps, score } = read(tiles.map((tile) => transpose(cast(tile, "float32"), [0, 3, 1, 2])));
      return score === undefined ? [maps] : [maps, score];
    });
    const joined = faded(transpose(ofTiles, [0, 4, 1, 2, 3]), inside.slice(7, 10)); // [W, N, C, S]
    return [transpose(joined, [1, 2, 3, 0]), ...(scores ? [highest(scores)] : [])];
  });
  const maps = faded(transpose(ofRows ?? pixels, [0, 3, 1, 2, 4]), rows.fade); // [H, N, C, W]
  return {
    maps: transpose(maps, [1, 2, 0, 3]),
    ...(scoreOfRows && { score: highest(scoreOfRows) }),
  };
}

/** Highest of all turns. */
function highest(scores: Tensor): Tensor {
  return reduceMax(scores, { axes: [0], keepDims: false });
}

/** Tiles along one axis. */
interface TileAxis {
  /** Number of tiles, int64 []. */
  readonly turns: Tensor;
  /** Distance between tiles, start of the last one, last pixel: float32 [1] each. */
  readonly spacing: readonly [gap: Tensor, room: Tensor, last: Tensor];
  /** For each pixel: the later tile on it with the place there, the earlier one, int64 [L, 2], and the later one's weight [L, 1, 1, 1]. */
  readonly fade: readonly [later: Tensor, earlier: Tensor, weight: Tensor];
}

function tileAxis(pixels: Tensor, axis: number, { tilePx, overlapPx }: TileGrid): TileAxis {
  const length = reshape(extentOf(pixels, axis), [1]);
  const one = scalar(1);
  const room = max(sub(length, scalar(tilePx)), scalar(0));
  const gaps = ceil(mul(room, scalar(1 / (tilePx - overlapPx))));
  const gap = max(div(room, max(gaps, one)), one);
  const dim = pixels.shape[axis] ?? "L";
  const place = reshape(placesOf(pixels, axis), [dim]); // [L]
  const middle = add(place, scalar(0.5));
  const later = min(max(sub(ceil(div(middle, gap)), one), scalar(0)), gaps);
  const earlier = max(sub(later, one), scalar(0));
  const inTile = (tile: Tensor) =>
    min(max(sub(place, tileStart(tile, gap, room)), scalar(0)), scalar(tilePx - 1));
  const fadePx = max(floor(min(sub(scalar(tilePx), gap), gap)), one); // what two tiles share, their starts rounded
  const weight = div(sub(middle, tileStart(later, gap, room)), fadePx);
  const places = (tile: Tensor) => cast(pairs(tile, inTile(tile), dim), "int64");
  return {
    turns: cast(reshape(add(gaps, one), []), "int64"),
    spacing: [gap, room, sub(length, one)],
    fade: [places(later), places(earlier), reshape(min(max(weight, scalar(0)), one), [dim, 1, 1, 1])],
  };
}

/** Two columns beside each other, [L, 2]. */
function pairs(a: Tensor, b: Tensor, dim: string | number): Tensor {
  const column = (values: Tensor) => reshape(values, [dim, 1]);
  const unit = (first: number) =>
    constant({ dtype: "float32", shape: [1, 2], data: Float32Array.of(first, 1 - first) });
  return add(mul(column(a), unit(1)), mul(column(b), unit(0)));
}

/** First pixel of a tile. */
function tileStart(tile: Tensor, gap: Tensor, room: Tensor): Tensor {
  return min(floor(add(mul(tile, gap), scalar(0.5))), room);
}

/** Pixels of the tile of a turn along an axis, int64 [S]. */
function tilePlaces(turn: Tensor, [gap, room, last]: readonly Tensor[], { tilePx }: TileGrid): Tensor {
  const data = Float32Array.from({ length: tilePx }, (_, i) => i);
  const along = constant({ dtype: "float32", shape: [tilePx], data });
  const tile = reshape(cast(turn, "float32"), [1]);
  const start = tileStart(tile, gap ?? tile, room ?? tile);
  return cast(min(add(along, start), last ?? start), "int64");
}

/** [K, S, ...] of the tiles along an axis as [L, ...] of its pixels. */
function faded(tiles: Tensor, [later, earlier, weight]: readonly Tensor[]): Tensor {
  if (later === undefined || earlier === undefined || weight === undefined) return tiles;
  const [a, b] = [gatherPlaces(tiles, later), gatherPlaces(tiles, earlier)];
  return add(b, mul(weight, sub(a, b)));
}

function ceil(x: Tensor): Tensor {
  return neg(floor(neg(x)));
}
