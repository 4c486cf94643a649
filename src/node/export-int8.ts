/** A trained model made again with its network in eight bits, and measured against what it was. */
import { checkAborted } from "../base/abort.ts";
import { checkNumber } from "../base/check.ts";
import {
  abortSignal,
  callback,
  checkOptions,
  integerFrom,
  type OptionChecks,
  text,
} from "../base/check-options.ts";
import { DataError, RadarError } from "../base/errors.ts";
import { median } from "../base/quantile.ts";
import { Random } from "../base/random.ts";
import { holdOut } from "../data/index.ts";
import { contentHash } from "../detectors/content-hash.ts";
import { imageResizer } from "../detectors/image-resizer.ts";
import {
  checkModel,
  checkQuantizable,
  type Detector,
  type DetectorDescription,
  loadDetector,
  quantizeDetector,
} from "../detectors/index.ts";
import { type Evaluation, evaluate, type LabelledImage, plantedImages } from "../evaluation/index.ts";
import { splitGood } from "../methods/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { checkWritable, writeFileAtomic } from "./atomic-file.ts";
import { bytesOrPath, type FileInput, type FilePath, filePath, pathOf } from "./file-input.ts";
import { aboutFile, readModelFile } from "./load-detector.ts";
import { loadImages } from "./load-images.ts";
import { checkOutputs } from "./output-path.ts";
import { plainData, type TrainingData, trainingSource } from "./training-source.ts";

/** Options of {@link exportInt8}. */
export interface ExportInt8Options {
  /** Where to write the new model file. Default: nowhere, the summary has the model. */
  readonly output?: FilePath | undefined;
  /** What folders of good images are called besides good, OK, normal and the like. */
  readonly good?: string | undefined;
  /** Largest drop of the image AUROC on planted defects, in [0, 1]. Default 0.01 (ours). */
  readonly maxLoss?: number | undefined;
  /** Threads within one operator. Default: one per core. */
  readonly threads?: number | undefined;
  /** Stops before the next picture; the promise is rejected with E_ABORTED. */
  readonly signal?: AbortSignal | undefined;
  /** What is being done, one line for people each. */
  readonly onStage?: ((stage: string) => void) | undefined;
}

/** What one of the two models is like. */
export interface ExportFigures {
  /** Image AUROC on planted defects, in [0, 1]. */
  readonly imageAuroc: number;
  /** Pixel AUROC on planted defects, in [0, 1]. */
  readonly pixelAuroc: number;
  /** Share of the held-out good pictures above the model's threshold. */
  readonly falseAlarms: number;
  /** Median milliseconds for one picture, one after the other with the other model. */
  readonly milliseconds: number;
  /** Size of the file. */
  readonly bytes: number;
}

/** What {@link exportInt8} made. */
export interface ExportSummary {
  /** The new model file's bytes. */
  readonly model: Uint8Array;
  /** Where they were written; null if no `output` was given. */
  readonly output: string | null;
  readonly description: DetectorDescription;
  /** Held-out good pictures that both were measured on. */
  readonly heldOut: number;
  /** Pictures with a planted defect. */
  readonly planted: number;
  readonly before: ExportFigures;
  readonly after: ExportFigures;
}

const exportChecks: OptionChecks<ExportInt8Options> = {
  output: filePath,
  good: text,
  maxLoss: (name, value) => checkNumber(name, value, { minimum: 0, maximum: 1 }),
  threads: integerFrom(1),
  signal: abortSignal,
  onStage: callback,
};

const usualMaxLoss = 0.01;
const mostRangePictures = 32; // more hardly widen the ranges (ours)
const rangeShare = 0.25; // of good pictures none of which was learned from (ours)
const timedPictures = 20;

/**
 * Makes a model's convolutions count in eight bits. Ranges, scales, thresholds, self-check and seal are made anew; the new model is then
 * measured against the old one on defects planted in good pictures that it has not learned from.
 *
 * @param pictures - The good pictures that the model was trained on, of which those that were held out are held out again; or other good
 * ones, none of which it has learned from.
 * @throws {RadarError} E_ACCURACY if the image AUROC on planted defects drops by more than `maxLoss`: nothing is written then;
 * {OptionError} E_OPTION if there is nothing to quantise, or an option is out of range; {DataError} E_DATA if there are too few pictures,
 * E_FALSE_ALARM_RATE if there are too few for the model's rate; {FileError} E_FILE, {OnnxFormatError} E_ONNX as `loadDetector`.
 */
