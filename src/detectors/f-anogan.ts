/** f-AnoGAN as a method: a defect is what the generator does not make from the code that the encoder finds. */
import { add, mul, reduceMean, scalar, sub, type Tensor } from "../graph/index.ts";
import { FAnogan, parameterCount } from "../nn/index.ts";
import { fAnoganObjective, fAnoganWeights, trainedParameters } from "../train/index.ts";
import type { AnomalyMaps } from "./map-source.ts";
import type { Learned, LearningContext, PreparedMethod } from "./method.ts";
import type { ResolvedNetworkOptions } from "./network-options.ts";
import { PictureBatches } from "./picture-batches.ts";
import { networkMaps, residualMap } from "./reconstruction.ts";
import { trainNetwork } from "./train-network.ts";

const step = { learningRate: 5e-4, beta1: 0, beta2: 0.9 } as const; // rate: ours; β₁, β₂: Gulrajani et al. 2017, Algorithm 1

/** f-AnoGAN with its options. @see docs/detectors/f-anogan.md */
export function fAnoganMethod(options: ResolvedNetworkOptions): PreparedMethod {
  const { network, length } = options;
  return {
    method: "f-anogan",
    scoring: "residual and features",
    options,
    settings: { ...network, ...step, weights: fAnoganWeights, length },
    learn: (context) => learn(options, context),
  };
}

async function learn(options: ResolvedNetworkOptions, context: LearningContext): Promise<Learned> {
  const { imageSize: imageSizePx, batchSize, network, length } = options;
  const model = new FAnogan(network);
  const objective = fAnoganObjective(model, [batchSize, 3, imageSizePx, imageSizePx], network.latentSize);
  const batches = new PictureBatches(context.images, {
    imageSizePx,
    batchSize,
    symmetries: context.symmetries,
    draws: {
      noise: { distribution: "normal", shape: [batchSize, network.latentSize] },
      mix: { distribution: "uniform", shape: [batchSize, 1, 1, 1] },
    },
    random: context.random.split("batches"),
  });
  const identity = { objective: "f-anogan", network, batchSize, weights: fAnoganWeights };
  const { average, steps, finalLoss } = await trainNetwork(
    objective,
    { batches, length, identity, step },
    context,
  );
  const parameters = trainedParameters(objective);
  return {
    source: networkMaps({
      imageSizePx,
      parameters,
      values: average,
      read: (pictures) => read(model, pictures),
    }),
    parameters: parameterCount(parameters),
    steps,
    finalLoss,
  };
}

/** Map: the residual. Score: mean (x - x̂)² + κ·mean (f(x) - f(x̂))². */
function read(model: FAnogan, pictures: Tensor): AnomalyMaps {
  const reconstruction = model.reconstruct(pictures);
  const [own, made] = [pictures, reconstruction].map((x) => model.critic.trace(x).features);
  const features = meanSquare(sub(own ?? pictures, made ?? pictures));
  return {
    maps: residualMap(pictures, reconstruction),
    score: add(meanSquare(sub(pictures, reconstruction)), mul(features, scalar(fAnoganWeights.features))),
  };
}

/** Mean of squares of each picture: [N, C, H, W] to [N, 1]. */
function meanSquare(x: Tensor): Tensor {
  return reduceMean(reduceMean(mul(x, x), { axes: [2, 3], keepDims: false }), { axes: [1] });
}
