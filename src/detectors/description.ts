/** What a detector tells of itself, stored as JSON in the model file's metadata. */
import { z } from "zod";

/** Key of the description in the model's `metadata_props`. */
export const descriptionKey = "radar_ad";

const count = z.number().int().nonnegative();

/** Schema of a description; a model file comes from outside, so it is checked when loaded. */
export const detectorDescriptionSchema = z.object({
  /** Version of this format. */
  format: z.literal(1),
  /** Name given by the user, or the data folder's. */
  name: z.string(),
  /** Method, e.g. "radar". */
  method: z.string(),
  /** Preset, e.g. "fast". */
  preset: z.string(),
  /** How the anomaly map is read off the network, e.g. "paper". */
  scoring: z.string(),
  /** Side in pixels of the square that images are resized to. */
  imageSizePx: count,
  /** Side in pixels of the patches the network sees. */
  patchSizePx: count,
  /** Trainable values of the network. */
  parameters: count,
  /** Seed of everything random. */
  seed: count,
  /** ISO 8601 time of creation. */
  createdAt: z.string(),
  /** Versions of what made it: package, runtime, Node. */
  software: z.record(z.string(), z.string()),
  /** How it was trained. */
  training: z.object({
    /** Images learned from. */
    images: count,
    /** Files that could not be read. */
    skipped: count,
    /** Training steps made. */
    steps: count,
    /** Images a step. */
    batchSize: count,
    /** Wall-clock seconds. */
    seconds: z.number(),
    /** Mean loss of the last steps. */
    finalLoss: z.number(),
    /** SHA-256 of the training images' pixels, in order. */
    contentHash: z.string(),
    /** Flips and rotations that the normal images allow. */
    symmetries: z.array(z.string()),
  }),
  /** How the threshold was found. */
  calibration: z.object({
    /** Held-out normal images. */
    images: count,
    /** isAnomalous = score > threshold. */
    threshold: z.number(),
    /** Promised rate of false alarms. */
    falseAlarmRate: z.number(),
    /** Pixel score above which a pixel belongs to a defect. */
    pixelThreshold: z.number(),
    /** Pixel score of a heat map's brightest colour. */
    mapMaximum: z.number(),
    /** Scores of the held-out images, ascending. */
    scores: z.array(z.number()),
  }),
  /** Every other option as it was used. */
  options: z.record(z.string(), z.unknown()),
});

/** See {@link detectorDescriptionSchema}. */
export type DetectorDescription = z.infer<typeof detectorDescriptionSchema>;
