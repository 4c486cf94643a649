/**
 * Where a part lies on a plain ground, and which way it points, as a piece of graph.
 *
 * The ground is a plane through the picture's border; what differs from it is the part. Its moments give middle and main
 * axis, its likeness to the mean good part says which end is which and mends the rest in a small search.
 * Places are in widths of the picture: x in [0, 1], y in [0, height / width].
 */
import {
  abs,
  add,
  cast,
  concat,
  constant,
  div,
  greater,
  greaterOrEqual,
  gridSample,
  matmul,
  max,
  min,
  mul,
  neg,
  reduceMean,
  reduceMin,
  reduceSum,
  reshape,
  resizeLinear,
  scalar,
  slice,
  sqrt,
  sub,
  type Tensor,
  where,
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

/** Width at which a part is looked for, in pixels (ours). */
export const searchWidthPx = 96;

/** T: side of the template, in pixels (ours). */
export const templateSidePx = 48;

/** Steps of the search, coarse to fine (ours): shifts as fractions of the frame, turns in degrees. */
const searchSteps = [
  { shifts: [-0.04, 0, 0.04], turns: [-6, -3, 0, 3, 6] },
  { shifts: [-0.015, 0, 0.015], turns: [-1.5, 0, 1.5] },
  { shifts: [-0.006, 0, 0.006], turns: [-0.6, 0, 0.6] },
  { shifts: [-0.0025, 0, 0.0025], turns: [-0.25, 0, 0.25] },
] as const;

/** Rows of the small picture in which a part is looked for. */
export function searchHeightPx(aspect: number): number {
  return Math.max(8, Math.round(searchWidthPx * aspect));
}

/** Pictures at the size for the search, float32 [N, 3, h, w], from pictures of any size. */
export function smallPictures(planes: Tensor, aspect: number): Tensor {
  return resizeLinear(planes, searchHeightPx(aspect), searchWidthPx);
}

/**
 * How far each pixel is from the ground, the mean over the colours.
 *
 * @param small - float32 [N, 3, h, w].
 * @returns float32 [N, h·w].
 */
export function groundDistance(small: Tensor): Tensor {
  const [height, width] = small.shape.slice(2).map(Number) as [number, number];
  const { basis, projection } = groundPlane(height, width);
  const rows = reshape(small, ["N", 3, height * width]);
  const ground = matmul(matmul(rows, projection), basis);
  return reduceMean(abs(sub(rows, ground)), { axes: [1], keepDims: false });
}

/** Share of each pixel that is part, float32 [N, h·w] in [0, 1]: none below the contrast, all from twice as much. */
export function partWeights(small: Tensor, contrast: number): Tensor {
  const relative = sub(mul(groundDistance(small), scalar(1 / contrast)), scalar(1));
  return min(max(relative, scalar(0)), scalar(1));
}

/** Pose by moments; the heavier tail points to the frame's right. @param weights - float32 [N, h·w] of {@link partWeights}. */
export function poseByMoments(weights: Tensor, model: Pick<PartModel, "aspect" | "turns">): Pose {
  const { x, y } = pixelPlaces(searchHeightPx(model.aspect), searchWidthPx);
  const count = x.length;
  const columns = [
    x.map(() => 1),
    x,
    y,
    x.map((v) => v * v),
    x.map((v, i) => v * (y[i] ?? 0)),
    y.map((v) => v * v),
  ];
  const powers = Float32Array.from({ length: count * 6 }, (_, i) => columns[i % 6]?.[Math.floor(i / 6)] ?? 0);
  const sums = matmul(weights, constant({ dtype: "float32", shape: [count, 6], data: powers }));
  const sum = (index: number) => slice(sums, { axis: 1, start: index, end: index + 1 });
  const mass = max(sum(0), scalar(1e-3));
  const [cx, cy] = [div(sum(1), mass), div(sum(2), mass)];
  if (!model.turns) return concat([cx, cy, add(mul(cx, scalar(0)), scalar(1)), mul(cx, scalar(0))], 1);
  const [xx, xy, yy] = [
    sub(div(sum(3), mass), mul(cx, cx)),
    sub(div(sum(4), mass), mul(cx, cy)),
    sub(div(sum(5), mass), mul(cy, cy)),
  ];
  const difference = sub(xx, yy);
  const length = add(sqrt(add(mul(difference, difference), mul(scalar(4), mul(xy, xy)))), scalar(1e-9));
  const half = (sign: number) =>
    sqrt(max(add(scalar(0.5), mul(scalar(sign / 2), div(difference, length))), scalar(0)));
  const [cos, sin] = [half(1), mul(where(greater(scalar(0), xy), scalar(-1), scalar(1)), half(-1))];
  const along = add(mul(cos, sub(row(x), cx)), mul(sin, sub(row(y), cy)));
  const tail = reduceSum(mul(weights, mul(along, mul(along, along))), { axes: [1] });
  const end = where(greater(scalar(0), tail), scalar(-1), scalar(1));
  return concat([cx, cy, mul(cos, end), mul(sin, end)], 1);
}

/** What the search found. */
export interface LocatedPart {
  readonly pose: Pose;
  /** 1 - correlation with the mean good part, float32 [N, 1] in [0, 2]. */
  readonly misfit: Tensor;
}

/** Finds the part. @param planes - float32 [N, 3, H, W] in [0, 255]. */
export function locatePart(planes: Tensor, model: PartModel): LocatedPart {
  const small = smallPictures(planes, model.aspect);
  const grey = reduceMean(small, { axes: [1] });
  let pose = poseByMoments(partWeights(small, model.contrast), model);
  let misfit = scalar(0);
  const ends = model.turns ? [{ shifts: [0], turns: [0, 180] }] : [];
  for (const { shifts, turns } of [...ends, ...searchSteps]) {
    const offsets = shifts.flatMap((dx) =>
      shifts.flatMap((dy) => (model.turns ? turns : [0]).map((turn) => ({ dx, dy, turn }))),
    );
    ({ pose, misfit } = bestOf(grey, pose, offsets, model));
  }
  return { pose, misfit };
}

interface Offset {
  readonly dx: number;
  readonly dy: number;
  /** Degrees. */
  readonly turn: number;
}

/** Of some poses near a pose the one at which the picture is most like the template. */
function bestOf(grey: Tensor, pose: Pose, offsets: readonly Offset[], model: PartModel): LocatedPart {
  const values = (of: (offset: Offset) => number) => row(offsets.map(of));
  const radians = ({ turn }: Offset) => (turn * Math.PI) / 180;
  const [cx, cy, cos, sin] = [0, 1, 2, 3].map((i) => slice(pose, { axis: 1, start: i, end: i + 1 })) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const [dx, dy] = [values(({ dx }) => dx * model.frame), values(({ dy }) => dy * model.frame)];
  const [dc, ds] = [
    values((offset) => Math.cos(radians(offset))),
    values((offset) => Math.sin(radians(offset))),
  ];
  const column = (x: Tensor) => reshape(x, ["N", offsets.length, 1]);
  const candidates = concat(
    [
      column(add(cx, sub(mul(cos, dx), mul(sin, dy)))),
      column(add(cy, add(mul(sin, dx), mul(cos, dy)))),
      column(sub(mul(cos, dc), mul(sin, ds))),
      column(add(mul(sin, dc), mul(cos, ds))),
    ],
    2,
  ); // [N, K, 4]
  const seen = gridSample(grey, frameGrid(candidates, model, templateSidePx), "border"); // [N, 1, K, T·T]
  const centred = sub(seen, reduceMean(seen, { axes: [3] }));
  const template = row(model.template);
  const templateLength = Math.sqrt(model.template.reduce((sum, value) => sum + value * value, 0)) + 1e-6;
  const lengths = sqrt(add(reduceSum(mul(centred, centred), { axes: [3] }), scalar(1e-3)));
  const likeness = div(
    reduceSum(mul(centred, template), { axes: [3] }),
    mul(lengths, scalar(templateLength)),
  );
  const misfits = reshape(sub(scalar(1), likeness), ["N", offsets.length]);
  const ranked = add(misfits, row(offsets.map((_, i) => i * 1e-6))); // so that no two are alike
  const isBest = cast(greaterOrEqual(reduceMin(ranked, { axes: [1] }), ranked), "float32");
  const best = mul(column(isBest), candidates);
  return {
    pose: reduceSum(best, { axes: [1], keepDims: false }),
    misfit: reduceSum(mul(isBest, misfits), { axes: [1] }),
  };
}

/** Places in the picture of the frame's pixels for each of K poses [N, K, 4], as a grid float32 [N, K, side·side, 2]. */
function frameGrid(poses: Tensor, { aspect, frame }: PartModel, side: number): Tensor {
  const [cx, cy, cos, sin] = [0, 1, 2, 3].map((i) => slice(poses, { axis: 2, start: i, end: i + 1 })) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const places = Array.from({ length: side * side }, (_, i) => i);
  const u = row(places.map((i) => (((i % side) + 0.5) / side - 0.5) * frame));
  const v = row(places.map((i) => ((Math.floor(i / side) + 0.5) / side - 0.5) * frame));
  const x = add(cx, sub(mul(cos, u), mul(sin, v)));
  const y = add(cy, add(mul(sin, u), mul(cos, v)));
  const poseCount = poses.shape[1] ?? 1;
  const last = (values: Tensor) => reshape(values, ["N", poseCount, side * side, 1]);
  return concat(
    [last(sub(mul(x, scalar(2)), scalar(1))), last(sub(mul(y, scalar(2 / aspect)), scalar(1)))],
    3,
  );
}

/** The frame around the part as a square picture, float32 [N, C, side, side]. @param planes - float32 [N, C, H, W]. */
export function partFrame(planes: Tensor, pose: Pose, model: PartModel, side: number): Tensor {
  const width = Math.max(8, Math.round(side / model.frame));
  const shrunk = resizeLinear(planes, Math.max(8, Math.round(width * model.aspect)), width); // so that nothing aliases
  const grid = frameGrid(reshape(pose, ["N", 1, 4]), model, side);
  return gridSample(shrunk, reshape(grid, ["N", side, side, 2]), "border");
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

/** The inverse of {@link partFrame}: a map of the frame as a square map of the whole picture; 0 outside the frame. */
export function pictureMap(map: Tensor, pose: Pose, model: PartModel): Tensor {
  return gridSample(map, pictureGrid(Number(map.shape[3]), pose, model), "zeros");
}

/** As {@link pictureMap} of numbers that stand for something, which have nothing between them. */
export function pictureLabels(labels: Tensor, pose: Pose, model: PartModel): Tensor {
  return gridSample(labels, pictureGrid(Number(labels.shape[3]), pose, model), "zeros", "nearest");
}

/** Places in the frame of a square map's pixels, as a grid float32 [N, side, side, 2]. */
function pictureGrid(side: number, pose: Pose, model: PartModel): Tensor {
  const part = (i: number) => slice(pose, { axis: 1, start: i, end: i + 1 });
  const [cos, sin] = [part(2), part(3)];
  const places = Array.from({ length: side * side }, (_, i) => i);
  const x = sub(row(places.map((i) => ((i % side) + 0.5) / side)), part(0));
  const y = sub(row(places.map((i) => ((Math.floor(i / side) + 0.5) / side) * model.aspect)), part(1));
  const unit = scalar(2 / model.frame);
  const u = mul(add(mul(cos, x), mul(sin, y)), unit);
  const v = mul(add(neg(mul(sin, x)), mul(cos, y)), unit);
  const last = (values: Tensor) => reshape(values, ["N", side, side, 1]);
  return concat([last(u), last(v)], 3);
}

function row(values: readonly number[]): Tensor {
  return constant({ dtype: "float32", shape: [1, values.length], data: Float32Array.from(values) });
}

/** Middles of the pixels of a small picture, row by row. */
export function pixelPlaces(height: number, width: number): { x: number[]; y: number[] } {
  const indices = Array.from({ length: height * width }, (_, i) => i);
  return {
    x: indices.map((i) => ((i % width) + 0.5) / width),
    y: indices.map((i) => (Math.floor(i / width) + 0.5) / width),
  };
}

/** Matrices that put a plane through a picture's border by least squares: pixels → 3 coefficients → pixels. */
function groundPlane(height: number, width: number): { basis: Tensor; projection: Tensor } {
  const places = height * width;
  const terms = (i: number) => [
    1,
    (((i % width) + 0.5) / width) * 2 - 1,
    ((Math.floor(i / width) + 0.5) / height) * 2 - 1,
  ];
  const isBorder = (i: number) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x === 0 || y === 0 || x === width - 1 || y === height - 1;
  };
  // The border is symmetric around the middle: the three terms are orthogonal on it.
  const squares = [0, 0, 0];
  for (let i = 0; i < places; i++) {
    if (!isBorder(i)) continue;
    for (const [k, term] of terms(i).entries()) squares[k] = (squares[k] ?? 0) + term * term;
  }
  const basis = new Float32Array(3 * places);
  const projection = new Float32Array(places * 3);
  for (let i = 0; i < places; i++) {
    terms(i).forEach((term, k) => {
      basis[k * places + i] = term;
      if (isBorder(i)) projection[i * 3 + k] = term / (squares[k] ?? 1);
    });
  }
  return {
    basis: constant({ dtype: "float32", shape: [3, places], data: basis }),
    projection: constant({ dtype: "float32", shape: [places, 3], data: projection }),
  };
}
