/** PaDiM's Gaussian at each place, on filters made by hand instead of a pretrained network. */
import { bankFeatures, bankSize } from "../../features/filter-bank.ts";
import type { Method } from "../method.ts";
import type { GivenOptions } from "../options.ts";
import { learnPlaceDistance } from "./place-distance.ts";
import { statisticalMethod } from "./statistical.ts";

/** Constants of PaDiM on a filter bank. */
export interface PadimLiteSettings {
  /** Places along a side, at most. */
  readonly grid: number;
  /** So many images' worth of the covariance of all places, for each dimension. */
  readonly priorImages: number;
  /** Standard deviation of the map's smoothing as a fraction of the side. */
  readonly smoothing: number;
  /** Whether maps are standardised at each place. */
  readonly standardizesPlaces: boolean;
}

/** PaDiM on a filter bank, given its options. @see docs/detectors/padim-lite.md */
export const padimLiteMethod: Method<GivenOptions, PadimLiteSettings> = statisticalMethod<PadimLiteSettings>({
  method: "padim-lite",
  scoring: "distance",
  settings: { grid: 40, priorImages: 2, smoothing: 1 / 96, standardizesPlaces: true }, // ours, by npm run tune
  learn: (context, imageSize, { grid, ...settings }) => {
    const side = Math.min(grid, Math.ceil(imageSize / 2));
    return learnPlaceDistance(context, imageSize, {
      ...settings,
      features: (pictures) => bankFeatures(pictures, side),
      places: side * side,
      dimensions: bankSize(3),
      greyDimensions: bankSize(1),
    });
  },
});
