/** Structural similarity of pictures, and the objective of an autoencoder that makes it large. */
import {
  add,
  constant,
  conv2d,
  div,
  input,
  mul,
  reduceMean,
  reshape,
  scalar,
  sub,
  type Tensor,
} from "../../graph/index.ts";
import { namedParameters } from "../../nn/index.ts";
import type { Objective } from "../../train/train-step.ts";
import type { Autoencoder } from "./autoencoder.ts";

/** Pixels on each side of a window's centre (paper: windows of 11 × 11). */
export const similarityRadius = 5;

const windowDeviation = 1.5; // pixels (paper)
const [k1, k2] = [0.01, 0.03]; // paper

/**
 * SSIM of the Gaussian windows around each place where a window fits:
 *
 * (2·μ_a·μ_b + c₁)·(2·σ_ab + c₂) / ((μ_a² + μ_b² + c₁)·(σ_a² + σ_b² + c₂)), c₁ = (0.01·L)², c₂ = (0.03·L)².
 *
 * @param a - float32 [N, C, H, W], H and W at least 11; `b` of the same shape.
 * @param range - L: largest minus smallest value that pictures may have; 2 for [-1, 1].
 * @returns float32 [N, C, H - 10, W - 10] in [-1, 1]; 1 where both are the same.
 * @see Wang et al. 2004, "Image Quality Assessment", Eq. 13; Bergmann et al. 2019, Eq. 8, arXiv:1807.02011
 */
export function structuralSimilarity(a: Tensor, b: Tensor, range: number): Tensor {
  const [c1, c2] = [scalar((k1 * range) ** 2), scalar((k2 * range) ** 2)];
  const [meanA, meanB] = [windowMean(a), windowMean(b)];
  const meansProduct = mul(meanA, meanB);
  const meansSquares = add(mul(meanA, meanA), mul(meanB, meanB));
  const covariance = sub(windowMean(mul(a, b)), meansProduct);
  const variances = sub(windowMean(add(mul(a, a), mul(b, b))), meansSquares);
  const twice = (x: Tensor) => mul(x, scalar(2));
  return div(
    mul(add(twice(meansProduct), c1), add(twice(covariance), c2)),
    mul(add(meansSquares, c1), add(variances, c2)),
  );
}

/**
 * 1 - mean SSIM of pictures and their reconstructions.
 *
 * Input: `pictures` float32 [N, 3, S, S] in [-1, 1].
 *
 * @param batchShape - [N, 3, S, S], S at least 11.
 * @see Bergmann et al. 2019, section 3.3, arXiv:1807.02011
 */
export function similarityObjective(
  model: Autoencoder,
  batchShape: readonly [number, number, number, number],
): Objective {
  const pictures = input("pictures", "float32", batchShape);
  const similarity = structuralSimilarity(pictures, model.reconstruct(pictures), 2);
  return {
    parameters: namedParameters(model),
    loss: sub(scalar(1), reduceMean(similarity, { keepDims: false })),
    inputs: [pictures],
  };
}

/** Gaussian mean of the windows that fit, each channel by itself: channels join the batch, so that it has a gradient. */
function windowMean(x: Tensor): Tensor {
  const [batch = "N", channels = 1, height = 1, width = 1] = x.shape;
  const planes = typeof batch === "number" ? batch * Number(channels) : `${batch}*${channels}`;
  const size = 2 * similarityRadius + 1;
  const taps = Float32Array.from({ length: size }, (_, i) =>
    Math.exp(-((i - similarityRadius) ** 2) / (2 * windowDeviation ** 2)),
  );
  const sum = taps.reduce((total, tap) => total + tap, 0);
  const weight = (shape: readonly number[]) =>
    constant({ dtype: "float32", shape, data: taps.map((tap) => tap / sum) });
  const columns = conv2d(reshape(x, [planes, 1, height, width]), weight([1, 1, size, 1]));
  const mean = conv2d(columns, weight([1, 1, 1, size]));
  return reshape(mean, [batch, channels, ...mean.shape.slice(2)]);
}
