/** Widths of a U-Net that is evaluated in milliseconds. */
import type { UNetOptions } from "../../src/nn/index.ts";

export const tinyUNet: UNetOptions = {
  baseChannels: 4,
  channelMultipliers: [1, 2],
  blocksPerLevel: 1,
  attentionLevels: [1],
  heads: 2,
  groups: 2,
};
