/** What methods share that estimate from all images at once instead of training step by step. */
import { floatValues, type NdArray } from "../../base/array.ts";
import { pictureGraph } from "../../detectors/detector-graph.ts";
import { outputOf, withSession } from "../../detectors/run-graph.ts";
import { gaussianBlur } from "../../features/map-filter.ts";
import { reduceSumSquare, resizeLinear, sqrt, type Tensor } from "../../graph/index.ts";
import type { Learned, LearningContext, Method } from "../method.ts";
import { type GivenOptions, refuseOptions, resolveCommonOptions } from "../options.ts";

/** What a statistical method adds to the common part. */
export interface Estimator<Settings extends object> {
  readonly method: string;
  /** How its maps are made, in a word. */
  readonly scoring: string;
  /** Its own constants, for the model file. */
  readonly settings: Settings;
  /** @param imageSize - S: images are uint8 [3, S, S]. */
  readonly learn: (
    context: LearningContext,
    imageSize: number,
    settings: Settings,
  ) => Promise<Pick<Learned, "source" | "parameters" | "found">>;
}

/** A statistical method by its options; those of networks are refused. */
export function statisticalMethod<Settings extends object>(
  estimator: Estimator<Settings>,
): Method<GivenOptions, Settings> {
  const { method, scoring } = estimator;
  return (given, largestSidePx, changed) => {
    refuseOptions(method, given, ["scoring", "patchSize", "length", "batchSize"]);
    const { length: _, ...common } = resolveCommonOptions(given, largestSidePx);
    const settings = { ...estimator.settings, ...changed };
    return {
      method,
      scoring,
      options: { ...common, batchSize: 0 },
      settings,
      learn: async (context) => ({
        ...(await estimator.learn(context, common.imageSize, settings)),
        steps: 0,
        finalLoss: null,
      }),
    };
  };
}

/** What is learned from, and on what. */
type SeenPictures = Pick<LearningContext, "backend" | "shown" | "onStageProgress">;

/**
 * Lets `use` see what a graph makes of each image that is learned from.
 *
 * @param features - From pictures float32 [1, 3, S, S] in [-1, 1] to whatever is learned from.
 * @param options - `readsGrey`: the pictures are [1, 1, S, S]. Default false.
 */
export function withFeatures<T>(
  { backend, shown, onStageProgress }: SeenPictures,
  imageSize: number,
  features: (pictures: Tensor) => Tensor,
  use: (images: AsyncIterable<NdArray<"float32">>) => Promise<T>,
  options: { readonly readsGrey?: boolean } = {},
): Promise<T> {
  const graph = pictureGraph(imageSize, (pictures) => ({ features: features(pictures) }), options);
  return withSession(backend, graph, (session) =>
    use(
      floats(outputOf(session, shown, { sizePx: imageSize, name: "features", onProgress: onStageProgress })),
    ),
  );
}

/** A map on a coarse grid, smoothed there and brought to the image's size. `smoothing`: σ as a fraction of the side. */
export function smoothedMap(map: Tensor, imageSize: number, smoothing: number): Tensor {
  const side = Number(map.shape[3]);
  return resizeLinear(gaussianBlur(map, Math.max(0.5, side * smoothing)), imageSize, imageSize);
}

/** Every image that is learned from on a smaller grid, float64 [3·side²] each. */
export function pictureRows(context: SeenPictures, imageSize: number, side: number): Promise<Float64Array[]> {
  return withFeatures(
    context,
    imageSize,
    (pictures) => resizeLinear(pictures, side, side),
    async (images) => {
      const rows: Float64Array[] = [];
      for await (const { data } of images) rows.push(Float64Array.from(data));
      return rows;
    },
  );
}

/** √ of the smoothed sum of squares of all channels, float32 [N, 1, S, S]. */
export function lengthMap(x: Tensor, imageSize: number, smoothing: number): Tensor {
  const squares = reduceSumSquare(x, { axes: [1] });
  const side = Number(squares.shape[3]);
  return resizeLinear(sqrt(gaussianBlur(squares, Math.max(0.5, side * smoothing))), imageSize, imageSize);
}

async function* floats(arrays: AsyncIterable<NdArray>): AsyncGenerator<NdArray<"float32">> {
  for await (const array of arrays) yield { dtype: "float32", shape: array.shape, data: floatValues(array) };
}
