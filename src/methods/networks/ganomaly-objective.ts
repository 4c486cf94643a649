/** GANomaly's two objectives: the generator's three terms, and the discriminator's. */
import { add, input, mul, reduceMean, scalar, type Tensor } from "../../graph/index.ts";
import { namedParameters } from "../../nn/index.ts";
import { binaryCrossEntropy, meanAbsoluteError, meanSquaredError } from "../../train/loss.ts";
import type { Objective } from "../../train/train-step.ts";
import type { Ganomaly } from "./ganomaly-network.ts";

/** Weights of the generator's terms. */
export interface GanomalyWeights {
  readonly adversarial: number;
  readonly contextual: number;
  readonly encoding: number;
}

/** The weights of Akcay et al. 2018, section 4. */
export const ganomalyWeights: GanomalyWeights = { adversarial: 1, contextual: 50, encoding: 1 };

/**
 * The generator makes the weighted sum adversarial + contextual + encoding small, with f the features of the discriminator:
 *
 * adversarial = mean (f(x) - f(x̂))², contextual = mean |x - x̂|, encoding = mean (z - ẑ)²;
 *
 * the discriminator tells pictures from reconstructions: discrimination = mean cross-entropy of D(x) to 1 and D(x̂) to 0. Each
 * moves its own parameters only. Input: `pictures` float32 [N, 3, S, S] in [-1, 1].
 *
 * @param batchShape - [N, 3, S, S].
 * @see Akcay et al. 2018, Eq. 1 to 4, arXiv:1805.06725; means instead of the norms there, so that the size does not matter (ours)
 */
export function ganomalyObjective(
  model: Ganomaly,
  batchShape: readonly [number, number, number, number],
  weights: GanomalyWeights = ganomalyWeights,
): Objective {
  const pictures = input("pictures", "float32", batchShape);
  const { latent, reconstruction, latentOfReconstruction } = model.generate(pictures);
  const [real, fake] = [model.discriminator.trace(pictures), model.discriminator.trace(reconstruction)];
  const adversarial = meanSquaredError(real.features, fake.features);
  const contextual = meanAbsoluteError(pictures, reconstruction);
  const encoding = meanSquaredError(latent, latentOfReconstruction);
  const crossEntropy = (logits: Tensor, target: number) =>
    reduceMean(binaryCrossEntropy(logits, scalar(target)), { keepDims: false });
  const discrimination = mul(add(crossEntropy(real.latent, 1), crossEntropy(fake.latent, 0)), scalar(0.5));
  const weighted = (term: Tensor, weight: number) => mul(term, scalar(weight));
  return {
    parameters: namedParameters(model.generator, "generator."),
    loss: add(
      add(weighted(adversarial, weights.adversarial), weighted(contextual, weights.contextual)),
      weighted(encoding, weights.encoding),
    ),
    others: [{ parameters: namedParameters(model.discriminator, "discriminator."), loss: discrimination }],
    terms: { adversarial, contextual, encoding, discrimination },
    inputs: [pictures],
  };
}
