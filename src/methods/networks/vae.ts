/** Variational autoencoder as a method: a defect is what the decoder cannot make from the mean of the code. */

import type { Method } from "../method.ts";
import type { GivenOptions } from "../options.ts";
import { type NetworkSettings, networkMethod } from "./network-method.ts";
import { residualMap } from "./residual-map.ts";
import { VariationalAutoencoder } from "./variational-autoencoder.ts";
import { variationalObjective } from "./variational-objective.ts";

/** Constants of the variational autoencoder. */
export interface VaeSettings extends NetworkSettings {
  /** σ_x of a pixel value in [-1, 1]. */
  readonly decoderDeviation: number;
}

/** The variational autoencoder, given its options. @see docs/detectors/vae.md */
export const vaeMethod: Method<GivenOptions, VaeSettings> = networkMethod<VaeSettings>({
  method: "vae",
  scoring: "residual",
  settings: { learningRate: 3e-4, latentSize: 128, decoderDeviation: 0.03, smoothing: 1 / 64 }, // ours, by npm run tune
  build: (network, batchShape, { decoderDeviation, smoothing }) => {
    const { latentSize } = network;
    const model = new VariationalAutoencoder(network);
    return {
      objective: variationalObjective(model, batchShape, { latentSize, decoderDeviation }),
      draws: { noise: { distribution: "normal", shape: [batchShape[0], latentSize] } },
      read: (pictures) => ({ maps: residualMap(pictures, model.reconstruct(pictures), smoothing) }),
    };
  },
});
