/** Convolutional encoder and decoder: pictures to vectors and back. */
import { depthToSpace, reshape, silu, type Tensor } from "../../graph/index.ts";
import { Conv2d } from "../../nn/conv.ts";
import { Linear } from "../../nn/linear.ts";
import { GroupNorm } from "../../nn/norm.ts";

const cell = 2; // side in pixels of what the decoder's last convolution makes at once

/** Widths and depths of a {@link ConvEncoder} and the {@link ConvDecoder} that mirrors it. */
export interface ConvCoderOptions {
  /** Side of the pictures in pixels; divisible by 2^levels. */
  readonly imageSizePx: number;
  /** Channels of each level, finest first; every level halves the resolution. */
  readonly widths: readonly number[];
  /** Channels that the coarsest level is brought to before its places become one vector. */
  readonly neckChannels: number;
  /** Length of the vector. */
  readonly latentSize: number;
  /** Groups of the normalisations, a divisor of all widths; null for none. */
  readonly groups: number | null;
}

/** What a {@link ConvEncoder} computes on the way to its vector. */
export interface ConvEncoding {
  /** float32 [N, outputs]. */
  readonly latent: Tensor;
  /** Features of the coarsest level, float32 [N, C, S / 2^levels, S / 2^levels]. */
  readonly features: Tensor;
}

/** Strided convolutions down to a coarse grid, then one linear layer over all of it. */
export class ConvEncoder {
  readonly levels: readonly ConvLevel[];
  readonly neck: Conv2d;
  readonly head: Linear;

  /** @param options - `outputs`: length of the vector, `latentSize` if not given. */
  constructor(options: ConvCoderOptions & { readonly outputs?: number }) {
    const { widths, neckChannels, latentSize, outputs = latentSize } = options;
    this.levels = widths.map(
      (width, level) => new ConvLevel(widths[level - 1] ?? 3, width, { stride: 2, groups: options.groups }),
    );
    this.neck = new Conv2d(widths.at(-1) ?? 3, neckChannels, { kernel: 1 });
    this.head = new Linear(neckChannels * coarseSide(options) ** 2, outputs);
  }

  /** @param x - float32 [N, 3, S, S]. @returns float32 [N, outputs]. */
  apply(x: Tensor): Tensor {
    return this.trace(x).latent;
  }

  /** The vector and the features before it. @param x - float32 [N, 3, S, S]. */
  trace(x: Tensor): ConvEncoding {
    const features = this.levels.reduce((h, level) => level.apply(h), x);
    const neck = this.neck.apply(features);
    const values = neck.shape.slice(1).reduce<number>((size, extent) => size * Number(extent), 1);
    return { latent: this.head.apply(reshape(neck, [neck.shape[0] ?? "N", values])), features };
  }
}

/**
 * One linear layer to a coarse grid, nearest-neighbour upsampling and convolutions up to half the picture's side, then one
 * convolution to the pixels of cells of 2 × 2: nothing is computed at full resolution.
 *
 * @see Shi et al. 2016, "Real-Time Single Image and Video Super-Resolution ...", arXiv:1609.05158, for the last layer
 */
export class ConvDecoder {
  readonly entry: Linear;
  readonly neck: Conv2d;
  readonly levels: readonly ConvLevel[];
  readonly head: Conv2d;
  readonly #neckShape: readonly [number, number, number];

  /** @param options - As of the encoder. */
  constructor(options: ConvCoderOptions) {
    const { widths, neckChannels, latentSize, groups } = options;
    const side = coarseSide(options);
    this.#neckShape = [neckChannels, side, side];
    this.entry = new Linear(latentSize, neckChannels * side ** 2);
    this.neck = new Conv2d(neckChannels, widths.at(-1) ?? 3, { kernel: 1 });
    this.levels = widths
      .slice(1)
      .map((width, level) => new ConvLevel(width, widths[level] ?? width, { stride: 1, groups }))
      .reverse();
    this.head = new Conv2d(widths[0] ?? 3, 3 * cell ** 2);
  }

  /** @param latent - float32 [N, latentSize]. @returns float32 [N, 3, S, S], not bounded. */
  apply(latent: Tensor): Tensor {
    const grid = reshape(this.entry.apply(latent), [latent.shape[0] ?? "N", ...this.#neckShape]);
    const coarse = silu(this.neck.apply(grid));
    const fine = this.levels.reduce((h, level) => level.applyUpsampled(h), coarse);
    return depthToSpace(this.head.apply(fine), cell);
  }
}

/** 3×3 convolution, group normalisation if there is one, SiLU. */
class ConvLevel {
  readonly conv: Conv2d;
  readonly norm: GroupNorm | undefined;

  constructor(inputs: number, outputs: number, options: { stride: number; groups: number | null }) {
    const { stride, groups } = options;
    this.conv = new Conv2d(inputs, outputs, { stride });
    this.norm = groups === null ? undefined : new GroupNorm(groups, outputs);
  }

  /** @param x - float32 [N, inputs, H, W]. @returns float32 [N, outputs, H / stride, W / stride]. */
  apply(x: Tensor): Tensor {
    return this.#activated(this.conv.apply(x));
  }

  /** The same on x at twice its resolution, with stride 1. @returns float32 [N, outputs, 2H, 2W]. */
  applyUpsampled(x: Tensor): Tensor {
    return this.#activated(this.conv.applyUpsampled(x));
  }

  #activated(h: Tensor): Tensor {
    return silu(this.norm === undefined ? h : this.norm.apply(h));
  }
}

function coarseSide({ imageSizePx, widths }: ConvCoderOptions): number {
  return imageSizePx / 2 ** widths.length;
}
