/** Options of a RADAR training: what it has besides the common ones. */
import { checkChoice, describe } from "../../base/check.ts";
import { OptionError } from "../../base/errors.ts";
import type { UNetOptions } from "../../nn/index.ts";
import {
  type CommonOptions,
  checkSize,
  type PresetName,
  type ResolvedCommonOptions,
  resolveCommonOptions,
} from "../options.ts";
import type { ClassifierName } from "./feature-classifier.ts";
import { readouts, type ScoringName, scoringNames } from "./readouts.ts";

/** What a user may set; everything has a default. */
export interface RadarOptions extends CommonOptions {
  /** Side of the patches the network sees, in pixels. Default: the whole image. */
  readonly patchSize?: number | undefined;
  /** How the anomaly map is read off the network. */
  readonly scoring?: ScoringName | undefined;
  /** What decides on a picture's features, of scorings that have some. Default: the scoring's first. */
  readonly classifier?: ClassifierName | undefined;
  /**
   * What the network begins with. Default: "rendered" where that has been measured to pay (ours) - with the preset `fast`, and with the
   * scoring `network` -, else "random"; scorings that learn from the good images alone begin at random.
   */
  readonly start?: StartName | undefined;
}

/** All options with their values. */
export interface ResolvedRadarOptions extends ResolvedCommonOptions {
  readonly scoring: ScoringName;
  /** Null where the scoring has no features to classify. */
  readonly classifier: ClassifierName | null;
  readonly start: StartName;
  /** Whether the network's encoder stays as it begins, and only what comes after it learns. */
  readonly keepsEncoder: boolean;
  readonly unet: UNetOptions;
  readonly learningRate: number;
}

/** Places along a side that the network works on, at most: larger images are cut into cells of 2, 4 or 8 pixels (ours). */
const gridSizes: Readonly<Record<PresetName, number>> = { fast: 80, balanced: 128, accurate: 128 };

const cellSizes = [1, 2, 4, 8] as const;

/** Peak learning rate of AdamW (ours). */
const learningRate = 1e-3;

/** What a network may begin with: parameters learned on rendered pictures, or drawn at random. */
export const startNames = ["rendered", "random"] as const;

/** One of {@link startNames}. */
export type StartName = (typeof startNames)[number];

/** Widths of the network of whole pictures, for all presets (ours): 1.1 million parameters at cells of 2 pixels. */
export const pictureWidths = {
  baseChannels: 16,
  channelMultipliers: [1, 2, 4, 4],
  blocksPerLevel: 1,
  attentionLevels: [3],
  heads: 4,
  groups: 8,
} as const;

/** Side in pixels of the cells that rendered pictures were cut into: an encoder that sees finer ones has to learn (ours). */
export const renderedCellSize = 2;

/** The authors' patches: talk, slide 9. */
const patchSizePx = 28;

/** Widths of the network of such patches (ours), which can be halved twice: 2.7 million parameters. */
const patchWidths = {
  ...pictureWidths,
  baseChannels: 32,
  channelMultipliers: [1, 2, 4],
  attentionLevels: [2],
} as const;

/**
 * Every option with its value, checked.
 *
 * @param largestSidePx - Longer side of a typical training image: the default size is no larger.
 * @throws {OptionError} E_OPTION if an option is out of range or of no use to the scoring, or a size does not fit the network.
 */
export function resolveRadarOptions(given: RadarOptions, largestSidePx: number): ResolvedRadarOptions {
  const { scoring = scoringNames[0] } = given;
  checkChoice("scoring", scoring, scoringNames);
  const { network, plantsDefects } = readouts[scoring];
  const classifier = classifierOf(scoring, given.classifier);
  const smallestBatch = plantsDefects ? 2 : 1; // one image to plant a defect in, one for the noise
  const common = resolveCommonOptions(given, largestSidePx, smallestBatch);
  const { imageSize } = common;
  const gridSize = gridSizes[common.preset];
  const cellFor = (side: number) => cellSizes.find((cell) => side <= cell * gridSize) ?? 8;
  const isOfPatches = network === "patches";
  const { patchSize = isOfPatches ? Math.min(patchSizePx, imageSize) : imageSize } = given;
  const cellSize = isOfPatches ? 1 : cellFor(patchSize);
  const chosen = isOfPatches ? patchWidths : pictureWidths;
  const unit = cellSize * 2 ** (chosen.channelMultipliers.length - 1);
  checkSize("imageSize", imageSize, unit);
  checkSize("patchSize", patchSize, unit, imageSize);
  // A step on patches has as many places as one on whole pictures would have.
  const patches = isOfPatches ? (imageSize / cellFor(imageSize) / patchSize) ** 2 : 1;
  const batchSize = given.batchSize ?? Math.round(common.batchSize * patches);
  const start = startOf(scoring, common.preset, given.start);
  return {
    ...common,
    patchSize,
    batchSize,
    scoring,
    classifier,
    start,
    keepsEncoder: start === "rendered" && cellSize >= renderedCellSize,
    unet: { ...chosen, cellSize },
    learningRate,
  };
}

function startOf(scoring: ScoringName, preset: PresetName, given: StartName | undefined): StartName {
  const { plantsDefects } = readouts[scoring];
  const pays = plantsDefects && (preset === "fast" || scoring === "network");
  const start = given ?? (pays ? "rendered" : "random");
  checkChoice("start", start, startNames);
  if (plantsDefects || start === "random") return start;
  throw new OptionError(
    `start: expected "random" with the scoring ${scoring}, whose network learns from the good images alone, got ${describe(start)}. Leave it out.`,
  );
}

function classifierOf(scoring: ScoringName, given: ClassifierName | undefined): ClassifierName | null {
  const { classifiers } = readouts[scoring];
  if (given === undefined) return classifiers[0] ?? null;
  if (classifiers.length > 0) {
    checkChoice("classifier", given, classifiers);
    return given;
  }
  throw new OptionError(
    `classifier: expected none with the scoring ${scoring}, which decides by its map, got ${describe(given)}. Leave it out.`,
  );
}
