/** Principal components of good images: what they do not explain, the more so the further out a picture lies in what they do. */
import { max, mul, resizeLinear, scalar, sub } from "../graph/index.ts";
import type { Learned, LearningContext, PreparedMethod } from "./method.ts";
import {
  hotelling,
  PictureSubspace,
  type PrincipalComponents,
  principalComponents,
} from "./principal-components.ts";
import { lengthMap, pictureRows, type StatisticalOptions, statisticalMethod } from "./statistical.ts";

const settings = {
  grid: 80, // largest side that pictures are compared at, in pixels (ours)
  explained: 0.9, // share of the variance that the components explain (ours)
  imagesPerComponent: 4, // at least: fewer and a component is noise (ours)
  folds: 4, // parts that the limit of T² is cross-fitted on (ours)
  smoothing: 1 / 32, // standard deviation of the map's smoothing as a fraction of the side (ours)
} as const;

/** PCA with its options. @throws {OptionError} E_OPTION @see docs/detectors/pca.md */
export function pcaMethod(given: StatisticalOptions, largestSidePx: number): PreparedMethod {
  return statisticalMethod({ method: "pca", scoring: "residual", settings, learn }, given, largestSidePx);
}

async function learn(
  context: LearningContext,
  imageSize: number,
): Promise<Pick<Learned, "source" | "parameters">> {
  const side = Math.min(imageSize, settings.grid);
  const rows = await pictureRows(context, imageSize, side);
  const limit = distanceLimit(rows);
  const subspace = new PictureSubspace(componentsOf(rows), side);
  return {
    source: {
      imageSizePx: imageSize,
      standardizesPlaces: true,
      maps: (pictures) => {
        const deviation = subspace.deviation(resizeLinear(pictures, side, side));
        const residual = sub(deviation, subspace.projection(deviation));
        const map = lengthMap(residual, imageSize, settings.smoothing);
        const beyond = mul(subspace.hotelling(deviation), scalar(1 / limit));
        return { maps: mul(map, max(beyond, scalar(1))) };
      },
    },
    parameters: subspace.size + 1,
  };
}

function componentsOf(rows: readonly Float64Array[]): PrincipalComponents {
  const most = Math.max(1, Math.floor(rows.length / settings.imagesPerComponent));
  return principalComponents(rows, { explained: settings.explained, most });
}

/** Largest T² of a good image by components that were fitted without it; no limit where none has any. */
function distanceLimit(rows: readonly Float64Array[]): number {
  let limit = 0;
  for (let fold = 0; fold < settings.folds; fold++) {
    const others = rows.filter((_, i) => i % settings.folds !== fold);
    if (others.length < 2) continue;
    const fitted = componentsOf(others);
    for (const [i, row] of rows.entries())
      if (i % settings.folds === fold) limit = Math.max(limit, hotelling(row, fitted));
  }
  return limit > 0 ? limit : Number.MAX_VALUE;
}
