/** What methods share whose map is the distance of each place's features from a Gaussian of good ones. */

import type { NdArray } from "../../base/array.ts";
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
  /** From pictures float32 [N, 3, S, S] in [-1, 1], [N, 1, S, S] where none has colour and there are `greyDimensions`, to float32 [N, D, h, w]. */
  readonly features: (pictures: Tensor) => Tensor;
  /** h·w. */
  readonly places: number;
  /** D. */
  readonly dimensions: number;
  /** D of pictures of one channel. Default: the features need three. */
  readonly greyDimensions?: number;
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
  {
    features,
    places,
    dimensions,
    smoothing,
    standardizesPlaces,
    greyDimensions,
    ...options
  }: PlaceDistanceOptions,
): Promise<Pick<Learned, "source" | "parameters">> {
  const readsGrey = context.areGrey && greyDimensions !== undefined;
  const fitted = async (images: AsyncIterable<NdArray<"float32">>) => {
    const fit = new PlaceGaussianFit(places, readsGrey ? greyDimensions : dimensions, options);
    for await (const { data } of images) fit.add(data);
    return fit.finish();
  };
  const gaussian = await withFeatures(context, imageSize, features, fitted, { readsGrey });
  return {
    source: {
      imageSizePx: imageSize,
      standardizesPlaces,
      readsGrey,
      maps: (pictures) => ({
        maps: smoothedMap(placeDistance(features(pictures), gaussian), imageSize, smoothing),
      }),
    },
    parameters: gaussian.mean.data.length + gaussian.whitening.data.length,
  };
}
