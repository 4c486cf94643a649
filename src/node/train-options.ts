/** What a training takes and what it tells. */

import { checkChoice, checkInteger, checkNumber, describe } from "../base/check.ts";
import {
  abortSignal,
  anything,
  callback,
  checkOptions,
  flag,
  type OptionCheck,
  type OptionChecks,
  text,
  texts,
} from "../base/check-options.ts";
import { OptionError } from "../base/errors.ts";
import { type SkippedFile, type Tolerance, tolerances } from "../data/index.ts";
import {
  checkRegion,
  type DetectorDescription,
  type Region,
  type StageListener,
} from "../detectors/index.ts";
import type { NetworkStore, TrainingOptions } from "../methods/index.ts";
import type { Device } from "../runtime/backend.ts";
import type { TrainingProgress } from "../train/index.ts";
import { type FilePath, filePath } from "./file-input.ts";
import { loadChecks } from "./load-detector.ts";
import { type LocateMode, locateModes } from "./locate-mode.ts";

/** What a step of a training reports. */
export interface ImageProgress extends TrainingProgress {
  /** Images learned from per second, of this run. */
  readonly imagesPerSecond: number;
}

/** Options of {@link train}. */
export interface TrainOptions extends Omit<TrainingOptions, "backbone"> {
  /** The ONNX file of a pretrained network, for the methods that read its features. */
  readonly backbone?: FilePath | undefined;
  /** Where to write the model file, and checkpoints beside it. Default: nowhere, the summary has the model. */
  readonly output?: FilePath | undefined;
  /** Bits a channel of pictures stored in 16, 8 to 16. Default: the fewest of 8, 10, 12, 14 and 16 that hold the good pictures. */
  readonly bits?: number | undefined;
  /** What folders of good images are called besides good, OK, normal and the like. */
  readonly good?: string | undefined;
  /** Name of the detector. Default: the data folder's; "pictures" of those in memory. */
  readonly name?: string | undefined;
  /** Where to compute. Default "cpu". */
  readonly device?: Device | undefined;
  /** Threads within one operator. Default: one per core. */
  readonly threads?: number | undefined;
  /**
   * Trains in a worker thread, to the same bits: the caller's event loop goes on, which every step blocks otherwise, and the fitting
   * after them for seconds. Default false. A bundled program names the file that imports `radar-ad/worker`.
   */
  readonly worker?: boolean | FilePath | undefined;
  /**
   * Regular expression on the paths: images whose first group, or whole match, is the same belong together, such as photos of one part;
   * they are never both learned from and calibrated with. Default: copies are found by their looks.
   */
  readonly group?: string | undefined;
  /** Whether good images are also shown disturbed, by light, colour, noise, blur, JPEG, shifts and turns, so that those are tolerated. Default: "usual" for RADAR's scorings `combined` and `network`, else "none". */
  readonly tolerance?: Tolerance | undefined;
  /** Whether held-out images that are like none of the others count for the threshold all the same. Default false. */
  readonly keepOdd?: boolean | undefined;
  /** Whether the part is found and turned upright first. Default "auto": where the good pictures show one that lies anyhow. */
  readonly locate?: LocateMode | undefined;
  /**
   * What is looked at of a picture, in pixels of the first good one; where a part is found first, it moves and turns with the part.
   * Answers name the region with the highest score. Default: everything.
   */
  readonly regions?: readonly Region[] | undefined;
  /**
   * A picture of the first good one's proportions in which what is black is ignored; with regions, only what is in both is looked at.
   * Default: nothing is ignored.
   */
  readonly mask?: FilePath | undefined;
  /**
   * Pictures are read in tiles of `imageSize` pixels, in their own proportions: "full" as the camera made them, or resized so that the
   * longer side of a typical one has so many pixels. A part that is found first is cut out at that resolution. Default: brought to one square.
   */
  readonly resolution?: "full" | number | undefined;
  /** Path of an HTML report to write: what was learned from, where it looks, the loss, the threshold. Default: none. */
  readonly report?: FilePath | undefined;
  /** The command that repeats the training, for the report. */
  readonly command?: string | undefined;
  /** Goes on from the checkpoint that an unfinished training left beside `output`; without one it starts from the beginning. */
  readonly resume?: boolean | undefined;
  /** Where trained networks are kept and looked for, e.g. `diskNetworkStore`. Default: nowhere. Not with a `worker`. */
  readonly networks?: NetworkStore | undefined;
  /** Stops within one step or one call of the network, with a checkpoint where there is an `output`. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each step. */
  readonly onProgress?: ((progress: ImageProgress) => void) | undefined;
  /** What is being done, one line for people each. */
  readonly onStage?: ((stage: string) => void) | undefined;
  /** How far a stage is that goes through pictures - fitting, calibrating -, after each of them. */
  readonly onStageProgress?: StageListener | undefined;
}

