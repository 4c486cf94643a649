/** Isolation Forest on simple statistics of small patches. */

import { fitIsolationForest } from "../../estimators/isolation-forest.ts";
import { forestScore } from "../../estimators/isolation-forest-encoding.ts";
import { placeRows } from "../../estimators/place-rows.ts";
import { neighbourhoodMean, sobelMagnitude } from "../../features/map-filter.ts";
import {
  abs,
  concat,
  max,
  mul,
  reduceMean,
  reshape,
  resizeLinear,
  scalar,
  sqrt,
  sub,
  type Tensor,
} from "../../graph/index.ts";
import type { Learned, LearningContext, Method } from "../method.ts";
import type { GivenOptions } from "../options.ts";
import { smoothedMap, statisticalMethod, withFeatures } from "./statistical.ts";

/** Constants of the forest on patches. */
export interface IforestSettings {
  /** Patches along a side, at most. */
  readonly grid: number;
  readonly trees: number;
  /** Patches that a tree is grown on. */
  readonly sampleSize: number;
  /** Standard deviation of the map's smoothing as a fraction of the side. */
  readonly smoothing: number;
  /** Whether maps are standardised at each place. */
  readonly standardizesPlaces: boolean;
}

/** Statistics of a patch: means and spreads of three colours, strength of the gradient and of the fine grain. */
const dimensions = 8;

/** Isolation Forest, given its options. @see docs/detectors/iforest.md */
export const iforestMethod: Method<GivenOptions, IforestSettings> = statisticalMethod<IforestSettings>({
  method: "iforest",
  scoring: "isolation",
  settings: {
    grid: 32, // ours
    trees: 100, // Liu et al. 2008, section 5
    sampleSize: 16_384, // ours, by npm run tune; 256 in Liu et al. 2008, section 5
    smoothing: 1 / 32, // ours
    standardizesPlaces: true, // ours
  },
  learn,
});

async function learn(
  context: LearningContext,
  imageSize: number,
  settings: IforestSettings,
): Promise<Pick<Learned, "source" | "parameters">> {
  const side = Math.min(settings.grid, Math.ceil(imageSize / 2));
  const statistics = (pictures: Tensor) => patchStatistics(pictures, side);
  const points = await withFeatures(context, imageSize, statistics, async (images) => {
    const all = new Float64Array(context.shown.length * side * side * dimensions);
    let filled = 0;
    for await (const { data } of images) {
      all.set(data, filled);
      filled += data.length;
    }
    return all;
  });
  const { trees, sampleSize } = settings;
  const random = context.random.split("forest");
  const forest = fitIsolationForest(points, dimensions, { trees, sampleSize, random });
  return {
    source: {
      imageSizePx: imageSize,
      standardizesPlaces: settings.standardizesPlaces,
      maps: (pictures) => {
        const scores = reshape(forestScore(statistics(pictures), forest), ["N", 1, side, side]);
        return { maps: smoothedMap(scores, imageSize, settings.smoothing) };
      },
    },
    parameters: forest.trees.reduce((sum, tree) => sum + tree.thresholds.length, 0),
  };
}

/**
 * Statistics of overlapping patches, each about two cells wide.
 *
 * @param pictures - float32 [N, 3, S, S] in [-1, 1].
 * @param side - G: the patches are a grid of G × G.
 * @returns float32 [N·G², 8], places of an image in reading order.
 */
export function patchStatistics(pictures: Tensor, side: number): Tensor {
  const mean = (x: Tensor) => resizeLinear(x, side, side);
  const means = mean(pictures);
  const variances = sub(mean(mul(pictures, pictures)), mul(means, means));
  const spreads = sqrt(max(variances, scalar(0))); // rounding may leave a little less than 0
  const grey = reduceMean(pictures, { axes: [1] });
  const grain = abs(sub(grey, neighbourhoodMean(grey)));
  const features = concat([means, spreads, mean(sobelMagnitude(grey)), mean(grain)], 1);
  return reshape(placeRows(features), ["M", dimensions]);
}
