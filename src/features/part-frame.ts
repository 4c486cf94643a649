/**
 * The frame around a part: cut out of a picture, upright, and its map brought back into the picture.
 *
 * Places are in widths of the picture: x in [0, 1], y in [0, height / width].
 */
import type { Size } from "../base/raster.ts";
import {
  add,
  concat,
  constant,
  gridSample,
  mul,
  neg,
  reshape,
  resizeLinear,
  scalar,
  slice,
  sub,
  type Tensor,
} from "../graph/index.ts";

/** What is known of the part: everything that the search needs. */
export interface PartModel {
  /** Height of pictures in widths. */
  readonly aspect: number;
  /** Mean difference of the colours from the ground, in levels of 255, above which a pixel begins to count as part. */
  readonly contrast: number;
  /** Side of the square frame around the part, in widths of the picture. */
  readonly frame: number;
  /** Whether it has a main axis and is turned upright; else it is centred only. */
  readonly turns: boolean;
  /** Grey levels of the mean good part in its frame less their mean, [T, T] row by row. */
  readonly template: readonly number[];
}

/** A part's pose: middle (x, y), and cosine and sine of the turn from the frame to the picture, float32 [N, 4]. */
export type Pose = Tensor;

/** Places in the picture of the frame's pixels for each of K poses [N, K, 4], as a grid float32 [N, K, side·side, 2]. */
export function frameGrid(poses: Tensor, { aspect, frame }: PartModel, side: number): Tensor {
  const poseCount = poses.shape[1] ?? 1;
  const [cx, cy, cos, sin] = [0, 1, 2, 3].map((i) =>
    reshape(slice(poses, { axis: 2, start: i, end: i + 1 }), ["N", poseCount, 1, 1]),
  ) as [Tensor, Tensor, Tensor, Tensor];
  const steps = places(side, (i) => ((i + 0.5) / side - 0.5) * frame);
  const [u, v] = [reshape(steps, [1, 1, 1, side]), reshape(steps, [1, 1, side, 1])];
  const x = add(cx, sub(mul(cos, u), mul(sin, v)));
  const y = add(cy, add(mul(sin, u), mul(cos, v)));
  const last = (values: Tensor) => reshape(values, ["N", poseCount, side * side, 1]);
  return concat(
    [last(sub(mul(x, scalar(2)), scalar(1))), last(sub(mul(y, scalar(2 / aspect)), scalar(1)))],
    3,
  );
}

/** The frame around the part as a square picture, float32 [N, C, side, side]. @param planes - float32 [N, C, H, W]. */
export function partFrame(planes: Tensor, pose: Pose, model: PartModel, side: number): Tensor {
  return sampledFrame(atFrameScale(planes, model, side), pose, model, side);
}

/** Pictures whose pixels are as large as those of the frame, so that nothing aliases when it is cut out. */
export function atFrameScale(planes: Tensor, { aspect, frame }: PartModel, side: number): Tensor {
  const width = Math.max(8, Math.round(side / frame));
  return resizeLinear(planes, Math.max(8, Math.round(width * aspect)), width);
}

/** As {@link partFrame}, of pictures whose pixels are about as large as the frame's. */
export function sampledFrame(planes: Tensor, pose: Pose, model: PartModel, side: number): Tensor {
  const grid = frameGrid(reshape(pose, ["N", 1, 4]), model, side);
  return gridSample(planes, reshape(grid, ["N", side, side, 2]), "border");
}

/** Place in the picture, in its widths, of the i-th pixel of a frame of `side` pixels. @param pose - Of one picture, [4]. */
export function framePlace(
  i: number,
  side: number,
  pose: ArrayLike<number>,
  { frame }: PartModel,
): { readonly x: number; readonly y: number } {
  const [cx, cy, cos, sin] = [pose[0] ?? 0, pose[1] ?? 0, pose[2] ?? 1, pose[3] ?? 0];
  const u = (((i % side) + 0.5) / side - 0.5) * frame;
  const v = ((Math.floor(i / side) + 0.5) / side - 0.5) * frame;
  return { x: cx + cos * u - sin * v, y: cy + sin * u + cos * v };
}

/** The inverse of {@link partFrame}: a map of the frame as a map of the whole picture, on a grid of that size; 0 outside the frame. */
export function pictureMap(map: Tensor, pose: Pose, model: PartModel, size: Size): Tensor {
  return gridSample(map, pictureGrid(size, pose, model), "zeros");
}

/** As {@link pictureMap} of numbers that stand for something, which have nothing between them. */
export function pictureLabels(labels: Tensor, pose: Pose, model: PartModel, size: Size): Tensor {
  return gridSample(labels, pictureGrid(size, pose, model), "zeros", "nearest");
}

/** Places in the frame of a picture's pixels, as a grid float32 [N, height, width, 2]. */
function pictureGrid({ width, height }: Size, pose: Pose, model: PartModel): Tensor {
  const part = (i: number) => reshape(slice(pose, { axis: 1, start: i, end: i + 1 }), ["N", 1, 1]);
  const [cos, sin] = [part(2), part(3)];
  const columns = reshape(
    places(width, (i) => (i + 0.5) / width),
    [1, 1, width],
  );
  const rows = reshape(
    places(height, (i) => ((i + 0.5) / height) * model.aspect),
    [1, height, 1],
  );
  const [x, y] = [sub(columns, part(0)), sub(rows, part(1))];
  const unit = scalar(2 / model.frame);
  const u = mul(add(mul(cos, x), mul(sin, y)), unit);
  const v = mul(add(neg(mul(sin, x)), mul(cos, y)), unit);
  const last = (values: Tensor) => reshape(values, ["N", height, width, 1]);
  return concat([last(u), last(v)], 3);
}

function places(count: number, of: (i: number) => number): Tensor {
  return constant({
    dtype: "float32",
    shape: [count],
    data: Float32Array.from({ length: count }, (_, i) => of(i)),
  });
}
