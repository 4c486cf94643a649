/** Training a detector of any method: from good images to the bytes of a model file. */
import { checkAborted } from "../base/abort.ts";
import { DataError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import type { RgbImage } from "../base/raster.ts";
import { allowedSymmetries, applySymmetry, type Symmetry } from "../data/index.ts";
import { conformalThreshold } from "../detectors/calibration.ts";
import { contentHash } from "../detectors/content-hash.ts";
import { type DetectorDescription, usualNetworkCalls } from "../detectors/description.ts";
import { fitDetector } from "../detectors/fit.ts";
import { lookFacts } from "../detectors/look.ts";
import type { LookedArea } from "../detectors/looked-area.ts";
import { abortable } from "../runtime/abortable.ts";
import { splitGood } from "./good-split.ts";
import type { PreparedMethod, TrainingContext } from "./method.ts";
import { trainingCopies } from "./training-copies.ts";

/** A trained detector. */
export interface TrainedDetector {
  /** The model file. */
  readonly model: Uint8Array;
  readonly description: DetectorDescription;
  /** Images that the threshold was set with, highest score first. */
  readonly heldOut: readonly HeldOutImage[];
  /** Held-out images that are like none of the others and were left out of the threshold, highest score first. */
  readonly odd: readonly HeldOutImage[];
  /** Images that are the same once more, by their places: they were kept on one side. */
  readonly copies: readonly (readonly [number, number])[];
}

/** A good image that was held out for the threshold. */
export interface HeldOutImage {
  /** Its place among the images given. */
  readonly index: number;
  readonly anomalyScore: number;
}

/**
 * Lets a method learn from most of the images, brings its maps to scale and calibrates on the others.
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
  requireDifferent(images);
  const { copies, ...split } = splitGood(images, { ...options, groups: context.groups });
  conformalThreshold(new Float32Array(split.calibration.length), options.falseAlarmRate); // fails before the work
  const pick = (indices: readonly number[]) => indices.map((i) => images[i] ?? new Uint8Array());
  const { fullSize } = context;
  const learned = fullSize ? split.train.flatMap((i) => fullSize.windows[i] ?? []) : pick(split.train);
  const tolerance = context.tolerance ?? prepared.tolerance ?? "none";
  const area = context.look?.area;
  const labels = fullSize
    ? split.train.flatMap((i) => fullSize.looked?.[i] ?? [])
    : area && learned.map(() => area.data);
  const copiesOf = trainingCopies(images, context, { sizePx: options.imageSize, random });
  const isTaught = tolerance !== "none";
  const disturbedOnes =
    isTaught && (fullSize ? learned.map(copiesOf.ofWindow) : await copiesOf.of(split.train));
  const shown = disturbedOnes ? [...learned, ...disturbedOnes] : learned;
  const hash = await contentHash([...images, ...(fullSize?.windows.flat() ?? [])]);
  const symmetries = allowedSymmetries(learned, options.imageSize, 3).filter(
    (symmetry) => area === undefined || fullSize !== undefined || keepsArea(symmetry, area),
  );
  const identity = {
    method: prepared.method,
    scoring: prepared.scoring,
    options,
    settings,
    contentHash: hash,
    ...(context.groups && { groups: context.groups }),
    tolerance,
  };
  const metadata = { training: JSON.stringify(identity) };
  checkAborted(context.signal, "training");
  const result = await prepared.learn({
    ...context,
    backend,
    images: learned,
    shown,
    tolerance,
    areGrey: learned.every(isGrey),
    ...(labels && labels.length > 0 && { looked: labels }),
    random,
    symmetries,
    contentHash: hash,
    metadata,
  });

  checkAborted(context.signal, "training");
  context.onStage?.("calibrating");
  const heldOut = pick(split.calibration);
  const { model, description, heldOutScores, odd } = await fitDetector(result.source, {
    learned,
    heldOut,
    ...(isTaught && { disturbed: await copiesOf.ofHeldOut(split.calibration) }),
    falseAlarmRate: options.falseAlarmRate,
    keepOdd: context.keepOdd ?? false,
    onProgress: context.onStageProgress,
    backend,
    look: context.look,
    wholeHeldOut: fullSize && (() => each(split.calibration, fullSize.whole)),
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
        images: split.train.length,
        skipped: context.skipped,
        steps: result.steps,
        batchSize: options.batchSize,
        finalLoss: result.finalLoss,
        contentHash: hash,
        symmetries,
      },
      ...(context.pictures !== undefined && { pictures: context.pictures }),
      calibration,
      ...(context.look && lookFacts(context.look)),
      options: { ...settings, ...result.found, falseAlarmRate: options.falseAlarmRate, tolerance },
    }),
  });
  const scored = split.calibration.map((index, i) => ({ index, anomalyScore: heldOutScores[i] ?? 0 }));
  return {
    model,
    description,
    heldOut: ranked(scored.filter((_, i) => !odd.includes(i))),
    odd: ranked(scored.filter((_, i) => odd.includes(i))),
    copies,
  };
}

function ranked(images: HeldOutImage[]): HeldOutImage[] {
  return images.sort((a, b) => b.anomalyScore - a.anomalyScore);
}

async function* each(indices: readonly number[], read: (index: number) => Promise<RgbImage>) {
  for (const index of indices) yield await read(index);
}

/** Whether three channels are equal. @param planes - uint8 [3, S, S]. */
function isGrey(planes: Uint8Array): boolean {
  const plane = planes.length / 3;
  for (let i = plane; i < planes.length; i++) if (planes[i] !== planes[i - plane]) return false;
  return true;
}

/** Whether a mirrored or turned picture is looked at in the same places. */
function keepsArea(symmetry: Symmetry, { data, width }: LookedArea): boolean {
  const looked = data.map((label) => (label === 0 ? 0 : 1));
  const turned = applySymmetry(symmetry, looked, width, 1);
  return looked.every((label, place) => label === turned[place]);
}

function requireDifferent(images: readonly Uint8Array[]): void {
  const [first] = images;
  if (first === undefined || images.length < 2) return; // too few is said elsewhere
  const isSame = (image: Uint8Array) => image.every((value, i) => value === first[i]);
  if (!images.every(isSame)) return;
  throw new DataError(
    "E_DATA",
    `train: expected good images that differ, got ${images.length} times the same picture. A detector needs to see how good parts vary.`,
  );
}
