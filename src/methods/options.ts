/** Options that trainings of all methods share: presets, what can be changed, and the checks. */
import { checkChoice, checkInteger, checkNumber, describe } from "../base/check.ts";
import { OptionError } from "../base/errors.ts";
import type { TrainingLength } from "../train/index.ts";
import type { MethodOptions } from "./method.ts";

/** Names of the presets: how much time to spend. */
export const presetNames = ["fast", "balanced", "accurate"] as const;

/** One of {@link presetNames}. */
export type PresetName = (typeof presetNames)[number];

/** What a user may set of any method; everything has a default. */
export interface CommonOptions {
  /** Default "balanced". */
  readonly preset?: PresetName | undefined;
  /** Largest side in pixels that images are resized to. Default: the preset's; never more than the images have. */
  readonly imageSize?: number | undefined;
  /** How long to train. Default: the preset's number of steps. */
  readonly length?: TrainingLength | undefined;
  /** Images a step. Default: the preset's. */
  readonly batchSize?: number | undefined;
  /** Rate of false alarms to calibrate for, or "auto". */
  readonly falseAlarmRate?: number | "auto" | undefined;
  /** Seed of everything random, in [0, 2^32). Default 0. */
  readonly seed?: number | undefined;
}

/** Common options with their values. */
export interface ResolvedCommonOptions extends MethodOptions {
  readonly preset: PresetName;
  readonly length: TrainingLength;
}

interface Preset {
  readonly imageSize: number;
  readonly steps: number;
  readonly batchSize: number;
}

/** Ours throughout. docs/detectors/radar.md has the measurements. */
const presets: Readonly<Record<PresetName, Preset>> = {
  fast: { imageSize: 160, steps: 600, batchSize: 8 },
  balanced: { imageSize: 256, steps: 750, batchSize: 8 },
  accurate: { imageSize: 256, steps: 3000, batchSize: 8 },
};

/** Smallest image and patch, in pixels (ours): below it there is no structure to learn. */
export const smallestSizePx = 16;

const largestSizePx = 4096;

/**
 * Common options with their values, checked; the patch is the whole image.
 *
 * @param largestSidePx - Longer side of a typical training image: the default size is no larger.
 * @param smallestBatch - Images a step that the method needs at least.
 * @throws {OptionError} E_OPTION if an option is out of range.
 */
export function resolveCommonOptions(
  given: CommonOptions,
  largestSidePx: number,
  smallestBatch = 1,
): ResolvedCommonOptions {
  const { preset = "balanced", falseAlarmRate = "auto", seed = 0 } = given;
  checkChoice("preset", preset, presetNames);
  checkInteger("seed", seed, { minimum: 0, maximum: 0xffffffff });
  if (falseAlarmRate !== "auto") checkNumber("falseAlarmRate", falseAlarmRate, { above: 0, below: 1 });
  const chosen = presets[preset];
  const { batchSize = chosen.batchSize, length = { steps: chosen.steps } } = given;
  checkInteger("batchSize", batchSize, { minimum: smallestBatch, maximum: 1024 });
  if ("steps" in length) checkInteger("steps", length.steps, { minimum: 1 });
  else checkNumber("minutes", length.minutes, { above: 0 });
  const fitting = Math.max(smallestSizePx, Math.ceil(largestSidePx / smallestSizePx) * smallestSizePx);
  const { imageSize = Math.min(chosen.imageSize, fitting) } = given;
  checkInteger("imageSize", imageSize, { minimum: smallestSizePx, maximum: largestSizePx });
  return { preset, imageSize, patchSize: imageSize, length, batchSize, falseAlarmRate, seed };
}

/** Why a method may have no use for an option. */
const uselessBecause = {
  scoring: "reads its maps in one way only",
  patchSize: "sees the whole image",
  length: "is not trained step by step",
  batchSize: "is not trained step by step",
} as const;

/** Options that only some methods have a use for. */
export type OptionOfSome = keyof typeof uselessBecause;

/** Options as a method is given them: what it has no use for is there as well, so that it can refuse it. */
export type GivenOptions = CommonOptions & Readonly<Partial<Record<OptionOfSome, unknown>>>;

/**
 * Refuses options that a method has no use for.
 *
 * @throws {OptionError} E_OPTION if one of them has a value.
 */
export function refuseOptions(
  method: string,
  given: Readonly<Partial<Record<OptionOfSome, unknown>>>,
  names: readonly OptionOfSome[],
): void {
  for (const name of names) {
    const value = given[name];
    if (value === undefined) continue;
    const [[key, shown] = [name, value]] =
      typeof value === "object" && value !== null ? Object.entries(value) : [];
    throw new OptionError(
      `${key}: expected none, since ${method} ${uselessBecause[name]}, got ${describe(shown)}. Leave it out.`,
    );
  }
}

/**
 * A side that a network can halve as often as it has levels.
 *
 * @param unit - What it must be a multiple of.
 * @throws {OptionError} E_OPTION if it is not, or is out of range.
 */
export function checkSize(name: string, size: number, unit: number, maximum: number = largestSizePx): void {
  checkInteger(name, size, { minimum: smallestSizePx, maximum });
  if (size % unit === 0) return;
  const near = Math.max(smallestSizePx, Math.round(size / unit) * unit);
  throw new OptionError(
    `${name}: expected a multiple of ${unit} pixels (what the network halves to), got ${size}. Use ${near}.`,
  );
}
