/** What a detector tells of itself, stored as JSON in the model file's metadata. */
import * as z from "../base/schema.ts";
import { type GoodPictures, goodPicturesSchema } from "./good-pictures.ts";

/** Key of the description in the model's `metadata_props`. */
export const descriptionKey = "radar_ad";

const count = z.number().int().nonnegative();

/** What a detector tells of itself. No clock in it: the same data, options and seed give the same file. */
export interface DetectorDescription {
  /** Version of this format. 2: the file has a seal; in 1 it may have one. */
  readonly format: 1 | 2;
  /** Name given by the user, or the data folder's. */
  readonly name: string;
  /** Method, e.g. "radar". */
  readonly method: string;
  /** Preset, e.g. "fast". */
  readonly preset: string;
  /** How the anomaly map is read off the network, e.g. "paper". */
  readonly scoring: string;
  /** Side in pixels of the square that images are resized to. */
  readonly imageSizePx: number;
  /** Side in pixels of the patches the network sees. */
  readonly patchSizePx: number;
  /** Trainable values of the network. */
  readonly parameters: number;
  /** How often a network runs to score one picture; files that do not say are told by their training steps. */
  readonly networkCalls: number;
  /** Seed of everything random. */
  readonly seed: number;
  /** Versions of what made it: package, runtime, Node. */
  readonly software: Readonly<Record<string, string>>;
  /** How it was trained. */
  readonly training: {
    /** Images learned from. */
    readonly images: number;
    /** Files that could not be read. */
    readonly skipped: number;
    /** Training steps made. */
    readonly steps: number;
    /** Images a step. */
    readonly batchSize: number;
    /** Mean loss of the last steps; null where nothing is trained step by step. */
    readonly finalLoss: number | null;
    /** SHA-256 of the training images' pixels, in order. */
    readonly contentHash: string;
    /** Flips and rotations that the normal images allow. */
    readonly symmetries: readonly string[];
  };
  /** What the good pictures had in common; files of before do not say. */
  readonly pictures?: GoodPictures | undefined;
  /** How the threshold was found. */
  readonly calibration: {
    /** Held-out normal images. */
    readonly images: number;
    /** isAnomalous = score > threshold. */
    readonly threshold: number;
    /** Promised rate of false alarms; by the method's own rule, what the held-out images say of it: (those above + 1) / (all + 1). */
    readonly falseAlarmRate: number;
    /** What the threshold keeps: the rate that was promised, or the method's own rule, which promises none. */
    readonly rule: "conformal" | "method";
    /** Pixel score above which a pixel belongs to a defect. */
    readonly pixelThreshold: number;
    /** Pixel score of a heat map's brightest colour, > 0. */
    readonly mapMaximum: number;
    /** Scores of the held-out images, ascending. */
    readonly scores: readonly number[];
    /** What the threshold was before it was raised for disturbed copies of the held-out images; absent where it was not. */
    readonly thresholdAsTheyAre?: number | undefined;
    /** Score that held-out images stay at or below under each usual disturbance, but for those that may be called anomalous; absent where they were not disturbed. */
    readonly toleratedScore?: number | undefined;
    /** Name of the disturbance under which they score as high; absent where they were not disturbed, and in files of before. */
    readonly toleratedUnder?: string | undefined;
    /** Scores of held-out images that were like none of the others and left out of all this; absent if there were none. */
    readonly leftOut?: readonly number[] | undefined;
  };
  /** The part that is found in a picture before anything else; absent where pictures are taken as they lie. */
  readonly part?:
    | {
        /** Height of the pictures in widths. */
        readonly aspect: number;
        /** Side of the frame around the part, in widths of the picture. */
        readonly frame: number;
        /** Whether it is turned upright; else it is centred only. */
        readonly turns: boolean;
        /** 1 - correlation with the mean good part, above which a picture does not show it. */
        readonly misfitLimit: number;
        /** Share of the frame that is looked at: the part with room around it, in (0, 1]; absent where all of the frame is, or an area of it that was drawn. */
        readonly share?: number | undefined;
      }
    | undefined;
  /** What is looked at of a picture, or of the frame around the part; absent where everything is. */
  readonly area?:
    | {
        /** Share of its places, in (0, 1]. */
        readonly share: number;
        /** Names of the regions, in the order of the model's `region_scores`; none where a mask alone was drawn. */
        readonly regions: readonly string[];
      }
    | undefined;
  /** Pictures are read in tiles of the model's size; absent where they are brought to one square. */
  readonly tiles?:
    | {
        /** What pictures are resized by first; 1: not at all. */
        readonly scale: number;
        /** Pixels that neighbours share at least. */
        readonly overlapPx: number;
        /** Side in pixels of the frame around the part that is cut into tiles; absent where pictures are. */
        readonly framePx?: number | undefined;
      }
    | undefined;
  /** How its network was brought to eight bits; absent where it counts in float32, as it was trained. */
  readonly quantized?:
    | {
        /** SHA-256 of the model file that it was made of. */
        readonly from: string;
        /** Convolutions in eight bits. */
        readonly convolutions: number;
        /** Good pictures that told the range of its activations. */
        readonly pictures: number;
      }
    | undefined;
  /** Every other option as it was used. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Calls of a network for one picture where a method does not tell: one of what is trained step by step, else none. */
export function usualNetworkCalls(steps: number): number {
  return steps > 0 ? 1 : 0;
}

/** Schema of a description; a model file comes from outside, so it is checked when loaded. */
export const detectorDescriptionSchema: z.ZodType<DetectorDescription> = z
  .object({
    format: z.literal([1, 2]),
    name: z.string(),
    method: z.string(),
    preset: z.string(),
    scoring: z.string(),
    imageSizePx: count,
    patchSizePx: count,
    parameters: count,
    networkCalls: count.optional(),
    seed: count,
    software: z.record(z.string(), z.string()),
    training: z.object({
      images: count,
      skipped: count,
      steps: count,
      batchSize: count,
      finalLoss: z.number().nullable(),
      contentHash: z.string(),
      symmetries: z.array(z.string()),
    }),
    pictures: goodPicturesSchema.optional(),
    calibration: z.object({
      images: count,
      threshold: z.number(),
      falseAlarmRate: z.number(),
      rule: z.enum(["conformal", "method"]).default("conformal"), // of files that do not say
      pixelThreshold: z.number(),
      mapMaximum: z.number().positive(),
      scores: z.array(z.number()),
      thresholdAsTheyAre: z.number().optional(),
      toleratedScore: z.number().optional(),
      toleratedUnder: z.string().optional(),
      leftOut: z
        .union([z.array(z.number()), z.number().transform((only) => [only])]) // one number in files of before
        .optional(),
    }),
    part: z
      .object({
        aspect: z.number().positive(),
        frame: z.number().positive(),
        turns: z.boolean(),
        misfitLimit: z.number(),
        share: z.number().positive().optional(),
      })
      .optional(),
    area: z.object({ share: z.number().positive(), regions: z.array(z.string()) }).optional(),
    tiles: z.object({ scale: z.number().positive(), overlapPx: count, framePx: count.optional() }).optional(),
    quantized: z.object({ from: z.string(), convolutions: count, pictures: count }).optional(),
    options: z.record(z.string(), z.unknown()),
  })
  .transform((read) => ({
    ...read,
    networkCalls: read.networkCalls ?? usualNetworkCalls(read.training.steps),
  }));
