/** What keeps a Wasserstein critic's slope near 1. */
import {
  add,
  gradient,
  mul,
  reduceMean,
  reduceSum,
  reduceSumSquare,
  scalar,
  sqrt,
  sub,
  type Tensor,
} from "../../graph/index.ts";

/**
 * mean((‖∇_x̄ D(x̄)‖₂ - 1)²) at points x̄ = u·a + (1 - u)·b between pictures a and b.
 *
 * Its own gradient is a gradient of a gradient: the critic must be of operators that have one (no group normalisation).
 *
 * @param critic - D: float32 [N, C, H, W] to [N, 1], each picture by itself.
 * @param ends - `a` and `b`, float32 [N, C, H, W]; `mix` is u, float32 [N, 1, 1, 1], uniform in [0, 1).
 * @returns float32 [], >= 0.
 * @see Gulrajani et al. 2017, Eq. 3, arXiv:1704.00028
 */
export function gradientPenalty(
  critic: (pictures: Tensor) => Tensor,
  { a, b, mix }: { readonly a: Tensor; readonly b: Tensor; readonly mix: Tensor },
): Tensor {
  const between = add(b, mul(mix, sub(a, b)));
  const [slope = between] = gradient(reduceSum(critic(between), { keepDims: false }), [between]);
  const squared = reduceSumSquare(slope, { axes: [1, 2, 3], keepDims: false });
  const excess = sub(sqrt(add(squared, scalar(1e-12))), scalar(1)); // the root has no slope at 0
  return reduceMean(mul(excess, excess), { keepDims: false });
}
