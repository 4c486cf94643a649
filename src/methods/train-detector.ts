/** Training a detector of any method: from good images to the bytes of a model file. */
import { checkAborted } from "../base/abort.ts";
import { DataError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { allowedSymmetries, type HoldOut, holdOut } from "../data/index.ts";
import { conformalThreshold } from "../detectors/calibration.ts";
import { contentHash } from "../detectors/content-hash.ts";
import { type DetectorDescription, usualNetworkCalls } from "../detectors/description.ts";
import { fitDetector } from "../detectors/fit.ts";
import { abortable } from "../runtime/abortable.ts";
import type { PreparedMethod, TrainingContext } from "./method.ts";

/** A trained detector. */
export interface TrainedDetector {
  /** The model file. */
  readonly model: Uint8Array;
  readonly description: DetectorDescription;
  /** Images that the threshold was set with, highest score first. */
  readonly heldOut: readonly HeldOutImage[];
}

/** A good image that was held out for the threshold. */
export interface HeldOutImage {
  /** Its place among the images given. */
  readonly index: number;
  readonly anomalyScore: number;
}

const heldOutFraction = 0.2; // of the good images, for the threshold (ours)
const tuningFraction = 0.125; // of the others, for the scales of the maps (ours)

/**
 * Lets a method learn from most of the images, brings its maps to scale on others, and calibrates on held-out ones.
 *
 * @param images - Good images as the model resizes them, uint8 [3, S, S] each, S = the options' imageSize.
 * @throws {DataError} E_DATA if there are fewer than two images, or all are the same; E_FALSE_ALARM_RATE if there are too few
 * to hold out for the rate; {AbortError} E_ABORTED if the signal is aborted, within one call of the backend; {TrainingError} as `runTraining`.
 */
export async function trainDetector(
  images: readonly Uint8Array[],
  prepared: PreparedMethod,
  context: TrainingContext,
): Promise<TrainedDetector> {
  const { options, settings } = prepared;
  const backend = abortable(context.backend, context.signal, "training");
  const random = new Random(options.seed);
  const split = holdOut(images.length, { fraction: heldOutFraction, random: random.split("hold out") });
  requireDifferent(images);
  conformalThreshold(new Float32Array(split.calibration.length), options.falseAlarmRate); // fails before the work
  const pick = (indices: readonly number[]) => indices.map((i) => images[i] ?? new Uint8Array());
  const { train, calibration: tuning } = tuningSplit(split.train, random);
  const learned = pick(train);
  const hash = await contentHash(images);
  const symmetries = allowedSymmetries(learned, options.imageSize, 3);
  const identity = {
    method: prepared.method,
    scoring: prepared.scoring,
    options,
    settings,
    contentHash: hash,
  };
  const metadata = { training: JSON.stringify(identity) };
  checkAborted(context.signal, "training");
  const result = await prepared.learn({
    ...context,
    backend,
    images: learned,
    random,
    symmetries,
    contentHash: hash,
    metadata,
  });

  checkAborted(context.signal, "training");
  context.onStage?.("calibrating");
  const { model, description, heldOutScores } = await fitDetector(result.source, {
    learned,
    tuning: pick(tuning),
    heldOut: pick(split.calibration),
    falseAlarmRate: options.falseAlarmRate,
    backend,
    describe: (calibration) => ({
      format: 2,
      name: context.name,
      method: prepared.method,
      preset: options.preset,
      scoring: prepared.scoring,
      imageSizePx: options.imageSize,
      patchSizePx: options.patchSize,
      parameters: result.parameters,
      networkCalls: result.networkCalls ?? usualNetworkCalls(result.steps),
      seed: options.seed,
      software: { ...context.software, runtime: backend.name },
      training: {
        images: learned.length,
        tuningImages: tuning.length,
        skipped: context.skipped,
        steps: result.steps,
        batchSize: options.batchSize,
        finalLoss: result.finalLoss,
        contentHash: hash,
        symmetries,
      },
      ...(context.pictures !== undefined && { pictures: context.pictures }),
      calibration,
      options: { ...settings, ...result.found, falseAlarmRate: options.falseAlarmRate },
    }),
  });
  const heldOut = split.calibration
    .map((index, i) => ({ index, anomalyScore: heldOutScores[i] ?? 0 }))
    .sort((a, b) => b.anomalyScore - a.anomalyScore);
  return { model, description, heldOut };
}

/** Images for the maps' scales, neither learned from nor calibrated with; a single image has to do for both. */
function tuningSplit(indices: readonly number[], random: Random): HoldOut {
  if (indices.length < 2) return { train: [...indices], calibration: [...indices] };
  const places = holdOut(indices.length, { fraction: tuningFraction, random: random.split("tuning") });
  const pick = (chosen: readonly number[]) => chosen.map((place) => indices[place] ?? 0);
  return { train: pick(places.train), calibration: pick(places.calibration) };
}

function requireDifferent(images: readonly Uint8Array[]): void {
  const [first] = images;
  if (first === undefined) return;
  const isSame = (image: Uint8Array) => image.every((value, i) => value === first[i]);
  if (!images.every(isSame)) return;
  throw new DataError(
    "E_DATA",
    `train: expected good images that differ, got ${images.length} times the same picture. A detector needs to see how good parts vary.`,
  );
}
