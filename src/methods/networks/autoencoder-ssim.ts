/** Autoencoder with structural similarity as a method: a defect is where a picture and its reconstruction differ in structure. */

import { gaussianBlur } from "../../features/map-filter.ts";
import { mul, pad, reduceMean, scalar, sub, type Tensor } from "../../graph/index.ts";
import type { Method } from "../method.ts";
import type { GivenOptions } from "../options.ts";
import { Autoencoder } from "./autoencoder.ts";
import { type NetworkSettings, networkMethod } from "./network-method.ts";
import { similarityObjective, similarityRadius, structuralSimilarity } from "./structural-similarity.ts";

/** The autoencoder, given its options. @see docs/detectors/autoencoder-ssim.md */
export const autoencoderSsimMethod: Method<GivenOptions, NetworkSettings> = networkMethod<NetworkSettings>({
  method: "autoencoder-ssim",
  scoring: "dissimilarity",
  settings: { learningRate: 1e-3, latentSize: 512, smoothing: 1 / 16 }, // ours, by npm run tune
  build: (network, batchShape, { smoothing }) => {
    const model = new Autoencoder(network);
    return {
      objective: similarityObjective(model, batchShape),
      read: (pictures) => ({ maps: dissimilarityMap(pictures, model.reconstruct(pictures), smoothing) }),
    };
  },
});

/**
 * (1 - SSIM) / 2, averaged over the channels; the border repeats outside.
 *
 * @param pictures - float32 [N, 3, S, S] in [-1, 1]; `reconstruction` of that shape.
 * @param smoothing - Standard deviation of further smoothing as a fraction of the side; 0 for none.
 * @returns float32 [N, 1, S, S] in [0, 1].
 */
function dissimilarityMap(pictures: Tensor, reconstruction: Tensor, smoothing: number): Tensor {
  const margin = [0, 0, similarityRadius, similarityRadius];
  const padded = (x: Tensor) => pad(x, margin, margin, "edge");
  const similarity = structuralSimilarity(padded(pictures), padded(reconstruction), 2);
  const map = mul(sub(scalar(1), reduceMean(similarity, { axes: [1] })), scalar(0.5));
  return smoothing > 0 ? gaussianBlur(map, Number(pictures.shape[3]) * smoothing) : map;
}
