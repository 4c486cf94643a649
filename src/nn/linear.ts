/** Fully connected layer. */
import { add, matmul, type Tensor } from "../graph/index.ts";
import { uniformFanIn } from "./init.ts";
import { type Parameter, parameter } from "./module.ts";

/** y = x·Wᵀ + b over the last axis; weight [outputs, inputs] as in PyTorch. */
export class Linear {
  readonly weight: Parameter;
  readonly bias: Parameter;

  /** @param inputs - Extent of x's last axis; `outputs` that of the result. */
  constructor(inputs: number, outputs: number) {
    this.weight = parameter([outputs, inputs], uniformFanIn(inputs));
    this.bias = parameter([outputs], uniformFanIn(inputs));
  }

  /** @param x - float32 [N, inputs]. @returns float32 [N, outputs]. */
  apply(x: Tensor): Tensor {
    return add(matmul(x, this.weight, { transposeB: true }), this.bias);
  }
}
