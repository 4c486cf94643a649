/** The attention U-Net that predicts noise. */
import { checkInteger, invariant } from "../base/check.ts";
import { OptionError, ShapeError } from "../base/errors.ts";
import {
  add,
  concat,
  depthToSpace,
  formatType,
  matmul,
  reshape,
  silu,
  spaceToDepth,
  split,
  type Tensor,
} from "../graph/index.ts";
import { SelfAttention } from "./attention.ts";
import { Conv2d, Downsample, Upsample } from "./conv.ts";
import { Linear } from "./linear.ts";
import { GroupNorm } from "./norm.ts";
import { TimeEmbedding } from "./time-embedding.ts";

/** Widths and depths of a {@link UNet}. */
export interface UNetOptions {
  /** Channels of the image, in and out. Default 3. */
  readonly imageChannels?: number;
  /** Channels out. Default: `imageChannels`. */
  readonly outputChannels?: number;
  /**
   * Side in pixels of the cells the image is cut into; a cell's pixels are channels of the network, so that it works on a
   * grid that much coarser. Above 1 the last convolution also sees the cells themselves, since a cell has more values than
   * a place of the network may have channels. Default 1.
   */
  readonly cellSize?: number;
  /** Channels at the network's full resolution. */
  readonly baseChannels: number;
  /** Channels of each level as multiples of `baseChannels`; one level more halves the resolution once more. */
  readonly channelMultipliers: readonly number[];
  /** Residual blocks a level on the way down; one more on the way up. */
  readonly blocksPerLevel: number;
  /** Levels (0 = full resolution) whose blocks are followed by self-attention. */
  readonly attentionLevels: readonly number[];
  /** Attention heads; divides the channels of those levels. */
  readonly heads: number;
  /** Groups of the normalisations; divides all channels. */
  readonly groups: number;
}

/** What a {@link UNet} computes on the way to its output; feature maps are float32 [N, C, h, w], level 0 the finest. */
export interface UNetTrace {
  /** float32 [N, outputChannels, H, W]. */
  readonly output: Tensor;
  /** First convolution of the image's cells, on level 0. */
  readonly stem: Tensor;
  /** Features of each level on the way down. */
  readonly encoder: readonly Tensor[];
  /** Features of each level on the way up, level 0 first. */
  readonly decoder: readonly Tensor[];
}

/**
 * Noise prediction network ε_θ(x_t, t): residual blocks told of the timestep, self-attention at chosen levels, skip
 * connections from the way down to the way up.
 *
 * @see Ronneberger et al. 2015, arXiv:1505.04597; Ho, Jain and Abbeel 2020, appendix B, arXiv:2006.11239
 */
export class UNet {
  readonly time: TimeEmbedding;
  readonly stem: Conv2d;
  readonly down: readonly Level[];
  readonly middle: readonly [ResidualBlock, SelfAttention, ResidualBlock];
  readonly up: readonly Level[];
  readonly norm: GroupNorm;
  readonly head: Conv2d;
  readonly cellSize: number;

  /** @throws {OptionError} E_OPTION if widths, groups and heads do not divide. */
  constructor(options: UNetOptions) {
    const { imageChannels = 3, baseChannels, channelMultipliers, blocksPerLevel, cellSize = 1 } = options;
    checkOptions(options);
    const cellChannels = imageChannels * cellSize ** 2;
    const widths = channelMultipliers.map((multiplier) => multiplier * baseChannels);
    const depth = widths.length;
    const width = (level: number) => widths[level] ?? baseChannels;
    this.time = new TimeEmbedding(baseChannels);
    this.stem = new Conv2d(cellChannels, baseChannels);
    const skips = [baseChannels];
    let channels = baseChannels;
    this.down = widths.map((out, level) => {
      const blocks = Array.from({ length: blocksPerLevel }, () => {
        const block = blockOf(channels, out, level, options);
        channels = out;
        skips.push(out);
        return block;
      });
      if (level === depth - 1) return { blocks };
      skips.push(out);
      return { blocks, resample: new Downsample(out) };
    });
    const bottom = width(depth - 1);
    this.middle = [
      new ResidualBlock(bottom, bottom, options),
      new SelfAttention(bottom, options),
      new ResidualBlock(bottom, bottom, options),
    ];
    this.up = widths.map((_, i) => {
      const level = depth - 1 - i;
      const blocks = Array.from({ length: blocksPerLevel + 1 }, () => {
        const block = blockOf(channels + (skips.pop() ?? 0), width(level), level, options);
        channels = width(level);
        return block;
      });
      return level === 0 ? { blocks } : { blocks, resample: new Upsample(channels) };
    });
    this.norm = new GroupNorm(options.groups, width(0));
    const outputs = (options.outputChannels ?? imageChannels) * cellSize ** 2;
    this.head = new Conv2d(width(0) + (cellSize > 1 ? cellChannels : 0), outputs, { zero: true });
    this.cellSize = cellSize;
  }

