/** Our default scoring: what the network marks as a defect, and how far its features are from those of good images. */
import { invariant } from "../base/check.ts";
import { concat, resizeLinear, type Tensor } from "../graph/index.ts";
import { FeatureGaussianFit, gaussianDistance } from "./feature-gaussian.ts";
import { gaussianBlur, neighbourhoodMean } from "./map-filter.ts";
import type { NetworkOutput, Readout } from "./readout.ts";

const logitSmoothing = 1 / 64; // standard deviations as fractions of the patch's side (ours)
const distanceSmoothing = 1 / 48;

/**
 * One call at a low noise level, without added noise, read twice: the logits of a head trained on synthetic defects, and the
 * distance of the network's early features from a Gaussian of good images' features.
 */
export const combinedReadout: Readout = {
  summary: "defect head trained on planted defects, and distance of features from those of good images",
  timestep: 50,
  addsNoise: false,
  plantsDefects: true,
  standardizesPlaces: true,
  observe: placeFeatures,
  fit: async (images, { count, random }) => {
    let gaussian: FeatureGaussianFit | undefined;
    for await (const { shape, data } of images) {
      const [patches = 1, dimensions = 1, height = 1, width = 1] = shape;
      const size = dimensions * height * width;
      gaussian ??= new FeatureGaussianFit(count * patches, height * width, dimensions, random);
      const values = Float32Array.from(data, Number);
      for (let patch = 0; patch < patches; patch++)
        gaussian.add(values.subarray(patch * size, (patch + 1) * size));
    }
    invariant(gaussian, "a readout fitted on no images");
    const learned = gaussian.finish();
    return {
      maps: (output) => {
        const { defectLogits } = output;
        invariant(defectLogits, "a network without a defect head");
        const side = Number(defectLogits.shape[3]);
        const distance = gaussianDistance(placeFeatures(output), learned);
        const grid = Number(distance.shape[3]);
        return concat(
          [
            gaussianBlur(defectLogits, Math.max(1, side * logitSmoothing)),
            resizeLinear(gaussianBlur(distance, Math.max(0.5, grid * distanceSmoothing)), side, side),
          ],
          1,
        );
      },
    };
  },
};

/** The two finest encoder levels on the finest one's grid, averaged over 3 x 3 places: float32 [M, D, h, w]. */
function placeFeatures({ trace: { encoder } }: NetworkOutput): Tensor {
  const [fine, coarse] = encoder;
  invariant(fine, "a network without levels");
  const side = Number(fine.shape[2]);
  const features = coarse === undefined ? [fine] : [fine, resizeLinear(coarse, side, side)];
  return neighbourhoodMean(concat(features, 1));
}
