/** Sinusoidal embedding of the diffusion timestep and the small network behind it. */
import { concat, constant, cos, mul, reshape, silu, sin, type Tensor } from "../graph/index.ts";
import { Linear } from "./linear.ts";

/**
 * [cos(t·ω_i), sin(t·ω_i)] with ω_i = 10000^(-i / (D/2)), i = 0 .. D/2 - 1.
 *
 * @param t - Timesteps, float32 [N], 0 .. T-1.
 * @param size - D, even.
 * @returns float32 [N, D], in [-1, 1].
 * @see Vaswani et al. 2017, section 3.5, arXiv:1706.03762; Ho, Jain and Abbeel 2020, appendix B, arXiv:2006.11239
 */
export function sinusoidalEmbedding(t: Tensor, size: number): Tensor {
  const half = size / 2;
  const frequencies = Float32Array.from({ length: half }, (_, i) => 10000 ** (-i / half));
  const angles = mul(
    reshape(t, [t.shape[0] ?? "N", 1]),
    constant({ dtype: "float32", shape: [1, half], data: frequencies }),
  );
  return concat([cos(angles), sin(angles)], 1);
}

/** Sinusoids, linear, SiLU, linear: what every residual block is told of the timestep. */
export class TimeEmbedding {
  readonly size: number;
  readonly linear1: Linear;
  readonly linear2: Linear;

  /** @param size - Width of the sinusoids; the output is 4 times as wide. */
  constructor(size: number) {
    this.size = size;
    this.linear1 = new Linear(size, 4 * size);
    this.linear2 = new Linear(4 * size, 4 * size);
  }

  /** @param t - float32 [N]. @returns float32 [N, 4·size]. */
  apply(t: Tensor): Tensor {
    return this.linear2.apply(silu(this.linear1.apply(sinusoidalEmbedding(t, this.size))));
  }
}