  /**
   * The predicted noise: {@link UNet.trace} without what leads to it.
   *
   * @param x - x_t, float32 [N, imageChannels, H, W]; H and W divisible by cellSize·2^(levels - 1).
   * @param t - Timesteps, float32 [N] or [1].
   * @returns ε̂, float32 [N, outputChannels, H, W].
   * @throws {ShapeError} E_SHAPE if H or W are not divisible.
   */
  apply(x: Tensor, t: Tensor): Tensor {
    return this.trace(x, t).output;
  }

  /**
   * The output and the features on the way to it. Arguments and errors as {@link UNet.apply}.
   */
  trace(x: Tensor, t: Tensor): UNetTrace {
    const divisor = this.cellSize * 2 ** (this.down.length - 1);
    if (x.shape.slice(2).some((dim) => Number(dim) % divisor !== 0)) {
      throw new ShapeError(
        "E_SHAPE",
        `UNet: expected height and width divisible by ${divisor} (cells of ${this.cellSize}, 2^${this.down.length - 1} downsamplings), got ${formatType(x)}. Resize the images or use fewer levels.`,
      );
    }
    const time = silu(this.time.apply(t));
    const residuals = (levels: readonly Level[]) =>
      levels.flatMap(({ blocks }) => blocks.map(({ residual }) => residual));
    const [first, attention, second] = this.middle;
    // apart: a step that leaves the way down as it is has no gradients of it
    const shifts = new Map([
      ...shiftsOf([...residuals(this.down), first, second], time),
      ...shiftsOf(residuals(this.up), time),
    ]);
    const applyBlock = (block: Block, x: Tensor): Tensor => {
      const shift = shifts.get(block.residual);
      invariant(shift, "a block that is told of no timestep");
      const y = block.residual.apply(x, shift);
      return block.attention ? block.attention.apply(y) : y;
    };
    const cells = spaceToDepth(x, this.cellSize);
    const stem = this.stem.apply(cells);
    let h = stem;
    const skips = [h];
    const encoder: Tensor[] = [];
    for (const { blocks, resample } of this.down) {
      for (const block of blocks) {
        h = applyBlock(block, h);
        skips.push(h);
      }
      encoder.push(h);
      if (resample) {
        h = resample.apply(h);
        skips.push(h);
      }
    }
    h = applyBlock({ residual: second }, applyBlock({ residual: first, attention }, h));
    const decoder: Tensor[] = [];
    for (const { blocks, resample } of this.up) {
      for (const block of blocks) h = applyBlock(block, concat([h, skips.pop() ?? h], 1));
      decoder.unshift(h);
      if (resample) h = resample.apply(h);
    }
    const features = silu(this.norm.apply(h));
    const last = this.cellSize > 1 ? concat([features, cells], 1) : features;
    return { output: depthToSpace(this.head.apply(last), this.cellSize), stem, encoder, decoder };
  }
}

