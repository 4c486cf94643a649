/**
 * Our default scoring: what the network marks as a defect, how far its features are from those of good images, and how far
 * colour and texture are.
 */
import { invariant } from "../base/check.ts";
import { averageCells, concat, resizeLinear, type Tensor } from "../graph/index.ts";
import { FeatureGaussianFit, gaussianDistance } from "./feature-gaussian.ts";
import { gaussianBlur, neighbourhoodMean } from "./map-filter.ts";
import { PlaceGaussianFit, placeDistance } from "./place-gaussian.ts";
import type { NetworkOutput, Readout } from "./readout.ts";
import { textureCellPx, textureFeatureCount, textureFeatures } from "./texture-features.ts";

/** Standard deviations of the maps' smoothing as fractions of the patch's side (ours). */
const smoothing = { logits: 1 / 64, network: 1 / 48, texture: 1 / 24 } as const;

/** Names of the maps: logits of the defect head, distance of network features, distance of texture. */
export const combinedMapNames = ["defects", "network", "texture"] as const;

/** One of {@link combinedMapNames}. */
export type CombinedMap = (typeof combinedMapNames)[number];

/**
 * One call at a low noise level, without added noise, read twice: the logits of a head trained on synthetic defects, and the
 * distance of the network's early features from a Gaussian of good images' features. A third map is the same distance of
 * features that need no network: colour and texture.
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
      "defect head trained on planted defects, and distances of network features and of texture from those of good images",
    timestep: 50,
    addsNoise: false,
    plantsDefects: true,
    standardizesPlaces: true,
    observe: (output) => concat([textureFeatures(output.patches), networkFeatures(output)], 1),
    fit: async (images, { count, random }) => {
      let fits: { texture: PlaceGaussianFit; network: FeatureGaussianFit } | undefined;
      for await (const { shape, data } of images) {
        const [patches = 1, dimensions = 1, height = 1, width = 1] = shape;
        const places = height * width;
        fits ??= {
          texture: new PlaceGaussianFit(places, textureFeatureCount),
          network: new FeatureGaussianFit(count * patches, places, dimensions - textureFeatureCount, random),
        };
        const values = Float32Array.from(data, Number);
        for (let patch = 0; patch < patches; patch++) {
          const start = patch * dimensions * places;
          const border = start + textureFeatureCount * places;
          fits.texture.add(values.subarray(start, border));
          fits.network.add(values.subarray(border, start + dimensions * places));
        }
      }
      invariant(fits, "a readout fitted on no images");
      const [texture, network] = [fits.texture.finish(), fits.network.finish()];
      return {
        maps: (output) => {
          const { defectLogits } = output;
          invariant(defectLogits, "a network without a defect head");
          const side = Number(defectLogits.shape[3]);
          const map = {
            defects: () => smoothed(defectLogits, smoothing.logits),
            network: () => smoothed(gaussianDistance(networkFeatures(output), network), smoothing.network),
            texture: () =>
              smoothed(placeDistance(textureFeatures(output.patches), texture), smoothing.texture),
          } as const;
          return concat(
            maps.map((name) => resizeLinear(map[name](), side, side)),
            1,
          );
        },
      };
    },
  };
}

/** The two finest encoder levels on the grid of the texture features, averaged over 3 x 3 places: float32 [M, D, g, g]. */
function networkFeatures({ patches, trace: { encoder } }: NetworkOutput): Tensor {
  const patchSide = Number(patches.shape[3]);
  const side = patchSide / textureCellPx(patchSide);
  const levels = encoder.slice(0, 2).map((level) => {
    const own = Number(level.shape[3]);
    return own > side ? averageCells(level, own / side) : resizeLinear(level, side, side);
  });
  return neighbourhoodMean(concat(levels, 1));
}

/** Smoothing by a fraction of the map's side, at least half a place. */
function smoothed(map: Tensor, fraction: number): Tensor {
  return gaussianBlur(map, Math.max(0.5, Number(map.shape[3]) * fraction));
}
