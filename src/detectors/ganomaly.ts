/** GANomaly as a method: the code of a defective picture is not the code of its reconstruction. */
import { abs, reduceMean, sub } from "../graph/index.ts";
import { Ganomaly } from "../nn/index.ts";
import { ganomalyObjective, ganomalyWeights } from "../train/index.ts";
import { networkMethod } from "./network-method.ts";
import { residualMap } from "./residual-map.ts";

/** GANomaly, given its options. @see docs/detectors/ganomaly.md */
export const ganomalyMethod: ReturnType<typeof networkMethod> = networkMethod({
  method: "ganomaly",
  scoring: "latent distance",
  step: { learningRate: 1e-3, beta1: 0.5 }, // rate: ours; β₁: usual for adversarial training
  settings: { weights: ganomalyWeights },
  build: (network, batchShape) => {
    const model = new Ganomaly(network);
    return {
      objective: ganomalyObjective(model, batchShape),
      read: (pictures) => {
        const { latent, reconstruction, latentOfReconstruction } = model.generate(pictures);
        return {
          maps: residualMap(pictures, reconstruction),
          score: reduceMean(abs(sub(latent, latentOfReconstruction)), { axes: [1] }),
        };
      },
    };
  },
});