/** What the timestep adds to the channels of each block, float32 [N or 1, C, 1, 1]: one product for all of them. */
function shiftsOf(blocks: readonly ResidualBlock[], time: Tensor): ReadonlyMap<ResidualBlock, Tensor> {
  const ofAll = (part: (block: ResidualBlock) => Tensor) => concat(blocks.map(part), 0);
  const weight = ofAll((block) => block.time.weight);
  // the first convolution's bias among them: one sum over places serves both gradients
  const bias = add(
    ofAll((block) => block.time.bias),
    ofAll((block) => block.conv1.bias),
  );
  const shifts = add(matmul(time, weight, { transposeB: true }), bias);
  const channels = blocks.map((block) => Number(block.time.bias.shape[0]));
  const maps = reshape(shifts, [...shifts.shape, 1, 1]);
  const pieces = split(maps, channels, 1);
  return new Map(blocks.map((block, i) => [block, pieces[i] ?? maps]));
}

/** GroupNorm-SiLU-conv, plus time, GroupNorm-SiLU-conv, plus the input (through a 1×1 convolution where widths differ). */
export class ResidualBlock {
  readonly norm1: GroupNorm;
  readonly conv1: Conv2d;
  readonly time: Linear;
  readonly norm2: GroupNorm;
  readonly conv2: Conv2d;
  readonly shortcut: Conv2d | undefined;

  /** @param inputs - Channels in; `outputs` channels out. */
  constructor(inputs: number, outputs: number, options: { baseChannels: number; groups: number }) {
    this.norm1 = new GroupNorm(options.groups, inputs);
    this.conv1 = new Conv2d(inputs, outputs);
    this.time = new Linear(4 * options.baseChannels, outputs);
    this.norm2 = new GroupNorm(options.groups, outputs);
    this.conv2 = new Conv2d(outputs, outputs, { zero: true });
    this.shortcut = inputs === outputs ? undefined : new Conv2d(inputs, outputs, { kernel: 1 });
  }

  /**
   * @param x - float32 [N, inputs, H, W].
   * @param shift - What the timestep adds to each channel, the first convolution's bias included, float32 [N or 1, outputs, 1, 1].
   * @returns float32 [N, outputs, H, W].
   */
  apply(x: Tensor, shift: Tensor): Tensor {
    let h = add(this.conv1.applyWithoutBias(silu(this.norm1.apply(x))), shift);
    h = this.conv2.apply(silu(this.norm2.apply(h)));
    return add(this.shortcut ? this.shortcut.apply(x) : x, h);
  }
}

/** A residual block, with attention where the level has it. */
export interface Block {
  readonly residual: ResidualBlock;
  readonly attention?: SelfAttention;
}

/** One level of the network, on its way down or up. */
export interface Level {
  readonly blocks: readonly Block[];
  readonly resample?: Downsample | Upsample;
}

function blockOf(inputs: number, outputs: number, level: number, options: UNetOptions): Block {
  const residual = new ResidualBlock(inputs, outputs, options);
  return options.attentionLevels.includes(level)
    ? { residual, attention: new SelfAttention(outputs, options) }
    : { residual };
}

function checkOptions(options: UNetOptions): void {
  checkInteger("UNet.baseChannels", options.baseChannels, { minimum: 2 });
  checkInteger("UNet.blocksPerLevel", options.blocksPerLevel, { minimum: 1 });
  checkInteger("UNet.groups", options.groups, { minimum: 1 });
  checkInteger("UNet.heads", options.heads, { minimum: 1 });
  checkInteger("UNet.cellSize", options.cellSize ?? 1, { minimum: 1 });
  if (options.channelMultipliers.length === 0) {
    throw new OptionError("UNet.channelMultipliers: expected at least one level, got none.");
  }
  for (const multiplier of [1, ...options.channelMultipliers]) {
    checkInteger("UNet.channelMultipliers", multiplier, { minimum: 1 });
    if ((multiplier * options.baseChannels) % options.groups !== 0) {
      throw new OptionError(
        `UNet.groups: expected a divisor of all widths, got ${options.groups} for ${multiplier * options.baseChannels} channels.`,
      );
    }
  }
}
