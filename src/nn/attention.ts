/** Multi-head self-attention over the places of a feature map. */
import { OptionError } from "../base/errors.ts";
import { add, attention, reshape, split, type Tensor } from "../graph/index.ts";
import { Conv2d } from "./conv.ts";
import { GroupNorm } from "./norm.ts";

/**
 * x + proj(softmax(qᵀk / √d) v), q, k and v from the normalised x, every place attending to every other.
 *
 * @see Vaswani et al. 2017, "Attention Is All You Need", Eq. 1, arXiv:1706.03762
 */
export class SelfAttention {
  readonly norm: GroupNorm;
  readonly qkv: Conv2d;
  readonly proj: Conv2d;
  readonly heads: number;

  /**
   * @param channels - Divisible by `heads`.
   * @throws {OptionError} E_OPTION if it is not.
   */
  constructor(channels: number, options: { heads: number; groups: number }) {
    if (channels % options.heads !== 0) {
      throw new OptionError(
        `SelfAttention: expected channels divisible by heads = ${options.heads}, got ${channels}.`,
      );
    }
    this.norm = new GroupNorm(options.groups, channels);
    this.qkv = new Conv2d(channels, 3 * channels, { kernel: 1 });
    this.proj = new Conv2d(channels, channels, { kernel: 1, zero: true });
    this.heads = options.heads;
  }

  /** @param x - float32 [N, C, H, W], C, H and W known. @returns The same shape. */
  apply(x: Tensor): Tensor {
    const [channels, height, width] = x.shape.slice(1).map(Number) as [number, number, number];
    const [L, d] = [height * width, channels / this.heads];
    const batch = x.shape[0] ?? "N";
    const qkv = reshape(this.qkv.apply(this.norm.apply(x)), [batch, 3 * this.heads, d, L]);
    const [q = qkv, k = qkv, v = qkv] = split(qkv, [this.heads, this.heads, this.heads], 1); // [N, heads, d, L] each
    const mixed = attention(q, k, v, 1 / Math.sqrt(d)); // [N, heads, d, L]
    return add(x, this.proj.apply(reshape(mixed, [batch, channels, height, width])));
  }
}
