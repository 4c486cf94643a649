/** Options of a RADAR training: presets, what can be changed, and the checks. */
import { checkChoice, checkInteger, checkNumber } from "../base/check.ts";
import { OptionError } from "../base/errors.ts";
import type { UNetOptions } from "../nn/index.ts";
import type { TrainingLength } from "../train/index.ts";
import { readouts, type ScoringName, scoringNames } from "./readout.ts";

/** Names of the presets: how much time to spend. */
export const presetNames = ["fast", "balanced", "accurate"] as const;

/** One of {@link presetNames}. */
export type PresetName = (typeof presetNames)[number];

/** What a user may set; everything has a default. */
export interface RadarOptions {
  /** Default "balanced". */
  readonly preset?: PresetName | undefined;
  /** Largest side in pixels that images are resized to. Default: the preset's; never more than the images have. */
  readonly imageSize?: number | undefined;
  /** Side of the patches the network sees, in pixels. Default: the whole image. */
  readonly patchSize?: number | undefined;
  /** How long to train. Default: the preset's number of steps. */
  readonly length?: TrainingLength | undefined;
  /** Images a step. Default: the preset's. */
  readonly batchSize?: number | undefined;
  /** How the anomaly map is read off the network. */
  readonly scoring?: ScoringName | undefined;
  /** Rate of false alarms to calibrate for, or "auto". */
  readonly falseAlarmRate?: number | "auto" | undefined;
  /** Seed of everything random, in [0, 2^32). Default 0. */
  readonly seed?: number | undefined;
}

/** All options with their values. */
export interface ResolvedRadarOptions {
  readonly preset: PresetName;
  readonly imageSize: number;
  readonly patchSize: number;
  readonly length: TrainingLength;
  readonly batchSize: number;
  readonly scoring: ScoringName;
  readonly falseAlarmRate: number | "auto";
  readonly seed: number;
  readonly unet: UNetOptions;
  readonly learningRate: number;
}

interface Preset {
  readonly imageSize: number;
  /** Places along a side that the network works on, at most: larger images are cut into cells of 2, 4 or 8 pixels. */
  readonly gridSize: number;
  readonly steps: number;
  readonly batchSize: number;
}

/** Peak learning rate of AdamW (ours). */
const learningRate = 1e-3;

/** Widths of the network of all presets (ours): 2.8 million parameters at cells of 4 pixels. */
const widths = {
  baseChannels: 32,
  channelMultipliers: [1, 2, 4],
  blocksPerLevel: 1,
  attentionLevels: [2],
  heads: 4,
  groups: 8,
} as const;

/** Ours throughout: the paper's text gives no widths, sizes or steps. docs/detectors/radar.md has the measurements. */
const presets: Readonly<Record<PresetName, Preset>> = {
  fast: { imageSize: 160, gridSize: 40, steps: 600, batchSize: 8 },
  balanced: { imageSize: 256, gridSize: 64, steps: 1000, batchSize: 8 },
  accurate: { imageSize: 256, gridSize: 64, steps: 4000, batchSize: 8 },
};

const cellSizes = [1, 2, 4, 8] as const;

/** Smallest image and patch, in pixels (ours): below it there is no structure to learn. */
export const smallestSizePx = 16;

/**
 * Every option with its value, checked.
 *
 * @param largestSidePx - Longer side of a typical training image: the default size is no larger.
 * @throws {OptionError} E_OPTION if an option is out of range, or a size does not fit the network.
 */
export function resolveRadarOptions(options: RadarOptions, largestSidePx: number): ResolvedRadarOptions {
  const { preset = "balanced", scoring = scoringNames[0], falseAlarmRate = "auto", seed = 0 } = options;
  checkChoice("preset", preset, presetNames);
  checkChoice("scoring", scoring, scoringNames);
  checkInteger("seed", seed, { minimum: 0, maximum: 0xffffffff });
  if (falseAlarmRate !== "auto") checkNumber("falseAlarmRate", falseAlarmRate, { above: 0, below: 1 });
  const chosen = presets[preset];
  const { batchSize = chosen.batchSize, length = { steps: chosen.steps } } = options;
  const smallestBatch = readouts[scoring].plantsDefects ? 2 : 1; // one image to plant a defect in, one for the noise
  checkInteger("batchSize", batchSize, { minimum: smallestBatch, maximum: 1024 });
  if ("steps" in length) checkInteger("steps", length.steps, { minimum: 1 });
  else checkNumber("minutes", length.minutes, { above: 0 });
  const fitting = Math.max(smallestSizePx, Math.ceil(largestSidePx / smallestSizePx) * smallestSizePx);
  const { imageSize = Math.min(chosen.imageSize, fitting) } = options;
  checkInteger("imageSize", imageSize, { minimum: smallestSizePx, maximum: 4096 });
  const { patchSize = imageSize } = options;
  const cellSize = cellSizes.find((cell) => patchSize <= cell * chosen.gridSize) ?? 8;
  const unit = cellSize * 2 ** (widths.channelMultipliers.length - 1);
  checkSize("imageSize", imageSize, unit, 4096);
  checkSize("patchSize", patchSize, unit, imageSize);
  const unet = { ...widths, cellSize };
  return {
    preset,
    imageSize,
    patchSize,
    length,
    batchSize,
    scoring,
    falseAlarmRate,
    seed,
    unet,
    learningRate,
  };
}

function checkSize(name: string, size: number, unit: number, maximum: number): void {
  checkInteger(name, size, { minimum: smallestSizePx, maximum });
  if (size % unit === 0) return;
  const near = Math.max(smallestSizePx, Math.round(size / unit) * unit);
  throw new OptionError(
    `${name}: expected a multiple of ${unit} pixels (what the network halves to), got ${size}. Use ${near}.`,
  );
}
