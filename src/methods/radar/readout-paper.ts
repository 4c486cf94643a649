/** The paper's scoring: Sobel response and L2 norm of the predicted noise, Isolation Forest on the two. */

import { fitIsolationForest } from "../../estimators/isolation-forest.ts";
import { forestScore } from "../../estimators/isolation-forest-encoding.ts";
import { gaussianBlur, sobelMagnitude } from "../../features/map-filter.ts";
import { concat, mul, reduceMean, reduceSumSquare, reshape, sqrt, type Tensor } from "../../graph/index.ts";
import type { NetworkOutput, Readout } from "./readout.ts";

/** Constants of the paper's scoring. */
export interface PaperSettings {
  /** Timestep that pictures are noised to, 0 .. T-1. */
  readonly timestep: number;
  /** Standard deviation of the map's smoothing as a fraction of the patch's side. */
  readonly smoothing: number;
}

/** Those of the scoring `paper`; the paper gives none of them. */
export const paperSettings: PaperSettings = { timestep: 0, smoothing: 1 / 16 }; // ours, by npm run tune

/**
 * RADAR as published: one noising step, one call, Sobel map of the predicted noise for segmentation, and per patch two
 * features - mean Sobel response and root mean square of the noise - for a forest fitted on good images.
 *
 * The constants and the exact form of the two features are ours; the paper's text does not give them.
 * @see Moradi et al. 2025, arXiv:2508.04818
 */
export function paperReadout(settings: PaperSettings): Readout {
  return {
    summary: "Sobel map and norm of the predicted noise, Isolation Forest (the paper's form)",
    settings: { ...settings },
    timestep: settings.timestep,
    addsNoise: true,
    plantsDefects: false,
    standardizesPlaces: false,
    observe: noiseFeatures,
    fit: async (images, { random }) => {
      const points: number[] = [];
      for await (const { data } of images) points.push(...Array.from(data, Number));
      const forest = fitIsolationForest(Float64Array.from(points), 2, { random });
      return {
        maps: ({ noise }) => {
          const side = Number(noise.shape[3]);
          return gaussianBlur(sobelMap(noise), Math.max(1, side * settings.smoothing));
        },
        score: (output) => forestScore(noiseFeatures(output), forest),
      };
    },
  };
}

/** √(Σ over channels of the squared Sobel gradient), float32 [M, 1, P, P]. */
function sobelMap(noise: Tensor): Tensor {
  return sqrt(reduceSumSquare(sobelMagnitude(noise), { axes: [1] }));
}

/** Mean Sobel response and root mean square of the noise, float32 [M, 2]. */
function noiseFeatures({ noise }: NetworkOutput): Tensor {
  const all = { axes: [1, 2, 3], keepDims: false };
  const features = [reduceMean(sobelMap(noise), all), sqrt(reduceMean(mul(noise, noise), all))];
  return concat(
    features.map((feature) => reshape(feature, [noise.shape[0] ?? "N", 1])),
    1,
  );
}
