/** f-AnoGAN's three objectives: Wasserstein critic and generator, and the encoder that inverts the generator. */
import { add, input, mul, neg, reduceMean, scalar, sub, type Tensor } from "../../graph/index.ts";
import { namedParameters } from "../../nn/index.ts";
import { meanSquaredError } from "../../train/loss.ts";
import type { Objective } from "../../train/train-step.ts";
import type { FAnogan } from "./f-anogan-network.ts";
import { gradientPenalty } from "./gradient-penalty.ts";

/** λ of the gradient penalty (Gulrajani et al. 2017, section 4) and κ of the features (Schlegl et al. 2019). */
const fAnoganWeights = { penalty: 10, features: 1 } as const;

/**
 * With z standard normal, f the critic's features, and each loss moving its own network only:
 *
 * critic: mean D(G(z)) - mean D(x) + 10·penalty; generator: -mean D(G(z));
 * encoder: residual + κ·features = mean (x - G(E(x)))² + mean (f(x) - f(G(E(x))))².
 *
 * The encoder's is the objective's loss. Inputs: `pictures` float32 [N, 3, S, S] in [-1, 1], `noise` (z) float32 [N, Z], `mix`
 * float32 [N, 1, 1, 1], uniform in [0, 1).
 *
 * @param batchShape - [N, 3, S, S].
 * @param options - `latentSize`: Z; `featureWeight`: κ, default the paper's.
 * @see Schlegl et al. 2019, "f-AnoGAN", section 3 (izi_f), doi:10.1016/j.media.2019.01.010; Gulrajani et al. 2017, Algorithm 1
 */
export function fAnoganObjective(
  model: FAnogan,
  batchShape: readonly [number, number, number, number],
  options: { readonly latentSize: number; readonly featureWeight?: number },
): Objective {
  const { latentSize, featureWeight = fAnoganWeights.features } = options;
  const pictures = input("pictures", "float32", batchShape);
  const noise = input("noise", "float32", [batchShape[0], latentSize]);
  const mix = input("mix", "float32", [batchShape[0], 1, 1, 1]);
  const { encoder, generator, critic } = model;
  const made = generator.apply(noise);
  const mean = (x: Tensor) => reduceMean(x, { keepDims: false });
  const [verdictOnMade, real] = [mean(critic.apply(made)), critic.trace(pictures)];
  const penalty = gradientPenalty((x) => critic.apply(x), { a: pictures, b: made, mix });
  const distance = sub(mean(real.latent), verdictOnMade);
  const reconstruction = model.reconstruct(pictures);
  const residual = meanSquaredError(pictures, reconstruction);
  const features = meanSquaredError(real.features, critic.trace(reconstruction).features);
  return {
    parameters: namedParameters(encoder, "encoder."),
    loss: add(residual, mul(features, scalar(featureWeight))),
    others: [
      { parameters: namedParameters(generator, "generator."), loss: neg(verdictOnMade) },
      {
        parameters: namedParameters(critic, "critic."),
        loss: sub(mul(penalty, scalar(fAnoganWeights.penalty)), distance),
      },
    ],
    terms: { residual, features, distance, penalty },
    inputs: [pictures, noise, mix],
  };
}
