/** Options of a RADAR training: what it has besides the common ones. */
import { checkChoice } from "../../base/check.ts";
import type { UNetOptions } from "../../nn/index.ts";
import {
  type CommonOptions,
  checkSize,
  type PresetName,
  type ResolvedCommonOptions,
  resolveCommonOptions,
} from "../options.ts";
import { readouts, type ScoringName, scoringNames } from "./readouts.ts";

/** What a user may set; everything has a default. */
export interface RadarOptions extends CommonOptions {
  /** Side of the patches the network sees, in pixels. Default: the whole image. */
  readonly patchSize?: number | undefined;
  /** How the anomaly map is read off the network. */
  readonly scoring?: ScoringName | undefined;
}

/** All options with their values. */
export interface ResolvedRadarOptions extends ResolvedCommonOptions {
  readonly scoring: ScoringName;
  readonly unet: UNetOptions;
  readonly learningRate: number;
}

/** Places along a side that the network works on, at most: larger images are cut into cells of 2, 4 or 8 pixels (ours). */
const gridSizes: Readonly<Record<PresetName, number>> = { fast: 80, balanced: 128, accurate: 128 };

const cellSizes = [1, 2, 4, 8] as const;

/** Peak learning rate of AdamW (ours). */
const learningRate = 1e-3;

/** Widths of the network of all presets (ours): 1.1 million parameters at cells of 2 pixels. */
const widths = {
  baseChannels: 16,
  channelMultipliers: [1, 2, 4, 4],
  blocksPerLevel: 1,
  attentionLevels: [3],
  heads: 4,
  groups: 8,
} as const;

/**
 * Every option with its value, checked.
 *
 * @param largestSidePx - Longer side of a typical training image: the default size is no larger.
 * @throws {OptionError} E_OPTION if an option is out of range, or a size does not fit the network.
 */
export function resolveRadarOptions(given: RadarOptions, largestSidePx: number): ResolvedRadarOptions {
  const { scoring = scoringNames[0] } = given;
  checkChoice("scoring", scoring, scoringNames);
  const smallestBatch = readouts[scoring].plantsDefects ? 2 : 1; // one image to plant a defect in, one for the noise
  const common = resolveCommonOptions(given, largestSidePx, smallestBatch);
  const { imageSize } = common;
  const { patchSize = imageSize } = given;
  const gridSize = gridSizes[common.preset];
  const cellSize = cellSizes.find((cell) => patchSize <= cell * gridSize) ?? 8;
  const unit = cellSize * 2 ** (widths.channelMultipliers.length - 1);
  checkSize("imageSize", imageSize, unit);
  checkSize("patchSize", patchSize, unit, imageSize);
  return { ...common, patchSize, scoring, unet: { ...widths, cellSize }, learningRate };
}
