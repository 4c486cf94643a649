/** GANomaly as a method: the code of a defective picture is not the code of its reconstruction. */
import { abs, reduceMean, sub } from "../graph/index.ts";
import { Ganomaly, parameterCount } from "../nn/index.ts";
import { ganomalyObjective, ganomalyWeights, trainedParameters } from "../train/index.ts";
import type { Learned, LearningContext, PreparedMethod } from "./method.ts";
import type { ResolvedNetworkOptions } from "./network-options.ts";
import { PictureBatches } from "./picture-batches.ts";
import { networkMaps, residualMap } from "./reconstruction.ts";
import { trainNetwork } from "./train-network.ts";

const learningRate = 1e-3; // ours
const beta1 = 0.5; // usual for adversarial training

/** GANomaly with its options. @see docs/detectors/ganomaly.md */
export function ganomalyMethod(options: ResolvedNetworkOptions): PreparedMethod {
  const { network, length } = options;
  return {
    method: "ganomaly",
    scoring: "latent distance",
    options,
    settings: { ...network, learningRate, beta1, weights: ganomalyWeights, length },
    learn: (context) => learn(options, context),
  };
}

async function learn(options: ResolvedNetworkOptions, context: LearningContext): Promise<Learned> {
  const { imageSize: imageSizePx, batchSize, network, length } = options;
  const model = new Ganomaly(network);
  const objective = ganomalyObjective(model, [batchSize, 3, imageSizePx, imageSizePx]);
  const batches = new PictureBatches(context.images, {
    imageSizePx,
    batchSize,
    symmetries: context.symmetries,
    random: context.random.split("batches"),
  });
  const identity = { objective: "ganomaly", network, batchSize, weights: ganomalyWeights };
  const { average, steps, finalLoss } = await trainNetwork(
    objective,
    { batches, length, identity, step: { learningRate, beta1 } },
    context,
  );
  const parameters = trainedParameters(objective);
  return {
    source: networkMaps({
      imageSizePx,
      parameters,
      values: average,
      read: (pictures) => {
        const { latent, reconstruction, latentOfReconstruction } = model.generate(pictures);
        return {
          maps: residualMap(pictures, reconstruction),
          score: reduceMean(abs(sub(latent, latentOfReconstruction)), { axes: [1] }),
        };
      },
    }),
    parameters: parameterCount(parameters),
    steps,
    finalLoss,
  };
}
