/** Colour of good images at each place as a Gaussian: the simplest detector, and the one to beat. */
import type { Learned, LearningContext, PreparedMethod } from "./method.ts";
import { PlaceGaussianFit, placeDistance } from "./place-gaussian.ts";
import { type StatisticalOptions, smoothedMap, statisticalMethod, withFeatures } from "./statistical.ts";

const smoothing = 1 / 64; // standard deviation as a fraction of the side (ours)

/** The per-pixel Gaussian with its options. @throws {OptionError} E_OPTION @see docs/detectors/gaussian.md */
export function gaussianMethod(given: StatisticalOptions, largestSidePx: number): PreparedMethod {
  const estimator = { method: "gaussian", scoring: "distance", settings: { smoothing }, learn };
  return statisticalMethod(estimator, given, largestSidePx);
}

async function learn(
  context: LearningContext,
  imageSize: number,
): Promise<Pick<Learned, "source" | "parameters">> {
  const gaussian = await withFeatures(
    context,
    imageSize,
    (pictures) => pictures,
    async (images) => {
      const fit = new PlaceGaussianFit(imageSize * imageSize, 3);
      for await (const { data } of images) fit.add(data);
      return fit.finish();
    },
  );
  return {
    source: {
      imageSizePx: imageSize,
      standardizesPlaces: false,
      maps: (pictures) => ({
        maps: smoothedMap(placeDistance(pictures, gaussian), imageSize, smoothing),
      }),
    },
    parameters: gaussian.mean.data.length + gaussian.whitening.data.length,
  };
}
