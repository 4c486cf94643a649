/** The evidence lower bound of a variational autoencoder as an objective. */
import { sizeOf } from "../../base/shape.ts";
import { add, exp, input, mul, reduceMean, reduceSum, scalar, sub, type Tensor } from "../../graph/index.ts";
import { namedParameters } from "../../nn/index.ts";
import { meanSquaredError } from "../../train/loss.ts";
import type { Objective } from "../../train/train-step.ts";
import type { LatentGaussian, VariationalAutoencoder } from "./variational-autoencoder.ts";

/**
 * Negative evidence lower bound per pixel value, without its constant: with D values a picture, σ_x the decoder's standard
 * deviation and z = μ + σ·ε,
 *
 * loss = ‖x - x̂(z)‖² / (2·σ_x²·D) + KL(N(μ, σ²) ‖ N(0, 1)) / D.
 *
 * Both terms are reported: `reconstruction` and `divergence`. Inputs: `pictures` float32 [N, 3, S, S], `noise` (ε, standard
 * normal) float32 [N, Z].
 *
 * @param batchShape - [N, 3, S, S].
 * @param options - `latentSize`: Z; `decoderDeviation`: σ_x > 0, in units of the pictures.
 * @see Kingma and Welling 2014, Eq. 10, arXiv:1312.6114
 */
export function variationalObjective(
  model: VariationalAutoencoder,
  batchShape: readonly [number, number, number, number],
  options: { readonly latentSize: number; readonly decoderDeviation: number },
): Objective {
  const { latentSize, decoderDeviation } = options;
  const pictures = input("pictures", "float32", batchShape);
  const noise = input("noise", "float32", [batchShape[0], latentSize]);
  const { mean, logVariance } = model.encode(pictures);
  const deviation = exp(mul(logVariance, scalar(0.5)));
  const decoded = model.decoder.apply(add(mean, mul(deviation, noise)));
  const reconstruction = mul(meanSquaredError(pictures, decoded), scalar(0.5 / decoderDeviation ** 2));
  const divergence = mul(gaussianDivergence({ mean, logVariance }), scalar(1 / sizeOf(batchShape.slice(1))));
  return {
    parameters: namedParameters(model),
    loss: add(reconstruction, divergence),
    terms: { reconstruction, divergence },
    inputs: [pictures, noise],
  };
}

/**
 * KL(N(μ, σ²) ‖ N(0, 1)) = ½·Σ(μ² + σ² - 1 - log σ²) of a picture, averaged over the batch.
 *
 * @returns float32 [], in nats, >= 0.
 * @see Kingma and Welling 2014, appendix B, arXiv:1312.6114
 */
export function gaussianDivergence({ mean, logVariance }: LatentGaussian): Tensor {
  const excess = sub(add(mul(mean, mean), exp(logVariance)), add(logVariance, scalar(1)));
  const perPicture = mul(reduceSum(excess, { axes: [1], keepDims: false }), scalar(0.5));
  return reduceMean(perPicture, { keepDims: false });
}
