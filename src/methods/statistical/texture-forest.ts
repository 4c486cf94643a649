/** Textures by a random forest that predicts each pixel, and groups of how it answers. */
import { kMeans } from "../../estimators/k-means.ts";
import { nearestDistances, patchMemory } from "../../estimators/patch-memory.ts";
import { placeRows } from "../../estimators/place-rows.ts";
import { PlaceSample } from "../../estimators/place-sample.ts";
import { fitRandomForest } from "../../estimators/random-forest.ts";
import type { RegressionTree } from "../../estimators/regression-tree.ts";
import { neighbourhoodMean } from "../../features/map-filter.ts";
import {
  abs,
  concat,
  constant,
  max,
  mul,
  reshape,
  resizeLinear,
  scalar,
  sqrt,
  sub,
  type Tensor,
} from "../../graph/index.ts";
import type { Learned, LearningContext, Method } from "../method.ts";
import type { GivenOptions } from "../options.ts";
import {
  type CausalTexture,
  causalCount,
  causalSample,
  predictedGrey,
  standardizedGrey,
} from "./causal-texture.ts";
import { statisticalMethod, withFeatures } from "./statistical.ts";

/** Constants of the method. */
export interface TextureForestSettings {
  /** Places along a side of the grid that pictures are brought to, at most. */
  readonly grid: number;
  /** Rows above a pixel, and places to its left and right, that it is predicted from. */
  readonly reach: number;
  /** Pixels that are drawn from the good pictures. */
  readonly pixels: number;
  readonly trees: number;
  /** Pixels of a leaf at least. */
  readonly smallestLeaf: number;
  /** Places from the middle of a window to its side, in which answers are averaged. */
  readonly windowRadius: number;
  /** Groups of answers. */
  readonly clusters: number;
}

/** The forest's answers around a place: mean error, its size, mean and spread of what was predicted. */
const answers = 4;

/** Windows that groups are made of (ours). */
const mostWindows = 20_000;

/** The method, given its options. @see Caltanissetta, Bertoli and Colosimo 2024, "In-situ monitoring of image texturing via random forests and clustering with applications to additive manufacturing", IISE Transactions 56(10); docs/detectors/texture-forest.md */
export const textureForestMethod: Method<GivenOptions, TextureForestSettings> =
  statisticalMethod<TextureForestSettings>({
    method: "texture-forest",
    scoring: "groups of answers",
    settings: {
      grid: 128,
      reach: 4,
      pixels: 12_000,
      trees: 20,
      smallestLeaf: 10,
      windowRadius: 5,
      clusters: 8,
    }, // ours
    learn,
  });

async function learn(
  context: LearningContext,
  imageSize: number,
  settings: TextureForestSettings,
): Promise<Pick<Learned, "source" | "parameters">> {
  const { reach, trees, smallestLeaf, windowRadius, clusters } = settings;
  const texture = { side: Math.min(settings.grid, imageSize), reach };
  const random = context.random.split("forest");
  const { neighbourhoods, pixels } = await causalSample(context, imageSize, texture, settings.pixels);
  const forest = fitRandomForest(neighbourhoods, pixels, causalCount(texture), {
    trees,
    smallestLeaf,
    random,
  });
  const answersOf = (pictures: Tensor) => forestAnswers(pictures, forest, texture, windowRadius);
  const windows = await withFeatures(context, imageSize, answersOf, async (images) => {
    const sample = new PlaceSample(answers, mostWindows, context.random.split("windows"));
    for await (const { data } of images) sample.add(data);
    return sample.rows();
  });
  const { means, scales } = columnScales(windows);
  const scaled = windows.map((value, i) => (value - (means[i % answers] ?? 0)) * (scales[i % answers] ?? 1));
  const centres = kMeans(scaled, answers, { clusters, random: context.random.split("groups") });
  const memory = patchMemory(centres, centres.length / answers);
  const column = (data: Float32Array) => constant({ dtype: "float32", shape: [1, answers, 1, 1], data });
  return {
    source: {
      imageSizePx: imageSize,
      standardizesPlaces: false,
      maps: (pictures) => {
        const found = mul(sub(answersOf(pictures), column(means)), column(scales));
        const distances = nearestDistances(placeRows(found), memory);
        const map = reshape(distances, ["N", 1, texture.side, texture.side]);
        return { maps: resizeLinear(map, imageSize, imageSize) };
      },
    },
    parameters: forest.reduce((sum, tree) => sum + tree.thresholds.length, centres.length),
  };
}

/** Answers averaged in a window around each place, float32 [N, 4, side, side]. */
function forestAnswers(
  pictures: Tensor,
  forest: readonly RegressionTree[],
  texture: CausalTexture,
  radius: number,
): Tensor {
  const grey = standardizedGrey(pictures, texture);
  const predicted = predictedGrey(grey, forest, texture);
  const error = sub(grey, predicted);
  const mean = (x: Tensor) => neighbourhoodMean(x, radius);
  const level = mean(predicted);
  const variance = sub(mean(mul(predicted, predicted)), mul(level, level));
  const spread = sqrt(max(variance, scalar(0))); // rounding may leave a little less than 0
  return concat([mean(error), mean(abs(error)), level, spread], 1);
}

/** Mean of each column, and what brings its standard deviation to 1, float32 [4] each. */
function columnScales(rows: Float32Array): { readonly means: Float32Array; readonly scales: Float32Array } {
  const count = rows.length / answers;
  const means = new Float32Array(answers);
  const squares = new Float64Array(answers);
  for (let column = 0; column < answers; column++) {
    let [sum, sumOfSquares] = [0, 0];
    for (let row = 0; row < count; row++) {
      const value = rows[row * answers + column] ?? 0;
      sum += value;
      sumOfSquares += value * value;
    }
    means[column] = sum / count;
    squares[column] = Math.max(sumOfSquares / count - (sum / count) ** 2, 1e-12);
  }
  return { means, scales: Float32Array.from(squares, (variance) => 1 / Math.sqrt(variance)) };
}
