/** Variational autoencoder as a method: a defect is what the decoder cannot make from the mean of the code. */
import { parameterCount, VariationalAutoencoder } from "../nn/index.ts";
import { trainedParameters, variationalObjective } from "../train/index.ts";
import type { Learned, LearningContext, PreparedMethod } from "./method.ts";
import type { ResolvedNetworkOptions } from "./network-options.ts";
import { PictureBatches } from "./picture-batches.ts";
import { networkMaps, residualMap } from "./reconstruction.ts";
import { trainNetwork } from "./train-network.ts";

const learningRate = 1e-3; // ours
const decoderDeviation = 0.1; // of a pixel value in [-1, 1] (ours)

/** The variational autoencoder with its options. @see docs/detectors/vae.md */
export function vaeMethod(options: ResolvedNetworkOptions): PreparedMethod {
  const { network, length } = options;
  return {
    method: "vae",
    scoring: "residual",
    options,
    settings: { ...network, learningRate, decoderDeviation, length },
    learn: (context) => learn(options, context),
  };
}

async function learn(options: ResolvedNetworkOptions, context: LearningContext): Promise<Learned> {
  const { imageSize: imageSizePx, batchSize, network, length } = options;
  const model = new VariationalAutoencoder(network);
  const objective = variationalObjective(model, [batchSize, 3, imageSizePx, imageSizePx], {
    latentSize: network.latentSize,
    decoderDeviation,
  });
  const batches = new PictureBatches(context.images, {
    imageSizePx,
    batchSize,
    symmetries: context.symmetries,
    draws: { noise: { distribution: "normal", shape: [batchSize, network.latentSize] } },
    random: context.random.split("batches"),
  });
  const identity = { objective: "variational", network, batchSize, decoderDeviation };
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
      read: (pictures) => ({ maps: residualMap(pictures, model.reconstruct(pictures)) }),
    }),
    parameters: parameterCount(parameters),
    steps,
    finalLoss,
  };
}
