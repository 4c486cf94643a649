/** f-AnoGAN as a method: a defect is what the generator does not make from the code that the encoder finds. */
import { add, mul, reduceMean, scalar, sub, type Tensor } from "../graph/index.ts";
import { FAnogan } from "../nn/index.ts";
import { fAnoganObjective, fAnoganWeights } from "../train/index.ts";
import type { AnomalyMaps } from "./map-source.ts";
import { networkMethod } from "./network-method.ts";
import { residualMap } from "./residual-map.ts";

/** f-AnoGAN, given its options. @see docs/detectors/f-anogan.md */
export const fAnoganMethod: ReturnType<typeof networkMethod> = networkMethod({
  method: "f-anogan",
  scoring: "residual and features",
  step: { learningRate: 2e-3, beta1: 0, beta2: 0.9 }, // rate: ours; β₁, β₂: Gulrajani et al. 2017, Algorithm 1
  settings: { weights: fAnoganWeights },
  build: (network, batchShape) => {
    const [batchSize] = batchShape;
    const model = new FAnogan(network);
    return {
      objective: fAnoganObjective(model, batchShape, network.latentSize),
      draws: {
        noise: { distribution: "normal", shape: [batchSize, network.latentSize] },
        mix: { distribution: "uniform", shape: [batchSize, 1, 1, 1] },
      },
      read: (pictures) => read(model, pictures),
    };
  },
});

/** Map: the residual. Score: mean (x - x̂)² + κ·mean (f(x) - f(x̂))². */
function read(model: FAnogan, pictures: Tensor): AnomalyMaps {
  const reconstruction = model.reconstruct(pictures);
  const featuresOf = (x: Tensor) => model.critic.trace(x).features;
  const features = meanSquare(sub(featuresOf(pictures), featuresOf(reconstruction)));
  return {
    maps: residualMap(pictures, reconstruction),
    score: add(meanSquare(sub(pictures, reconstruction)), mul(features, scalar(fAnoganWeights.features))),
  };
}

/** Mean of squares of each picture: [N, C, H, W] to [N, 1]. */
function meanSquare(x: Tensor): Tensor {
  return reduceMean(reduceMean(mul(x, x), { axes: [2, 3], keepDims: false }), { axes: [1] });
}
