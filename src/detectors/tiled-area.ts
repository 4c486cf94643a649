/**
 * What is looked at of pictures that are read in tiles: cut to the rectangle around it, and mirrored into the places that are ignored, so
 * that no tile shows an edge where the area ends.
 */
import type { Shape } from "../base/shape.ts";
import {
  add,
  cast,
  constant,
  div,
  extentOf,
  floor,
  gather,
  gatherPlaces,
  greater,
  max,
  min,
  mul,
  neg,
  placesOf,
  range,
  reshape,
  scalar,
  sub,
  type Tensor,
  transpose,
  where,
} from "../graph/index.ts";
import type { LookedArea } from "./looked-area.ts";

/** Pictures as tiles read them. */
export interface SeenArea {
  /** uint8 [N, H', W', 3]: the rectangle around what is looked at. */
  readonly pixels: Tensor;
  /** Labels of the rectangle, uint8 [1, H', W', 1]; absent where all of it is looked at. */
  readonly labels?: Tensor;
  /** Labels of the whole picture, float32 [1, 1, H, W]. */
  readonly wholeLabels: Tensor;
  /** Maps of the rectangle [N, C, H', W'] as maps of the whole picture [N, C, H, W]; outside they mean nothing. */
  readonly whole: (maps: Tensor) => Tensor;
}

/**
 * The area on pictures of any size: it is stretched with them, as the squares of a picture are.
 *
 * @param pixels - uint8 [N, H, W, 3], H and W known at run time.
 */
export function seenArea(pixels: Tensor, area: LookedArea): SeenArea {
  const { width, height, data } = area;
  const { top, left, bottom, right } = boundsOf(area);
  const rows = axisOf(pixels, { axis: 1, size: height, first: top, end: bottom });
  const columns = axisOf(pixels, { axis: 2, size: width, first: left, end: right });
  const labels = constant({ dtype: "uint8", shape: [1, height, width, 1], data });
  const wholeLabels = gather(gather(labels, rows.cells, 1), columns.cells, 2);
  const cut = (whole: Tensor) => gather(gather(whole, rows.inside, 1), columns.inside, 2);
  const isRectangle =
    (bottom - top) * (right - left) === data.reduce((sum, label) => sum + (label > 0 ? 1 : 0), 0);
  return {
    ...(isRectangle
      ? { pixels: cut(pixels) }
      : { pixels: mirrored(pixels, wholeLabels, { area, rows, columns }), labels: cut(wholeLabels) }),
    wholeLabels: transpose(cast(wholeLabels, "float32"), [0, 3, 1, 2]),
    whole: (maps) => gather(gather(maps, rows.nearest, 2), columns.nearest, 3),
  };
}

/** An axis of pictures, with the area's cells on it. */
interface Axis {
  /** Cell of the area that each pixel lies in, int64 [L]. */
  readonly cells: Tensor;
  /** Pixels within the bounds, int64 [L']. */
  readonly inside: Tensor;
  /** For each pixel the nearest one within the bounds, counted from their first, int64 [L]. */
  readonly nearest: Tensor;
  /** Pixels for each of the area's cells: float32 [1]. */
  readonly step: Tensor;
}

function axisOf(
  pixels: Tensor,
  {
    axis,
    size,
    first,
    end,
  }: { readonly axis: 1 | 2; readonly size: number; readonly first: number; readonly end: number },
): Axis {
  const dim = pixels.shape[axis] ?? "L";
  const length = reshape(extentOf(pixels, axis), [1]);
  const places = reshape(placesOf(pixels, axis), [dim]);
  const cells = floor(div(mul(add(places, scalar(0.5)), scalar(size)), length));
  const step = mul(length, scalar(1 / size));
  /** First pixel whose middle lies at or behind the start of a cell. */
  const pixelAt = (cell: number) => neg(floor(neg(sub(mul(step, scalar(cell)), scalar(0.5)))));
  const start = min(max(pixelAt(first), scalar(0)), sub(length, scalar(1)));
  const count = max(sub(min(pixelAt(end), length), start), scalar(1));
  const inside = add(range(reshape(count, []), `${dim}'`), start);
  const nearest = min(max(sub(places, start), scalar(0)), sub(count, scalar(1)));
  return {
    cells: cast(min(cells, scalar(size - 1)), "int64"),
    inside: cast(inside, "int64"),
    nearest: cast(nearest, "int64"),
    step,
  };
}