export async function exportInt8(
  model: FileInput,
  pictures: TrainingData,
  options: ExportInt8Options = {},
): Promise<ExportSummary> {
  checkOptions("export", options, exportChecks);
  const { maxLoss = usualMaxLoss, threads, signal, onStage } = options;
  const output = options.output === undefined ? null : pathOf("output", options.output);
  if (output !== null) await checkWritable(output);
  const given = bytesOrPath("model", model);
  const path = typeof given === "string" ? given : undefined;
  const bytes = typeof given === "string" ? await readModelFile(given) : given;
  const description = await (path === undefined
    ? checkModel(bytes)
    : aboutFile(path, () => checkModel(bytes)));
  checkQuantizable(description);
  const source = await trainingSource(plainData(pictures), options.good);
  if (output !== null) {
    const inputs = path === undefined ? source.files : [...source.files, path];
    await checkOutputs([{ path: output, kind: "model" }], inputs);
  }
  const backend = nodeBackend({ spin: false, ...(threads !== undefined && { threads }) });
  onStage?.(`reading ${source.pictures.length} good images of ${source.name}`);
  const resizer = await imageResizer(backend, description.imageSizePx);
  const depth = description.pictures?.depth;
  const { images, skipped } = await loadImages(source.pictures, {
    transform: (image) => resizer.resize(image),
    ...(depth && { depth }),
    ...(signal && { signal }),
  }).finally(() => resizer.dispose());
  for (const one of skipped) onStage?.(`skipped ${one.path}: ${one.reason}`);
  const planes = images.map(({ image }) => image);
  const { ranges, heldOut } = await divided(planes, description, onStage);

  onStage?.(
    `reading the range of activations on ${ranges.length} images, thresholds on ${heldOut.length} others`,
  );
  checkAborted(signal, "export");
  const made = await quantizeDetector(bytes, { rangePictures: ranges, heldOut, backend });
  const test = plantedImages(heldOut, description.imageSizePx, new Random(description.seed).split("export"));
  onStage?.(
    `measuring both on ${heldOut.length} good images and ${test.length - heldOut.length} planted defects`,
  );
  const [before, after] = await compared([bytes, made.model], test, { backend, signal });
  checkLoss(before, after, maxLoss);
  if (output !== null) await writeFileAtomic(output, made.model);
  return {
    model: made.model,
    output,
    description: made.description,
    heldOut: heldOut.length,
    planted: test.length - heldOut.length,
    before,
    after,
  };
}

/** @throws {RadarError} E_ACCURACY if defects are found worse by more than `maxLoss`. */
export function checkLoss(before: ExportFigures, after: ExportFigures, maxLoss: number): void {
  const loss = before.imageAuroc - after.imageAuroc;
  if (loss <= maxLoss) return;
  throw new RadarError(
    "E_ACCURACY",
    `int8: expected the image AUROC on planted defects to drop by ${maxLoss} at most, got ${loss.toFixed(4)} (${before.imageAuroc.toFixed(4)} to ${after.imageAuroc.toFixed(4)}). Use the model as it is, or allow more with \`maxLoss\`.`,
  );
}

/** Pictures for the ranges of activations, and others that the model has not learned from. */
async function divided(
  planes: readonly Uint8Array[],
  { training, calibration, imageSizePx, seed }: DetectorDescription,
  onStage: ExportInt8Options["onStage"],
): Promise<{ readonly ranges: readonly Uint8Array[]; readonly heldOut: readonly Uint8Array[] }> {
  const pick = (indices: readonly number[]) => indices.map((i) => planes[i] ?? new Uint8Array());
  if (planes.length < 4) {
    throw new DataError("E_DATA", `images: expected at least 4 good images, got ${planes.length}.`);
  }
  if ((await contentHash(planes)) !== training.contentHash) {
    onStage?.(
      "these are not the images that the model was trained on: it must not have learned from any of them",
    );
    const share = Math.min(rangeShare, mostRangePictures / planes.length);
    const split = holdOut(planes.length, { fraction: 1 - share, random: new Random(seed).split("export") });
    return { ranges: pick(split.train), heldOut: pick(split.calibration) };
  }
  const split = splitGood(planes, { imageSize: imageSizePx, seed });
  const heldOut = calibration.images + (calibration.leftOut?.length ?? 0);
  if (split.calibration.length !== heldOut || split.train.length !== training.images) {
    throw new DataError(
      "E_DATA",
      "images: expected to find out which of the images the model was trained on were held out, got one that divided them by groups, or was calibrated anew since. Give good images that it has not learned from.",
    );
  }
  return { ranges: pick(split.train.slice(0, mostRangePictures)), heldOut: pick(split.calibration) };
}

async function compared(
  models: readonly [Uint8Array, Uint8Array],
  test: readonly LabelledImage[],
  {
    backend,
    signal,
  }: { readonly backend: ReturnType<typeof nodeBackend>; readonly signal: AbortSignal | undefined },
): Promise<[ExportFigures, ExportFigures]> {
  const [first, second] = models;
  const before = await loadDetector(first, backend);
  const after = await loadDetector(second, backend);
  try {
    const evaluated = (detector: Detector) => evaluate(detector, each(test), { now: () => 0, signal });
    const [a, b] = [await evaluated(before), await evaluated(after)];
    const [slow, fast] = await interleaved([before, after], test.slice(0, timedPictures));
    return [figuresOf(a, slow, first), figuresOf(b, fast, second)];
  } finally {
    await before.dispose();
    await after.dispose();
  }
}

async function* each(test: readonly LabelledImage[]): AsyncGenerator<LabelledImage> {
  yield* test;
}

function figuresOf({ metrics, results }: Evaluation, milliseconds: number, model: Uint8Array): ExportFigures {
  const good = results.filter(({ label }) => label === 0);
  return {
    imageAuroc: metrics.image.auroc ?? 0,
    pixelAuroc: metrics.pixel?.auroc ?? 0,
    falseAlarms: good.filter(({ isAnomalous }) => isAnomalous).length / Math.max(1, good.length),
    milliseconds,
    bytes: model.length,
  };
}

/** Median milliseconds of each detector for one picture, each picture first by the one and then by the other. */
async function interleaved(
  [first, second]: readonly [Detector, Detector],
  pictures: readonly LabelledImage[],
): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []];
  for (const { image } of pictures) {
    for (const [i, detector] of [first, second].entries()) {
      const start = performance.now();
      await detector.detectOne(image);
      times[i]?.push(performance.now() - start);
    }
  }
  return [median(times[0]), median(times[1])];
}
