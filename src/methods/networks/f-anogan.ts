/** f-AnoGAN as a method: a defect is what the generator does not make from the code that the encoder finds. */

import type { AnomalyMaps } from "../../detectors/map-source.ts";
import { add, mul, reduceMean, scalar, sub, type Tensor } from "../../graph/index.ts";
import type { Method } from "../method.ts";
import type { GivenOptions } from "../options.ts";
import { FAnogan } from "./f-anogan-network.ts";
import { fAnoganObjective } from "./f-anogan-objective.ts";
import { type NetworkSettings, networkMethod } from "./network-method.ts";
import { residualMap } from "./residual-map.ts";

/** Constants of f-AnoGAN. */
export interface FAnoganSettings extends NetworkSettings {
  /** κ, of the features in the encoder's loss and in the score. */
  readonly featureWeight: number;
  /** Whether an image's score is the encoder's loss on it (the paper's) or the maximum of its map. */
  readonly score: "loss" | "map";
}

/** f-AnoGAN, given its options. @see docs/detectors/f-anogan.md */
export const fAnoganMethod: Method<GivenOptions, FAnoganSettings> = networkMethod<FAnoganSettings>({
  method: "f-anogan",
  scoring: "residual",
  settings: {
    learningRate: 2e-3, // ours
    latentSize: 128, // ours
    smoothing: 1 / 32, // ours, by npm run tune
    featureWeight: 0.1, // ours, by npm run tune; 1 in the paper
    score: "map", // ours, by npm run tune; the paper's is the loss
  },
  reading: ["score"],
  step: { beta1: 0, beta2: 0.9 }, // Gulrajani et al. 2017, Algorithm 1
  build: (network, batchShape, settings) => {
    const [batchSize] = batchShape;
    const { featureWeight } = settings;
    const model = new FAnogan(network);
    return {
      objective: fAnoganObjective(model, batchShape, { latentSize: network.latentSize, featureWeight }),
      draws: {
        noise: { distribution: "normal", shape: [batchSize, network.latentSize] },
        mix: { distribution: "uniform", shape: [batchSize, 1, 1, 1] },
      },
      read: (pictures) => read(model, pictures, settings),
    };
  },
});

/** Map: the residual. Score: mean (x - x̂)² + κ·mean (f(x) - f(x̂))². */
function read(
  model: FAnogan,
  pictures: Tensor,
  { smoothing, featureWeight, score }: FAnoganSettings,
): AnomalyMaps {
  const reconstruction = model.reconstruct(pictures);
  const featuresOf = (x: Tensor) => model.critic.trace(x).features;
  const features = meanSquare(sub(featuresOf(pictures), featuresOf(reconstruction)));
  const loss = add(meanSquare(sub(pictures, reconstruction)), mul(features, scalar(featureWeight)));
  const maps = residualMap(pictures, reconstruction, smoothing);
  return { maps, ...(score === "loss" && { score: loss }) };
}

/** Mean of squares of each picture: [N, C, H, W] to [N, 1]. */
function meanSquare(x: Tensor): Tensor {
  return reduceMean(reduceMean(mul(x, x), { axes: [2, 3], keepDims: false }), { axes: [1] });
}
