/** What places of good pictures look like in some descriptions, and how far those of others are from it: from the same place, or from the nearest kind of place. */
import { floatValues, type NdArray } from "../../base/array.ts";
import { invariant } from "../../base/check.ts";
import type { Random } from "../../base/random.ts";
import { explainedByPlace } from "../../estimators/alignment.ts";
import {
  fitGaussianMixture,
  type GaussianMixture,
  mixtureDistance,
  mixtureResiduals,
} from "../../estimators/gaussian-mixture.ts";
import { instanceShare, normalizedInstance, normalizedInstances } from "../../estimators/instance-norm.ts";
import { type PlaceGaussian, PlaceGaussianFit, placeDistance } from "../../estimators/place-gaussian.ts";
import { PlaceSample } from "../../estimators/place-sample.ts";
import type { Tensor } from "../../graph/index.ts";
import type { NetworkOutput } from "./readout.ts";

/** Kinds of places (ours). */
export const mixtureComponents = 16;
const mixturePoints = 16_000; // that the mixture is fitted on (ours)

/** What describes the places of pictures. */
export interface Description {
  /** float32 [M, D, g, g]. */
  readonly of: (output: NetworkOutput) => Tensor;
  /** Whether a picture's own light and contrast are taken out of it, as far as good pictures differ in them and places are told apart. */
  readonly isNormalized: boolean;
}

/** Descriptions of one image, by their names: float32 [M, D, g, g] each. */
export type Described = Readonly<Record<string, NdArray>>;

/** Places of good pictures in one description. */
export interface DescribedPlaces {
  /** Whether each place has a Gaussian of its own, because good pictures are aligned; else all share one. */
  readonly areToldApart: boolean;
  /** How much of a picture's own light and contrast is taken out, 0 .. 1. */
  readonly instanceShare: number;
  /** Distance from the Gaussian of the same place, float32 [M, 1, g, g]. */
  readonly fromPlace: (output: NetworkOutput) => Tensor;
  /** Distance from the nearest kind of place, float32 [M, 1, g, g]. Kinds are fitted when they are first asked for. */
  readonly fromKind: (output: NetworkOutput) => Tensor;
  /**
   * How much a place tells of a good picture that its kind does not: the share of what is left around the nearest kinds that the place explains, at most 1. Of
   * parts that lie anyhow a place may tell part from ground, and nothing of the part.
   */
  readonly beyondKinds: () => number;
}

/**
 * Learns what good pictures look like.
 *
 * @param images - Descriptions of each image.
 * @param descriptions - What is described, by the same names.
 * @param options - `sample`: some of the images once more, looked at where a description may be normalised: how far images differ in contrast, and
 * {@link DescribedPlaces.beyondKinds}, are measured on them.
 * @returns By the same names.
 */
export async function describePlaces(
  images: AsyncIterable<Described>,
  descriptions: Readonly<Record<string, Description>>,
  { random, sample }: { readonly random: Random; readonly sample: AsyncIterable<Described> },
): Promise<Readonly<Record<string, DescribedPlaces>>> {
  const named = Object.entries(descriptions);
  const sampled: Described[] = [];
  if (named.some(([, { isNormalized }]) => isNormalized)) {
    for await (const image of sample) sampled.push(image);
  }
  const shareOf = (name: string): number => {
    const { patches, dimensions } = patchesOf(sampled.map((image) => image[name]));
    return instanceShare(patches, dimensions);
  };
  const shares = new Map(
    named.map(([name, { isNormalized }]) => [name, isNormalized ? shareOf(name) : 0] as const),
  );
  const fits = new Map<string, PlacesFit>();
  for await (const image of images) {
    for (const [name] of named) {
      const { patches, dimensions, places } = patchesOf([image[name]]);
      const share = shares.get(name) ?? 0;
      const fit = fits.get(name) ?? {
        places: new PlaceGaussianFit(places, dimensions),
        points: new PlaceSample(dimensions, mixturePoints, random.split("places")),
        dimensions,
        share,
        sampled: sampled.map((image) => image[name]),
      };
      fits.set(name, fit);
      for (const patch of patches) {
        const features = normalizedInstance(patch, dimensions, share);
        fit.places.add(features);
        fit.points.add(features);
      }
    }
  }
  return Object.fromEntries(
    named.map(([name, description]) => {
      const fit = fits.get(name);
      invariant(fit, "a readout fitted on no images");
      return [name, describedPlaces(description, fit, random)] as const;
    }),
  );
}

interface PlacesFit {
  readonly places: PlaceGaussianFit;
  readonly points: PlaceSample;
  readonly dimensions: number;
  readonly share: number;
  /** The description of some of the images, float32 [M, D, g, g] each. */
  readonly sampled: readonly (NdArray | undefined)[];
}

function describedPlaces(description: Description, fit: PlacesFit, random: Random): DescribedPlaces {
  const { share, dimensions } = fit;
  const gaussians: PlaceGaussian = fit.places.finish();
  const described = new WeakMap<NetworkOutput, Tensor>(); // both distances are of the same values
  const values = (output: NetworkOutput): Tensor => {
    const known = described.get(output) ?? normalizedInstances(description.of(output), share);
    described.set(output, known);
    return known;
  };
  const kindsOf = (points: PlaceSample): GaussianMixture =>
    fitGaussianMixture(points.rows(), dimensions, {
      components: mixtureComponents,
      addedVariance: fit.places.spreadOfImages(),
      random: random.split("mixture"),
    });
  let kinds: GaussianMixture | undefined;
  return {
    areToldApart: Number(gaussians.mean.shape[0]) > 1,
    instanceShare: share,
    fromPlace: (output) => placeDistance(values(output), gaussians),
    fromKind: (output) => {
      kinds ??= kindsOf(fit.points);
      return mixtureDistance(values(output), kinds);
    },
    beyondKinds: () => {
      const sampled = patchesOf(fit.sampled).patches.map((patch) =>
        normalizedInstance(patch, dimensions, share),
      );
      const points = new PlaceSample(dimensions, mixturePoints, random.split("places"));
      for (const features of sampled) points.add(features);
      const own = kindsOf(points); // kinds of disturbed copies would leave more for the place to explain
      return explainedByPlace(
        sampled.map((features) => mixtureResiduals(features, own)),
        dimensions,
      );
    },
  };
}

/**
 * What describes each patch of images, float32 [D, L] each.
 *
 * @param described - float32 [M, D, h, w] each, L = h·w.
 */
function patchesOf(described: readonly (NdArray | undefined)[]) {
  const [, dimensions = 0, height = 1, width = 1] = described[0]?.shape ?? [];
  const places = height * width;
  const size = dimensions * places;
  const patches = described.flatMap((image) => {
    invariant(image, "an image that lacks a description");
    const values = floatValues(image);
    return Array.from({ length: values.length / size }, (_, patch) =>
      values.subarray(patch * size, (patch + 1) * size),
    );
  });
  return { patches, dimensions, places };
}
