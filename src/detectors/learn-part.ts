/** Whether good pictures show one part that lies anyhow on a plain ground, and how it is then found. */
import { median, quantile } from "../base/quantile.ts";
import type { RgbImage } from "../base/raster.ts";
import { type PartModel, partFrame } from "../features/part-frame.ts";
import {
  groundDistance,
  partWeights,
  searchHeightPx,
  searchWidthPx,
  smallPictures,
} from "../features/part-ground.ts";
import { locatePart, poseByMoments, templateSidePx } from "../features/part-pose.ts";
import {
  meanFrame,
  meanOf,
  outlined,
  reachOf,
  shapeOf,
  spread,
  standingPose,
} from "../features/part-shape.ts";
import { buildGraph, concat, input, reduceMean, reshape, type Tensor } from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import type { Backend, Feeds } from "../runtime/backend.ts";
import type { LookedArea } from "./looked-area.ts";
import { type PartReading, partLimits } from "./part-limits.ts";
import { type FoundPart, imageInput, imagePlanes } from "./preprocess.ts";
import { stackPictures } from "./run-detector.ts";

/** What was seen in the good pictures. */
export interface PartStudy {
  /** How the part is found; null where the pictures show no such part. */
  readonly part: FoundPart | null;
  /** Why, in a sentence. */
  readonly reason: string;
  /** Spread that is left once every picture is brought into one pose, as a share of the spread as they lie; null: not tried. */
  readonly spreadLeft: number | null;
  /** What the part takes up of its frame in the good pictures, with room around it, on a coarse grid; null where that is all of it, or no part is found. */
  readonly area: LookedArea | null;
  /** The mean of the pictures, around the part: as they lie, and brought into one pose; null: not tried. */
  readonly means: { readonly asTheyLie: RgbImage; readonly together: RgbImage } | null;
}

/** All ours; docs/where-to-look.md tells where they were looked at. */
const limits = {
  fewestPictures: 8,
  /** Of the brightest 2 % of the distances from the ground. */
  contrastShare: 0.35,
  /** Levels of 255: below it there is nothing but ground. */
  leastContrast: 4,
  /** Of a picture's pixels. */
  area: { least: 0.005, most: 0.6 },
  /** Of the part's pixels, on the picture's border. */
  mostOnBorder: 0.02,
  /** (λ₁ - λ₂) / (λ₁ + λ₂) of the moments, above which a part has a main axis. */
  elongated: 0.2,
  /** Of the spread, for bringing the pictures together to be worth it. */
  mostSpreadLeft: 0.5,
  /** 1 - correlation with the mean part, of the median picture. */
  mostMisfit: 0.3,
  /** Room around the part in its frame, and around its outline, of how far it reaches. */
  margin: 1.12,
  /** Of the good pictures: what is part in fewer of them is dirt beside it. */
  leastPart: 0.05,
} as const;

const rounds = 3; // in which poses and mean part mend each other (ours)

/** Size at which {@link studyPart} wants the pictures. @param aspect - Height of the pictures, in widths. */
export function searchSize(aspect: number): { readonly width: number; readonly height: number } {
  return { width: searchWidthPx, height: searchHeightPx(aspect) };
}

/**
 * Studies good pictures.
 *
 * @param small - Good pictures at {@link searchSize}, all of one size.
 * @param aspect - Height of the pictures themselves, in widths.
 * @param options - `isWanted`: the user says that there is such a part; then only what makes it impossible is an obstacle.
 */
