/** PaDiM's Gaussian at each place, on filters made by hand instead of a pretrained network. */
import { bankFeatures, bankSize } from "./filter-bank.ts";
import type { Learned, LearningContext, Method } from "./method.ts";
import { PlaceGaussianFit, placeDistance } from "./place-gaussian.ts";
import { type StatisticalOptions, smoothedMap, statisticalMethod, withFeatures } from "./statistical.ts";

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
export const padimLiteMethod: Method<StatisticalOptions, PadimLiteSettings> =
  statisticalMethod<PadimLiteSettings>({
    method: "padim-lite",
    scoring: "distance",
    settings: { grid: 40, priorImages: 2, smoothing: 1 / 96, standardizesPlaces: true }, // ours, by npm run tune
    learn,
  });

async function learn(
  context: LearningContext,
  imageSize: number,
  { grid, priorImages, smoothing, standardizesPlaces }: PadimLiteSettings,
): Promise<Pick<Learned, "source" | "parameters">> {
  const side = Math.min(grid, Math.ceil(imageSize / 2));
  const gaussian = await withFeatures(
    context,
    imageSize,
    (pictures) => bankFeatures(pictures, side),
    async (images) => {
      const fit = new PlaceGaussianFit(side * side, bankSize, { priorImages });
      for await (const { data } of images) fit.add(data);
      return fit.finish();
    },
  );
  return {
    source: {
      imageSizePx: imageSize,
      standardizesPlaces,
      maps: (pictures) => ({
        maps: smoothedMap(placeDistance(bankFeatures(pictures, side), gaussian), imageSize, smoothing),
      }),
    },
    parameters: gaussian.mean.data.length + gaussian.whitening.data.length,
  };
}
