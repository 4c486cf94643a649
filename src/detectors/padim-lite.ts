/** PaDiM's Gaussian at each place, on filters made by hand instead of a pretrained network. */
import { bankFeatures, bankSize } from "./filter-bank.ts";
import type { Learned, LearningContext, PreparedMethod } from "./method.ts";
import { PlaceGaussianFit, placeDistance } from "./place-gaussian.ts";
import { type StatisticalOptions, smoothedMap, statisticalMethod, withFeatures } from "./statistical.ts";

const settings = {
  grid: 40, // places along a side, at most (ours)
  smoothing: 1 / 48, // standard deviation of the map's smoothing as a fraction of the side (ours)
} as const;

/** PaDiM on a filter bank with its options. @throws {OptionError} E_OPTION @see docs/detectors/padim-lite.md */
export function padimLiteMethod(given: StatisticalOptions, largestSidePx: number): PreparedMethod {
  const estimator = { method: "padim-lite", scoring: "distance", settings, learn };
  return statisticalMethod(estimator, given, largestSidePx);
}

async function learn(
  context: LearningContext,
  imageSize: number,
): Promise<Pick<Learned, "source" | "parameters">> {
  const side = Math.min(settings.grid, Math.ceil(imageSize / 2));
  const gaussian = await withFeatures(
    context,
    imageSize,
    (pictures) => bankFeatures(pictures, side),
    async (images) => {
      const fit = new PlaceGaussianFit(side * side, bankSize);
      for await (const { data } of images) fit.add(data);
      return fit.finish();
    },
  );
  return {
    source: {
      imageSizePx: imageSize,
      standardizesPlaces: true,
      maps: (pictures) => ({
        maps: smoothedMap(
          placeDistance(bankFeatures(pictures, side), gaussian),
          imageSize,
          settings.smoothing,
        ),
      }),
    },
    parameters: gaussian.mean.data.length + gaussian.whitening.data.length,
  };
}