export async function studyPart(
  small: readonly RgbImage[],
  aspect: number,
  options: { readonly backend: Backend; readonly isWanted?: boolean },
): Promise<PartStudy> {
  const { backend, isWanted = false } = options;
  if (small.length < limits.fewestPictures) return noPart(`fewer than ${limits.fewestPictures} pictures`);
  const run = (build: (planes: Tensor) => Tensor) => outputOfEach(small, build, backend);

  const distances = await run((planes) => groundDistance(smallPictures(planes, aspect)));
  const contrast = limits.contrastShare * median(distances.map((values) => quantile(values, 0.98)));
  if (contrast < limits.leastContrast) return noPart("nothing stands out from the ground");
  const weighed = await run((planes) => {
    const weights = partWeights(smallPictures(planes, aspect), contrast);
    return concat([poseByMoments(weights, { aspect, turns: true }), weights], 1);
  });
  const weights = weighed.map((values) => values.subarray(4));
  const shapes = weights.map((values) => shapeOf(values, aspect));
  const area = median(shapes.map((shape) => shape.area));
  const onBorder = median(shapes.map((shape) => shape.onBorder));
  const hasArea = area >= limits.area.least && area <= limits.area.most;
  if (!isWanted && !hasArea)
    return noPart(`what stands out from the ground covers ${percent(area)} of a picture`);
  if (!isWanted && onBorder > limits.mostOnBorder)
    return noPart("what stands out from the ground is cut by the border");

  const turns = median(shapes.map((shape) => shape.elongation)) >= limits.elongated;
  const poses = weighed.map(([x = 0, y = 0, cos = 1, sin = 0]) =>
    turns ? Float32Array.of(x, y, cos, sin) : Float32Array.of(x, y, 1, 0),
  );
  const reaches = weights.map((values, i) => reachOf(values, poses[i] ?? values, aspect));
  const frame = 2 * limits.margin * quantile(Float32Array.from(reaches), 0.9);
  let model: PartModel = { aspect, contrast, turns, frame, template: [0] };
  const cutOut = (planes: Tensor, pose: Tensor) =>
    reshape(partFrame(grey(planes, aspect), pose, model, templateSidePx), ["N", templateSidePx ** 2]);
  const framesAt = (lies: readonly Float32Array[]) => outputOfEach(small, cutOut, backend, lies);
  const standing = standingPose(poses);
  const lying = await framesAt(poses.map(() => standing));
  let frames = await framesAt(poses);
  let readings: readonly PartReading[] = [];
  for (let round = 0; round < rounds; round++) {
    model = { ...model, template: meanFrame(frames) };
    const found = await run((planes) => {
      const { pose, misfit, area, onBorder } = locatePart(planes, model);
      return concat([misfit, area, onBorder, cutOut(planes, pose)], 1);
    });
    frames = found.map((values) => values.subarray(3));
    readings = found.map(([misfit = 2, area = 0, onBorder = 0]) => ({ misfit, area, onBorder }));
  }
  const spreadLeft = spread(frames) / Math.max(spread(lying), 1e-9);
  const means = { asTheyLie: greyPicture(meanOf(lying)), together: greyPicture(meanOf(frames)) };
  const declined = (reason: string): PartStudy => ({ ...noPart(reason), spreadLeft, means });
  if (!isWanted && median(readings.map(({ misfit }) => misfit)) > limits.mostMisfit) {
    return declined("the pictures do not show the same part");
  }
  if (!isWanted && spreadLeft > limits.mostSpreadLeft) {
    return declined(`bringing the pictures into one pose leaves ${percent(spreadLeft)} of their spread`);
  }
  const reason = `in one pose the pictures have ${percent(spreadLeft)} of their spread`;
  const parts = await run((planes) => {
    const { pose } = locatePart(planes, model);
    const weights = partWeights(smallPictures(planes, aspect), contrast);
    const picture = reshape(weights, ["N", 1, searchHeightPx(aspect), searchWidthPx]);
    return reshape(partFrame(picture, pose, model, templateSidePx), ["N", templateSidePx ** 2]);
  });
  return { part: { model, limits: partLimits(readings) }, reason, spreadLeft, area: areaOf(parts), means };
}

/** The study of pictures in which no part was looked for, or nothing like one is. */
export function noPart(reason: string): PartStudy {
  return { part: null, reason, spreadLeft: null, area: null, means: null };
}

/** What the part takes up of its frame. @param parts - Share of part at each place of the frame, of each picture, [T · T]. */
function areaOf(parts: readonly Float32Array[]): LookedArea | null {
  const [width, height] = [templateSidePx, templateSidePx];
  const room = (templateSidePx / 2) * (1 - 1 / limits.margin); // as much as the frame has
  const data = outlined(meanOf(parts), templateSidePx, { least: limits.leastPart, room });
  const isUse = data.includes(0) && data.includes(1);
  return isUse ? { width, height, data, names: [] } : null;
}

/** Pose of the part in one picture of any size, [4]. */
export async function poseIn(picture: RgbImage, model: PartModel, backend: Backend): Promise<Float32Array> {
  const build = (planes: Tensor) => locatePart(planes, model).pose;
  const [pose = new Float32Array(4)] = await outputOfEach([picture], build, backend);
  return pose;
}

/**
 * One output for each picture, as plain numbers.
 *
 * @param poses - One for each, [4], where `build` needs them.
 */
async function outputOfEach(
  pictures: readonly RgbImage[],
  build: (planes: Tensor, pose: Tensor) => Tensor,
  backend: Backend,
  poses?: readonly Float32Array[],
): Promise<Float32Array[]> {
  const [image, pose] = [imageInput(), input("pose", "float32", ["N", 4])];
  const inputs = poses ? [image, pose] : [image];
  const outputs = { values: build(imagePlanes(image), pose) };
  const session = await backend.load(encodeModel(buildGraph({ name: "part", inputs, outputs })));
  try {
    const results: Float32Array[] = [];
    for (const [i, picture] of pictures.entries()) {
      const data = poses?.[i];
      const given: Feeds = data ? { pose: { dtype: "float32", shape: [1, 4], data } } : {};
      const { values } = await session.run({ image: stackPictures([picture]), ...given });
      results.push(Float32Array.from(values?.data ?? [], Number));
    }
    return results;
  } finally {
    await session.dispose();
  }
}

function grey(planes: Tensor, aspect: number): Tensor {
  return reduceMean(smallPictures(planes, aspect), { axes: [1] });
}

/** @param levels - Grey levels of a frame, [T, T]. */
function greyPicture(levels: Float64Array): RgbImage {
  const data = new Uint8Array(3 * levels.length);
  levels.forEach((level, i) => {
    data.fill(Math.round(level), 3 * i, 3 * i + 3);
  });
  return { width: templateSidePx, height: templateSidePx, data };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
