/**
 * Where a part lies on a plain ground, and which way it points, as a piece of graph.
 *
 * The ground is a plane through the picture's border; what differs from it is the part. Its moments give middle and main
 * axis, its likeness to the mean good part says which end is which and mends the rest in a small search.
 * Places are in widths of the picture: x in [0, 1], y in [0, height / width].
 */
import {
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
  mul,
  reduceMean,
  reduceMin,
  reduceSum,
  reshape,
  scalar,
  slice,
  sqrt,
  sub,
  type Tensor,
  where,
} from "../graph/index.ts";
import { frameGrid, type PartModel, type Pose } from "./part-frame.ts";
import {
  partOnBorder,
  partWeights,
  pixelPlaces,
  searchHeightPx,
  searchWidthPx,
  smallPictures,
} from "./part-ground.ts";

/** T: side of the template, in pixels (ours). */
export const templateSidePx = 48;

/**
 * Steps of the search, coarse to fine (ours): shifts as fractions of the frame, turns in degrees. Shifts and turns are tried one after the
 * other, and while steps are coarse at every second pixel: a fourth of the work of trying them together at every pixel.
 */
const searchSteps = [
  { shifts: [-0.04, 0, 0.04], turns: [-6, -3, 0, 3, 6], sidePx: templateSidePx / 2 },
  { shifts: [-0.015, 0, 0.015], turns: [-1.5, 0, 1.5], sidePx: templateSidePx / 2 },
  { shifts: [-0.006, 0, 0.006], turns: [-0.6, 0, 0.6], sidePx: templateSidePx },
  { shifts: [-0.0025, 0, 0.0025], turns: [-0.25, 0, 0.25], sidePx: templateSidePx },
  { shifts: [-0.0025, 0, 0.0025], turns: [-0.25, 0, 0.25], sidePx: templateSidePx },
] as const;

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

/** A pose that was searched for. */
interface FoundPose {
  readonly pose: Pose;
  /** 1 - correlation with the mean good part, float32 [N, 1] in [0, 2]. */
  readonly misfit: Tensor;
}

/** What the search found. */
export interface LocatedPart extends FoundPose {
  /** Share of the picture that is part, float32 [N, 1] in [0, 1]. */
  readonly area: Tensor;
  /** Pixels of the part on the picture's border, of the small picture in which it is looked for: float32 [N, 1]. */
  readonly onBorder: Tensor;
}

/** Finds the part. @param planes - float32 [N, 3, H, W] in [0, 255]. */
export function locatePart(planes: Tensor, model: PartModel): LocatedPart {
  const small = smallPictures(planes, model.aspect);
  const grey = reduceMean(small, { axes: [1] });
  const weights = partWeights(small, model.contrast);
  let pose = poseByMoments(weights, model);
  let misfit = scalar(0);
  const search = (offsets: readonly Offset[], sidePx: number) => {
    ({ pose, misfit } = bestOf(grey, pose, { offsets, model, sidePx }));
  };
  const turned = (turns: readonly number[]) => turns.map((turn) => ({ dx: 0, dy: 0, turn }));
  if (model.turns) search(turned([0, 180]), templateSidePx / 2);
  for (const { shifts, turns, sidePx } of searchSteps) {
    if (model.turns) search(turned(turns), sidePx);
    search(
      shifts.flatMap((dx) => shifts.map((dy) => ({ dx, dy, turn: 0 }))),
      sidePx,
    );
  }
  return {
    pose,
    misfit,
    area: reduceMean(weights, { axes: [1] }),
    onBorder: partOnBorder(weights, model.aspect),
  };
}

interface Offset {
  readonly dx: number;
  readonly dy: number;
  /** Degrees. */
  readonly turn: number;
}

/** Of some poses near a pose the one at which the picture is most like the template. */
function bestOf(
  grey: Tensor,
  pose: Pose,
  {
    offsets,
    model,
    sidePx,
  }: { readonly offsets: readonly Offset[]; readonly model: PartModel; readonly sidePx: number },
): FoundPose {
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
  const seen = gridSample(grey, frameGrid(candidates, model, sidePx), "border"); // [N, 1, K, T·T]
  const centred = sub(seen, reduceMean(seen, { axes: [3] }));
  const wanted = sidePx === templateSidePx ? model.template : halved(model.template);
  const template = row(wanted);
  const templateLength = Math.sqrt(wanted.reduce((sum, value) => sum + value * value, 0)) + 1e-6;
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

function row(values: readonly number[]): Tensor {
  return constant({ dtype: "float32", shape: [1, values.length], data: Float32Array.from(values) });
}

/** The template at half its side: means of four pixels each. */
function halved(template: readonly number[]): number[] {
  const side = templateSidePx / 2;
  return Array.from({ length: side * side }, (_, i) => {
    const first = 2 * (Math.floor(i / side) * templateSidePx + (i % side));
    const cell = [first, first + 1, first + templateSidePx, first + templateSidePx + 1];
    return cell.reduce((sum, place) => sum + (template[place] ?? 0), 0) / cell.length;
  });
}