/** What a training did. */
export interface TrainSummary {
  /** The model file's bytes. */
  readonly model: Uint8Array;
  /** Where they were written; null if no `output` was given. */
  readonly output: string | null;
  readonly description: DetectorDescription;
  readonly steps: number;
  /** Wall-clock seconds from start to finish, data and calibration included. */
  readonly seconds: number;
  /** Steps a second of the training itself. */
  readonly stepsPerSecond: number;
  /** Mean loss of the last steps; null where nothing is trained step by step. */
  readonly finalLoss: number | null;
  /** Trainable values of the network. */
  readonly parameters: number;
  readonly skipped: readonly SkippedFile[];
  /** The good images that the threshold was set with, highest score first: one that is not good makes it useless. */
  readonly heldOut: readonly ScoredFile[];
  /** Held-out images that are like none of the others and were left out of the threshold, highest score first. */
  readonly odd: readonly ScoredFile[];
  /** Images that are the same once more; they were kept on one side. */
  readonly copies: readonly (readonly [path: string, copy: string])[];
}

/** A good image with its score. */
export interface ScoredFile {
  readonly path: string;
  readonly anomalyScore: number;
}

/** Steps or minutes; their ranges are checked with those of the method. */
const trainingLength: OptionCheck = (name, value) => {
  const [[unit, amount] = [], ...more] = typeof value === "object" ? Object.entries(value ?? {}) : [];
  if ((unit !== "steps" && unit !== "minutes") || more.length > 0) {
    throw new OptionError(`${name}: expected { steps } or { minutes }, got ${describe(value)}.`);
  }
  checkNumber(unit, amount, { above: 0 });
};

function regionList(name: string, value: unknown): void {
  if (!Array.isArray(value)) {
    throw new OptionError(`${name}: expected a list of { x, y, width, height }, got ${describe(value)}.`);
  }
  for (const [i, region] of value.entries()) checkRegion(`${name}[${i}]`, region);
}

const networkStore: OptionCheck = (name, value) => {
  if (typeof value === "object" && value !== null && "load" in value && "save" in value) return;
  throw new OptionError(`${name}: expected a store { load, save }, got ${describe(value)}.`);
};

// Words and numbers of a method are checked by the method, which knows their ranges.
const trainChecks: OptionChecks<TrainOptions> = {
  method: anything,
  preset: anything,
  imageSize: anything,
  patchSize: anything,
  length: trainingLength,
  batchSize: anything,
  scoring: anything,
  classifier: anything,
  start: anything,
  noiseSteps: anything,
  calls: anything,
  noise: anything,
  condition: anything,
  layers: texts,
  falseAlarmRate: anything,
  seed: anything,
  backbone: filePath,
  output: filePath,
  bits: anything,
  good: text,
  name: text,
  device: loadChecks.device,
  threads: loadChecks.threads,
  worker: loadChecks.worker,
  group: text,
  tolerance: (name, value) => checkChoice(name, value, tolerances),
  keepOdd: flag,
  locate: (name, value) => checkChoice(name, value, locateModes),
  regions: regionList,
  mask: filePath,
  resolution: (name, value) => {
    if (value !== "full") checkInteger(name, value, { minimum: 16 });
  },
  report: filePath,
  command: text,
  resume: flag,
  networks: networkStore,
  signal: abortSignal,
  onProgress: callback,
  onStage: callback,
  onStageProgress: callback,
};

const hints = {
  steps: "Use length: { steps }.",
  minutes: "Use length: { minutes }.",
  epochs: "Use length: { steps } or { minutes }.",
} as const;

/** @throws {OptionError} E_OPTION if an option is unknown or of another kind, or two do not go together. */
export function checkTrainOptions(options: TrainOptions): void {
  checkOptions("train", options, trainChecks, hints);
  if (options.resume && options.output === undefined) {
    throw new OptionError(
      "resume: expected an `output`, since the checkpoint lies beside it, got none. Give the one it was started with.",
    );
  }
  if (options.networks !== undefined && options.worker) {
    throw new OptionError("networks: expected none with a `worker`, got a store. Leave one of them out.");
  }
}