/** What tiles show where nothing is looked at, nor, in a picture of another size, at the place mirrored there: middle grey. */
const blank = 128;

/** The rectangle with what is looked at mirrored where nothing is, uint8 [N, H', W', 3]. */
function mirrored(
  pixels: Tensor,
  labels: Tensor,
  { area, rows, columns }: { readonly area: LookedArea; readonly rows: Axis; readonly columns: Axis },
): Tensor {
  const { width, height } = area;
  const inside = (values: Tensor) => {
    const cellsOf = (axis: Axis) => gather(axis.cells, axis.inside);
    return cast(gather(gather(values, cellsOf(rows), 0), cellsOf(columns), 1), "float32"); // [H', W', 1]
  };
  const shape = [height, width, 1];
  const source = inside(constant({ dtype: "int32", shape, data: mirrorPlaces(area) }));
  const isLooked = greater(inside(constant({ dtype: "uint8", shape, data: area.data })), scalar(0));
  const row = floor(div(source, scalar(width)));
  const column = sub(source, mul(row, scalar(width)));
  const dimOf = ({ inside }: Axis) => inside.shape[0] ?? "L'";
  const own = ({ inside }: Axis, order: Shape) => reshape(cast(inside, "float32"), order);
  const middle = (cell: Tensor, { step }: Axis) => floor(mul(add(cell, scalar(0.5)), step));
  const from = (axis: Axis, order: Shape, cell: Tensor) =>
    where(isLooked, own(axis, order), middle(cell, axis));
  const [y, x] = [from(rows, [dimOf(rows), 1, 1], row), from(columns, [1, dimOf(columns), 1], column)];
  const unit = (...data: readonly [number, number]) =>
    constant({ dtype: "float32", shape: [1, 1, 2], data: Float32Array.from(data) });
  const places = cast(add(mul(y, unit(1, 0)), mul(x, unit(0, 1))), "int64"); // [H', W', 2]
  const at = (layer: Tensor) => gatherPlaces(transpose(layer, [1, 2, 0, 3]), places); // [H', W', N, C]
  const isShown = greater(cast(at(labels), "float32"), scalar(0));
  const grey = constant({ dtype: "uint8", shape: [1, 1, 1, 1], data: Uint8Array.of(blank) });
  return transpose(where(isShown, at(pixels), grey), [2, 0, 1, 3]);
}

/** The smallest upright rectangle around what is looked at: its first row and column, and those behind its last. */
function boundsOf({ width, data }: LookedArea) {
  const bounds = { top: Infinity, left: Infinity, bottom: 0, right: 0 };
  data.forEach((label, place) => {
    if (label === 0) return;
    const [row, column] = [Math.floor(place / width), place % width];
    bounds.top = Math.min(bounds.top, row);
    bounds.left = Math.min(bounds.left, column);
    bounds.bottom = Math.max(bounds.bottom, row + 1);
    bounds.right = Math.max(bounds.right, column + 1);
  });
  return bounds;
}

/**
 * For each place the one that is shown there, int32 [height, width]: itself where it is looked at, else its mirror image in the nearest one
 * that is (by steps along rows and columns), or that one where the mirror image is not looked at either.
 */
export function mirrorPlaces({ width, height, data }: LookedArea): Int32Array {
  const nearest = new Int32Array(data.length).fill(-1);
  const queue = new Int32Array(data.length);
  let length = 0;
  data.forEach((label, place) => {
    if (label === 0) return;
    nearest[place] = place;
    queue[length++] = place;
  });
  for (let next = 0; next < length; next++) {
    const place = queue[next] ?? 0;
    const column = place % width;
    const around = [
      place - width,
      place + width,
      column > 0 ? place - 1 : -1,
      column < width - 1 ? place + 1 : -1,
    ];
    for (const other of around) {
      if (nearest[other] !== -1) continue; // taken, or beyond the picture
      nearest[other] = nearest[place] ?? -1;
      queue[length++] = other;
    }
  }
  return nearest.map((edge, place) => {
    const column = 2 * (edge % width) - (place % width);
    const row = 2 * Math.floor(edge / width) - Math.floor(place / width);
    const isInside = column >= 0 && column < width && row >= 0 && row < height;
    const mirror = row * width + column;
    return isInside && data[mirror] !== 0 ? mirror : edge;
  });
}
