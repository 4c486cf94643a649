/** Colour of good images at each place as a Gaussian: the simplest detector, and the one to beat. */
import type { Method } from "../method.ts";
import type { GivenOptions } from "../options.ts";
import { learnPlaceDistance } from "./place-distance.ts";
import { statisticalMethod } from "./statistical.ts";

/** Constants of the per-pixel Gaussian. */
export interface GaussianSettings {
  /** Standard deviation of the map's smoothing as a fraction of the side. */
  readonly smoothing: number;
  /** Whether maps are standardised at each place. */
  readonly standardizesPlaces: boolean;
}

/** The per-pixel Gaussian, given its options. @see docs/detectors/gaussian.md */
export const gaussianMethod: Method<GivenOptions, GaussianSettings> = statisticalMethod<GaussianSettings>({
  method: "gaussian",
  scoring: "distance",
  settings: { smoothing: 1 / 64, standardizesPlaces: false }, // ours
  learn: (context, imageSize, settings) =>
    learnPlaceDistance(context, imageSize, {
      ...settings,
      features: (pictures) => pictures,
      places: imageSize * imageSize,
      dimensions: 3,
      greyDimensions: 1,
    }),
});
