/** Principal components of good images: what they do not explain, the more so the further out a picture lies in what they do. */

import {
  hotelling,
  PictureSubspace,
  type PrincipalComponents,
  principalComponents,
} from "../../estimators/principal-components.ts";
import { max, mul, resizeLinear, scalar, sub } from "../../graph/index.ts";
import type { Learned, LearningContext, Method } from "../method.ts";
import type { GivenOptions } from "../options.ts";
import { lengthMap, pictureRows, statisticalMethod } from "./statistical.ts";

/** Constants of PCA. */
export interface PcaSettings {
  /** Largest side that pictures are compared at, in pixels. */
  readonly grid: number;
  /** Share of the variance that the components explain. */
  readonly explained: number;
  /** At least: fewer and a component is noise. */
  readonly imagesPerComponent: number;
  /** Standard deviation of the map's smoothing as a fraction of the side. */
  readonly smoothing: number;
}

const folds = 4; // parts that the limit of T² is cross-fitted on (ours)

/** PCA, given its options. @see docs/detectors/pca.md */
export const pcaMethod: Method<GivenOptions, PcaSettings> = statisticalMethod<PcaSettings>({
  method: "pca",
  scoring: "residual",
  settings: { grid: 80, explained: 0.9, imagesPerComponent: 2, smoothing: 1 / 32 }, // ours, by npm run tune
  learn,
});

async function learn(
  context: LearningContext,
  imageSize: number,
  settings: PcaSettings,
): Promise<Pick<Learned, "source" | "parameters">> {
  const side = Math.min(imageSize, settings.grid);
  const rows = await pictureRows(context, imageSize, side);
  const limit = distanceLimit(rows, settings);
  const subspace = new PictureSubspace(componentsOf(rows, settings), side);
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

function componentsOf(rows: readonly Float64Array[], settings: PcaSettings): PrincipalComponents {
  const most = Math.max(1, Math.floor(rows.length / settings.imagesPerComponent));
  return principalComponents(rows, { explained: settings.explained, most });
}

/** Largest T² of a good image by components that were fitted without it; no limit where none has any. */
function distanceLimit(rows: readonly Float64Array[], settings: PcaSettings): number {
  let limit = 0;
  for (let fold = 0; fold < folds; fold++) {
    const others = rows.filter((_, i) => i % folds !== fold);
    if (others.length < 2) continue;
    const fitted = componentsOf(others, settings);
    for (const [i, row] of rows.entries())
      if (i % folds === fold) limit = Math.max(limit, hotelling(row, fitted));
  }
  return limit > 0 ? limit : Number.MAX_VALUE;
}
