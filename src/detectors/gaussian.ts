/** Colour of good images at each place as a Gaussian: the simplest detector, and the one to beat. */
import type { Learned, LearningContext, Method } from "./method.ts";
import { PlaceGaussianFit, placeDistance } from "./place-gaussian.ts";
import { type StatisticalOptions, smoothedMap, statisticalMethod, withFeatures } from "./statistical.ts";

/** Constants of the per-pixel Gaussian. */
export interface GaussianSettings {
  /** Standard deviation of the map's smoothing as a fraction of the side. */
  readonly smoothing: number;
  /** Whether maps are standardised at each place. */
  readonly standardizesPlaces: boolean;
}

/** The per-pixel Gaussian, given its options. @see docs/detectors/gaussian.md */
export const gaussianMethod: Method<StatisticalOptions, GaussianSettings> =
  statisticalMethod<GaussianSettings>({
    method: "gaussian",
    scoring: "distance",
    settings: { smoothing: 1 / 64, standardizesPlaces: false }, // ours
    learn,
  });

async function learn(
  context: LearningContext,
  imageSize: number,
  { smoothing, standardizesPlaces }: GaussianSettings,
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
      standardizesPlaces,
      maps: (pictures) => ({
        maps: smoothedMap(placeDistance(pictures, gaussian), imageSize, smoothing),
      }),
    },
    parameters: gaussian.mean.data.length + gaussian.whitening.data.length,
  };
}
