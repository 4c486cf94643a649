/** What a method of anomaly detection is: options in, good images in, a source of anomaly maps out. */

import type { Random } from "../base/random.ts";
import type { RgbImage } from "../base/raster.ts";
import type { Symmetry, Tolerance } from "../data/index.ts";
import type { GoodPictures, Look } from "../detectors/index.ts";
import type { MapSource } from "../detectors/map-source.ts";
import type { StageListener } from "../detectors/run-graph.ts";
import type { Backend } from "../runtime/backend.ts";
import type { Checkpoint, TrainingProgress } from "../train/index.ts";

/** A network that was trained before; see {@link NetworkStore}. */
export interface StoredNetwork {
  /** Parameters to use of those that the training moved, float32 [P]. */
  readonly average: Float32Array;
  readonly steps: number;
  readonly finalLoss: number;
}

/** Keeps trained networks, so that methods and readouts that need the very same one train it once. */
export interface NetworkStore {
  /** The network of that key, if it is there: SHA-256 of all that decides what is trained, hexadecimal. */
  load(key: string): Promise<StoredNetwork | undefined>;
  /** Keeps a network under its key. */
  save(key: string, network: StoredNetwork): Promise<void>;
}

/** Images at their own size. */
export interface FullSize {
  /** Windows of each image to learn from, uint8 [3, S, S] each, S = `imageSize` of the method's options. */
  readonly windows: readonly (readonly Uint8Array[])[];
  /** What is looked at of each window, uint8 [S, S], 0 where it is ignored. Default: all of it. */
  readonly looked?: readonly (readonly Uint8Array[])[] | undefined;
  /** One of the images as it is. */
  readonly whole: (index: number) => Promise<RgbImage>;
}

/** What a training needs besides images and options. */
export interface TrainingContext {
  readonly backend: Backend;
  /** Monotonic clock in seconds. */
  readonly now: () => number;
  /** Name of the detector. */
  readonly name: string;
  /** Files that could not be read. */
  readonly skipped: number;
  /** What the good pictures have in common, for the model file. */
  readonly pictures?: GoodPictures | undefined;
  /**
   * Whether held-out images that are like none of the others count for the threshold all the same. Default: they are named and left
   * out, see `oddScores`.
   */
  readonly keepOdd?: boolean | undefined;
  /** Whether the images learned from are also shown disturbed, see `randomDisturbance`. Default: what the method says, see {@link PreparedMethod.tolerance}. */
  readonly tolerance?: Tolerance | undefined;
  /** What each image belongs to, null if to no other: images of one name are never both learned from and calibrated with. */
  readonly groups?: readonly (string | null)[] | undefined;
  /** Versions of what trains, for the model file. */
  readonly software: Readonly<Record<string, string>>;
  /** Where the pictures were looked at, and others will be: the part that is found first, the area. Default: everywhere, as they lie. */
  readonly look?: Look | undefined;
  /**
   * One of the images, uint8 [3, S, S], as it would be had the camera seen its picture otherwise. Needed where a part is found first: what happens to
   * a picture happens before its part is cut out and turned. Default: the images themselves are disturbed.
   */
  readonly retaken?:
    | ((index: number, change: (picture: RgbImage) => RgbImage) => Promise<Uint8Array>)
    | undefined;
  /** The images at their own size, where the look is at tiles. */
  readonly fullSize?: FullSize | undefined;
  readonly resume?: Checkpoint | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after every training step. */
  readonly onProgress?: ((progress: TrainingProgress) => void) | undefined;
  /** What is being done outside the steps, e.g. "calibrating", for people. */
  readonly onStage?: ((stage: string) => void) | undefined;
  /** How far a stage is that goes through pictures, after each of them. */
  readonly onStageProgress?: StageListener | undefined;
  /** Where trained networks are kept and looked for. Default: nowhere. */
  readonly networks?: NetworkStore | undefined;
  /** Where checkpoints go; see `TrainingLoopOptions`. */
  readonly saveCheckpoint?: ((bytes: Uint8Array) => Promise<void>) | undefined;
}

/** What a method gets to learn from. */
export interface LearningContext extends TrainingContext {
  /** Good images, uint8 [3, S, S] each, S = `imageSize` of the method's options. */
  readonly images: readonly Uint8Array[];
  /** Those and, where the detector is taught to tolerate it, as many disturbed copies of them: what estimators learn from. */
  readonly shown: readonly Uint8Array[];
  /** Whether there are such copies. */
  readonly tolerance: Tolerance;
  /** Whether none of the images has colour: their three channels are equal. A method may then read one, see `MapSource.readsGrey`. */
  readonly areGrey: boolean;
  /** What is looked at of each of them, uint8 [S, S], 0 where it is ignored. Default: all of it. */
  readonly looked?: readonly Uint8Array[] | undefined;
  /** Seeded; every use splits off a stream of its own name. */
  readonly random: Random;
  /** Flips and rotations that the images allow. */
  readonly symmetries: readonly Symmetry[];
  /** SHA-256 of all good images, held-out ones too. */
  readonly contentHash: string;
  /** Stored with each checkpoint; one that was saved with others is of another training. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a method has learned, and the facts about it that its model file tells. */
export interface Learned {
  readonly source: MapSource;
  /** Trainable values; of methods without a network, the values that were estimated. */
  readonly parameters: number;
  /** Training steps; 0 where nothing is trained step by step. */
  readonly steps: number;
  /** Mean loss of the last steps; null where there are none. */
  readonly finalLoss: number | null;
  /** How often a network runs to score one picture. Default: once where something was trained step by step, else never. */
  readonly networkCalls?: number;
  /** Options that were found while learning, for the model file: they stand there in place of those of the same name. */
  readonly found?: Readonly<Record<string, unknown>>;
}

/** Options that every method has, with their values. */
export interface MethodOptions {
  readonly preset: string;
  /** Side of the square that pictures are resized to, in pixels. */
  readonly imageSize: number;
  /** Side of what the method sees at once, in pixels. */
  readonly patchSize: number;
  /** Images a step; 0 where nothing is trained step by step. */
  readonly batchSize: number;
  /** Rate of false alarms to calibrate for, or "auto". */
  readonly falseAlarmRate: number | "auto";
  /** Seed of everything random, in [0, 2^32). */
  readonly seed: number;
}

/**
 * A method by its options.
 *
 * @param largestSidePx - Longer side of a typical training image: the default size is no larger.
 * @param changed - Constants to use in place of the method's own: for choosing those, not for users.
 * @throws {OptionError} E_OPTION if an option is out of range or of no use to the method.
 */
export type Method<Options, Settings> = (
  given: Options,
  largestSidePx: number,
  changed?: Partial<Settings>,
) => PreparedMethod;

/** A method with its options, ready to learn. */
export interface PreparedMethod {
  /** Name of the method, e.g. "radar". */
  readonly method: string;
  /** How its maps are made, e.g. "combined"; the method's own word. */
  readonly scoring: string;
  readonly options: MethodOptions;
  /** What its detectors are taught to tolerate unless the training says otherwise. Default: "none". */
  readonly tolerance?: Tolerance | undefined;
  /** Every other option as it is used, plain data: it goes into checkpoints and the model file. */
  readonly settings: object;
  /**
   * Learns from good images.
   *
   * @throws {TrainingError} E_DIVERGED, E_CHECKPOINT, {AbortError} E_ABORTED as `runTraining`.
   */
  readonly learn: (context: LearningContext) => Promise<Learned>;
}
