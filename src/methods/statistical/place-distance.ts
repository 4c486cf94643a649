/** What methods share whose map is the distance of each place's features from a Gaussian of good ones. */

import {
  PlaceGaussianFit,
  type PlaceGaussianOptions,
  placeDistance,
} from "../../estimators/place-gaussian.ts";
import type { Tensor } from "../../graph/index.ts";
import type { Learned, LearningContext } from "../method.ts";
import { smoothedMap, withFeatures } from "./statistical.ts";

/** Which features, and what becomes of their distances. */
export interface PlaceDistanceOptions extends PlaceGaussianOptions {
  /** From pictures float32 [N, 3, S, S] in [-1, 1] to float32 [N, D, h, w]. */
  readonly features: (pictures: Tensor) => Tensor;
  /** h·w. */
  readonly places: number;
  /** D. */
  readonly dimensions: number;
  /** Standard deviation of the map's smoothing as a fraction of the side. */
  readonly smoothing: number;
  /** Whether maps are standardised at each place. */
  readonly standardizesPlaces: boolean;
}

/**
 * Learns the Gaussians of places from the features of all images.
 *
 * @throws {DataError} E_DATA if a feature is not finite.
 */
export async function learnPlaceDistance(
  context: LearningContext,
  imageSize: number,
  { features, places, dimensions, smoothing, standardizesPlaces, ...options }: PlaceDistanceOptions,
): Promise<Pick<Learned, "source" | "parameters">> {
  const gaussian = await withFeatures(context, imageSize, features, async (images) => {
    const fit = new PlaceGaussianFit(places, dimensions, options);
    for await (const { data } of images) fit.add(data);
    return fit.finish();
  });
  return {
    source: {
      imageSizePx: imageSize,
      standardizesPlaces,
      maps: (pictures) => ({
        maps: smoothedMap(placeDistance(features(pictures), gaussian), imageSize, smoothing),
      }),
    },
    parameters: gaussian.mean.data.length + gaussian.whitening.data.length,
  };
}
