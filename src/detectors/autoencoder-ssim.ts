/** Autoencoder with structural similarity as a method: a defect is where a picture and its reconstruction differ in structure. */
import { mul, pad, reduceMean, scalar, sub, type Tensor } from "../graph/index.ts";
import { Autoencoder, parameterCount } from "../nn/index.ts";
import {
  similarityObjective,
  similarityRadius,
  structuralSimilarity,
  trainedParameters,
} from "../train/index.ts";
import type { Learned, LearningContext, PreparedMethod } from "./method.ts";
import type { ResolvedNetworkOptions } from "./network-options.ts";
import { PictureBatches } from "./picture-batches.ts";
import { networkMaps } from "./reconstruction.ts";
import { trainNetwork } from "./train-network.ts";

const learningRate = 1e-3; // ours

/** The autoencoder with its options. @see docs/detectors/autoencoder-ssim.md */
export function autoencoderSsimMethod(options: ResolvedNetworkOptions): PreparedMethod {
  const { network, length } = options;
  return {
    method: "autoencoder-ssim",
    scoring: "dissimilarity",
    options,
    settings: { ...network, learningRate, length },
    learn: (context) => learn(options, context),
  };
}

async function learn(options: ResolvedNetworkOptions, context: LearningContext): Promise<Learned> {
  const { imageSize: imageSizePx, batchSize, network, length } = options;
  const model = new Autoencoder(network);
  const objective = similarityObjective(model, [batchSize, 3, imageSizePx, imageSizePx]);
  const batches = new PictureBatches(context.images, {
    imageSizePx,
    batchSize,
    symmetries: context.symmetries,
    random: context.random.split("batches"),
  });
  const identity = { objective: "structural similarity", network, batchSize };
  const { average, steps, finalLoss } = await trainNetwork(
    objective,
    { batches, length, identity, step: { learningRate } },
    context,
  );
  const parameters = trainedParameters(objective);
  return {
    source: networkMaps({
      imageSizePx,
      parameters,
      values: average,
      read: (pictures) => ({ maps: dissimilarityMap(pictures, model.reconstruct(pictures)) }),
    }),
    parameters: parameterCount(parameters),
    steps,
    finalLoss,
  };
}

/**
 * (1 - SSIM) / 2, averaged over the channels; the border repeats outside.
 *
 * @param pictures - float32 [N, 3, S, S] in [-1, 1]; `reconstruction` of that shape.
 * @returns float32 [N, 1, S, S] in [0, 1].
 */
function dissimilarityMap(pictures: Tensor, reconstruction: Tensor): Tensor {
  const margin = [0, 0, similarityRadius, similarityRadius];
  const [a, b] = [pictures, reconstruction].map((x) => pad(x, margin, margin, "edge"));
  const similarity = structuralSimilarity(a ?? pictures, b ?? reconstruction, 2);
  return mul(sub(scalar(1), reduceMean(similarity, { axes: [1] })), scalar(0.5));
}
