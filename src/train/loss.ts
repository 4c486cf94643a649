/** Losses as graphs. */
import { abs, add, exp, log, max, mul, neg, reduceMean, scalar, sub, type Tensor } from "../graph/index.ts";

/** mean((a - b)²), float32 []. */
export function meanSquaredError(a: Tensor, b: Tensor): Tensor {
  const difference = sub(a, b);
  return reduceMean(mul(difference, difference), { keepDims: false });
}

/** mean |a - b|, float32 []. */
export function meanAbsoluteError(a: Tensor, b: Tensor): Tensor {
  return reduceMean(abs(sub(a, b)), { keepDims: false });
}

/**
 * -y·log σ(z) - (1 - y)·log(1 - σ(z)) of every value, written as max(z, 0) - z·y + log(1 + e^-|z|) so that nothing overflows.
 *
 * @param logits - z, float32 of any shape.
 * @param targets - y in [0, 1], float32 of that shape.
 * @returns float32 of that shape, >= 0.
 */
export function binaryCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  const softened = log(add(scalar(1), exp(neg(abs(logits)))));
  return add(sub(max(logits, scalar(0)), mul(logits, targets)), softened);
}
