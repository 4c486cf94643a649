/** Group normalisation layer. */
import { groupNorm, type Tensor } from "../graph/index.ts";
import { ones, zeros } from "./init.ts";
import { type Parameter, parameter } from "./module.ts";

/**
 * Group normalisation with scale and bias per channel.
 *
 * @see Wu and He 2018, arXiv:1803.08494
 */
export class GroupNorm {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly groups: number;

  /** @param groups - Divides `channels`. */
  constructor(groups: number, channels: number) {
    this.weight = parameter([channels], ones);
    this.bias = parameter([channels], zeros);
    this.groups = groups;
  }

  /** @param x - float32 [N, C, H, W]. @returns The same shape. */
  apply(x: Tensor): Tensor {
    return groupNorm(x, this.weight, this.bias, { groups: this.groups });
  }
}
