/** Variational autoencoder as a method: a defect is what the decoder cannot make from the mean of the code. */
import { VariationalAutoencoder } from "../nn/index.ts";
import { variationalObjective } from "../train/index.ts";
import { networkMethod } from "./network-method.ts";
import { residualMap } from "./residual-map.ts";

const decoderDeviation = 0.1; // of a pixel value in [-1, 1] (ours)

/** The variational autoencoder, given its options. @see docs/detectors/vae.md */
export const vaeMethod: ReturnType<typeof networkMethod> = networkMethod({
  method: "vae",
  scoring: "residual",
  step: { learningRate: 1e-3 }, // ours
  settings: { decoderDeviation },
  build: (network, batchShape) => {
    const { latentSize } = network;
    const model = new VariationalAutoencoder(network);
    return {
      objective: variationalObjective(model, batchShape, { latentSize, decoderDeviation }),
      draws: { noise: { distribution: "normal", shape: [batchShape[0], latentSize] } },
      read: (pictures) => ({ maps: residualMap(pictures, model.reconstruct(pictures)) }),
    };
  },
});
