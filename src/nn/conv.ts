/** Convolution layers and the two that change resolution. */
import { conv2d, type Tensor, upsampleConv2d } from "../graph/index.ts";
import { uniformFanIn, zeros } from "./init.ts";
import { type Parameter, parameter } from "./module.ts";

/** 2-D convolution with bias; weight [outputs, inputs, kernel, kernel] as in PyTorch. */
export class Conv2d {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly stride: number;
  readonly padding: number;

  /** @param options - `kernel` default 3, `stride` default 1, `padding` default kernel / 2; `zero` starts at all zeros. */
  constructor(
    inputs: number,
    outputs: number,
    options: { kernel?: number; stride?: number; padding?: number; zero?: boolean } = {},
  ) {
    const { kernel = 3, stride = 1, padding = Math.floor(kernel / 2), zero = false } = options;
    const initialize = zero ? zeros : uniformFanIn(inputs * kernel * kernel);
    this.weight = parameter([outputs, inputs, kernel, kernel], initialize);
    this.bias = parameter([outputs], initialize);
    this.stride = stride;
    this.padding = padding;
  }

  /** @param x - float32 [N, inputs, H, W]. @returns float32 [N, outputs, ~H / stride, ~W / stride]. */
  apply(x: Tensor): Tensor {
    return conv2d(x, this.weight, { bias: this.bias, stride: this.stride, padding: this.padding });
  }

  /** The convolution alone: what follows adds the bias. */
  applyWithoutBias(x: Tensor): Tensor {
    return conv2d(x, this.weight, { stride: this.stride, padding: this.padding });
  }

  /** The same, for a kernel of 3, on x at twice its resolution. @param x - float32 [N, inputs, H, W]. @returns float32 [N, outputs, 2H, 2W]. */
  applyUpsampled(x: Tensor): Tensor {
    return upsampleConv2d(x, this.weight, { bias: this.bias });
  }
}

/** Half the resolution: 3×3 convolution with stride 2. */
export class Downsample {
  readonly conv: Conv2d;

  /** @param channels - Channels in and out. */
  constructor(channels: number) {
    this.conv = new Conv2d(channels, channels, { stride: 2 });
  }

  /** @param x - float32 [N, C, H, W], H and W even. @returns float32 [N, C, H / 2, W / 2]. */
  apply(x: Tensor): Tensor {
    return this.conv.apply(x);
  }
}

/** Twice the resolution: nearest neighbour, then a 3×3 convolution. */
export class Upsample {
  readonly conv: Conv2d;

  /** @param channels - Channels in and out. */
  constructor(channels: number) {
    this.conv = new Conv2d(channels, channels);
  }

  /** @param x - float32 [N, C, H, W]. @returns float32 [N, C, 2H, 2W]. */
  apply(x: Tensor): Tensor {
    return this.conv.applyUpsampled(x);
  }
}
