/** GANomaly as a method: a defective picture, or its code, is not that of its reconstruction. */
import { abs, reduceMean, sub } from "../../graph/index.ts";
import type { Method } from "../method.ts";
import type { GivenOptions } from "../options.ts";
import { Ganomaly } from "./ganomaly-network.ts";
import { type GanomalyWeights, ganomalyObjective, ganomalyWeights } from "./ganomaly-objective.ts";
import { type NetworkSettings, networkMethod } from "./network-method.ts";
import { residualMap } from "./residual-map.ts";

/** Constants of GANomaly. */
export interface GanomalySettings extends NetworkSettings, GanomalyWeights {
  /** Whether an image's score is the distance of its codes (the paper's) or the maximum of its map. */
  readonly score: "codes" | "map";
}

/** GANomaly, given its options. @see docs/detectors/ganomaly.md */
export const ganomalyMethod: Method<GivenOptions, GanomalySettings> = networkMethod<GanomalySettings>({
  method: "ganomaly",
  scoring: "residual",
  settings: { learningRate: 1e-3, latentSize: 128, smoothing: 1 / 32, ...ganomalyWeights, score: "map" }, // ours, by npm run tune
  reading: ["score"],
  step: { beta1: 0.5 }, // usual for adversarial training
  build: (network, batchShape, { smoothing, score, ...weights }) => {
    const model = new Ganomaly(network);
    return {
      objective: ganomalyObjective(model, batchShape, weights),
      read: (pictures) => {
        const { latent, reconstruction, latentOfReconstruction } = model.generate(pictures);
        const distance = reduceMean(abs(sub(latent, latentOfReconstruction)), { axes: [1] });
        const maps = residualMap(pictures, reconstruction, smoothing);
        return { maps, ...(score === "codes" && { score: distance }) };
      },
    };
  },
});
