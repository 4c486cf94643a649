/** Autoencoder with structural similarity as a method: a defect is where a picture and its reconstruction differ in structure. */
import { mul, pad, reduceMean, scalar, sub, type Tensor } from "../graph/index.ts";
import { Autoencoder } from "../nn/index.ts";
import { similarityObjective, similarityRadius, structuralSimilarity } from "../train/index.ts";
import { networkMethod } from "./network-method.ts";

/** The autoencoder, given its options. @see docs/detectors/autoencoder-ssim.md */
export const autoencoderSsimMethod: ReturnType<typeof networkMethod> = networkMethod({
  method: "autoencoder-ssim",
  scoring: "dissimilarity",
  step: { learningRate: 1e-3 }, // ours
  settings: {},
  build: (network, batchShape) => {
    const model = new Autoencoder(network);
    return {
      objective: similarityObjective(model, batchShape),
      read: (pictures) => ({ maps: dissimilarityMap(pictures, model.reconstruct(pictures)) }),
    };
  },
});

/**
 * (1 - SSIM) / 2, averaged over the channels; the border repeats outside.
 *
 * @param pictures - float32 [N, 3, S, S] in [-1, 1]; `reconstruction` of that shape.
 * @returns float32 [N, 1, S, S] in [0, 1].
 */
function dissimilarityMap(pictures: Tensor, reconstruction: Tensor): Tensor {
  const margin = [0, 0, similarityRadius, similarityRadius];
  const padded = (x: Tensor) => pad(x, margin, margin, "edge");
  const similarity = structuralSimilarity(padded(pictures), padded(reconstruction), 2);
  return mul(sub(scalar(1), reduceMean(similarity, { axes: [1] })), scalar(0.5));
}
