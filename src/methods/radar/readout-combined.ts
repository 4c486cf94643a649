/** Our default scoring: what the network marks as a defect, and how far colour and texture are from those of good images. */
import { floatValues } from "../../base/array.ts";
import { invariant } from "../../base/check.ts";
import { fitGaussianMixture, mixtureDistance } from "../../estimators/gaussian-mixture.ts";
import { PlaceGaussianFit, placeDistance } from "../../estimators/place-gaussian.ts";
import { PlaceSample } from "../../estimators/place-sample.ts";
import { gaussianBlur } from "../../features/map-filter.ts";
import { textureFeatureCount, textureFeatures } from "../../features/texture-features.ts";
import { add, concat, mul, resizeLinear, scalar, type Tensor } from "../../graph/index.ts";
import type { NetworkOutput, Readout } from "./readout.ts";

const timestep = 50; // of 1000 (ours)
const mixtureComponents = 16; // kinds of places (ours)
const mixturePoints = 16_000; // that the mixture is fitted on (ours)

/** Standard deviations of the maps' smoothing as fractions of the patch's side (ours). */
const smoothing = { defects: 1 / 64, texture: 1 / 24 } as const;

/** Names of the maps: logits of the defect head, distance of texture. */
export const combinedMapNames = ["defects", "texture"] as const;

/** One of {@link combinedMapNames}. */
export type CombinedMap = (typeof combinedMapNames)[number];

/**
 * One call at a low noise level, without added noise: the logits of a head trained on synthetic defects. Beside it the distance
 * of colour and texture from those of good images, which needs no network: the mean of two, from the Gaussian of the place
 * and from the nearest of some Gaussians of all places.
 */
export const combinedReadout: Readout = readoutOf(combinedMapNames);

/**
 * The same with some of its maps only, to see what each gives.
 *
 * @param maps - At least one.
 */
export function readoutOf(maps: readonly CombinedMap[]): Readout {
  return {
    summary:
      "defect head trained on planted defects, and distance of colour and texture from those of good images",
    settings: { timestep, smoothing, mixtureComponents },
    timesteps: [timestep],
    addsNoise: false,
    plantsDefects: true,
    network: "pictures",
    classifiers: [],
    standardizesPlaces: true,
    observe: ({ patches }) => textureFeatures(patches),
    fit: async (images, { random }) => {
      let fit: PlaceGaussianFit | undefined;
      const sample = new PlaceSample(textureFeatureCount, mixturePoints, random.split("places"));
      for await (const observation of images) {
        const [patches = 1, , height = 1, width = 1] = observation.shape;
        fit ??= new PlaceGaussianFit(height * width, textureFeatureCount);
        const values = floatValues(observation);
        const size = values.length / patches;
        for (let patch = 0; patch < patches; patch++) {
          const features = values.subarray(patch * size, (patch + 1) * size);
          fit.add(features);
          sample.add(features);
        }
      }
      invariant(fit, "a readout fitted on no images");
      const places = fit.finish();
      const kinds = fitGaussianMixture(sample.rows(), textureFeatureCount, {
        components: mixtureComponents,
        addedVariance: fit.spreadOfImages(),
        random: random.split("mixture"),
      });
      const map: Readonly<Record<CombinedMap, (output: NetworkOutput) => Tensor>> = {
        defects: ({ defectLogits }) => {
          invariant(defectLogits, "a network without a defect head");
          return smoothed(defectLogits, smoothing.defects);
        },
        texture: ({ patches }) => {
          const side = Number(patches.shape[3]);
          const features = textureFeatures(patches);
          const distance = mul(
            add(placeDistance(features, places), mixtureDistance(features, kinds)),
            scalar(0.5),
          );
          return resizeLinear(smoothed(distance, smoothing.texture), side, side);
        },
      };
      return {
        maps: (output) =>
          concat(
            maps.map((name) => map[name](output)),
            1,
          ),
      };
    },
  };
}

/** Smoothing by a fraction of the map's side, at least half a place. */
function smoothed(map: Tensor, fraction: number): Tensor {
  return gaussianBlur(map, Math.max(0.5, Number(map.shape[3]) * fraction));
}
