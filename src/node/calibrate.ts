/** A model file's threshold set anew on pictures of good parts that it never saw. */
import { checkAborted } from "../base/abort.ts";
import { checkNumber } from "../base/check.ts";
import { abortSignal, callback, checkOptions, flag, type OptionChecks, text } from "../base/check-options.ts";
import { DataError } from "../base/errors.ts";
import type { SkippedFile } from "../data/dataset.ts";
import { contentHash } from "../detectors/content-hash.ts";
import { raisesForDisturbances, stressedPlaces } from "../detectors/disturbed-copies.ts";
import {
  type Detection,
  type DetectorDescription,
  type DisturbedScores,
  describeModel,
  measuringModel,
  recalibrate,
} from "../detectors/index.ts";
import { checkWritable, writeFileAtomic } from "./atomic-file.ts";
import { type PictureDisturber, pictureDisturber } from "./disturbed-pictures.ts";
import { type FilePath, filePath, pathOf } from "./file-input.ts";
import { goodFolder } from "./good-folder.ts";
import { findImages } from "./image-inputs.ts";
import {
  aboutFile,
  backendFor,
  computeOptionsOf,
  type LoadDetectorOptions,
  loadChecks,
  loadDetectorFile,
  readModelFile,
} from "./load-detector.ts";
import { checkOutputs } from "./output-path.ts";
import { pathKind } from "./path-kind.ts";
import type { PictureDetector } from "./picture-detector.ts";
import type { ScoredFile } from "./train-options.ts";
import { tryReadImage } from "./try-read.ts";

/** Options of {@link calibrate}. */
export interface CalibrateOptions extends LoadDetectorOptions {
  /** Where the model file with the new threshold is written. Default: in place of the old one. */
  readonly output?: FilePath | undefined;
  /** Chance that a good part is called anomalous, in (0, 1). Default: what the model states. */
  readonly falseAlarmRate?: number | undefined;
  /** Whether pictures that are like none of the others count all the same. Default false. */
  readonly keepOdd?: boolean | undefined;
  /** What folders of good pictures are called. Default: the usual names. */
  readonly good?: string | undefined;
  /** Stops before the next picture; nothing is written then. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each picture with how many are done. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const checks: OptionChecks<CalibrateOptions> = {
  ...loadChecks,
  output: filePath,
  falseAlarmRate: (name, value) => checkNumber(name, value, { above: 0, below: 1 }),
  keepOdd: flag,
  good: text,
  signal: abortSignal,
  onProgress: callback,
};

/** What {@link calibrate} did. */
export interface CalibrateSummary {
  /** The model file. */
  readonly model: Uint8Array;
  /** Where it was written. */
  readonly output: string;
  readonly before: DetectorDescription["calibration"];
  readonly after: DetectorDescription["calibration"];
  /** How many of the pictures that count the two thresholds call anomalous. */
  readonly alarms: { readonly before: number; readonly after: number };
  /** How many of them do not show the part that the model looks for: they are anomalous whatever the threshold. */
  readonly withoutPart: number;
  /** Those that are like none of the others and were left out, in the order of the paths. */
  readonly odd: readonly ScoredFile[];
  /** Pictures with the pixels of one before them, which say nothing new. */
  readonly copies: readonly string[];
  /** Pictures unlike those that the model learned from: colour, size, sharpness. */
  readonly unlike: readonly string[];
  readonly skipped: readonly SkippedFile[];
  /** What else there is to say of the folder. */
  readonly notes: readonly string[];
}

/**
 * Sets a model's thresholds anew on good pictures that it did not learn from, by the conformal rule, and writes the model file with
 * them. Its maps and scores stay as they are.
 *
 * @param model - Path of a model file.
 * @param pictures - A folder of pictures of good parts, or a picture.
 * @throws {FileError} E_FILE, {OnnxFormatError} E_ONNX, {BackendError} E_BACKEND as `loadDetector`; {OptionError} E_OPTION if an option is unknown or of
 * another kind; {DataError} E_DATA if there are no pictures, or they are named as defective; E_FALSE_ALARM_RATE if there are too few for the rate;
 * {AbortError} E_ABORTED. The old file is as it was then.
 */
export async function calibrate(
  model: FilePath,
  pictures: FilePath,
  options: CalibrateOptions = {},
): Promise<CalibrateSummary> {
  checkOptions("calibrate", options, checks);
  const path = pathOf("model", model);
  const output = options.output === undefined ? path : pathOf("output", options.output);
  const bytes = await readModelFile(path);
  const measuring = await aboutFile(path, () => measuringModel(bytes));
  const root = pathOf("pictures", pictures);
  const { paths, notes } =
    (await pathKind(root)) === "folder"
      ? await goodFolder(root, options.good)
      : { paths: await findImages([root]), notes: [] };
  if (output !== path) await checkOutputs([{ path: output, kind: "model" }], [path, ...paths]);
  await checkWritable(output);
  const measured = await measure(measuring, paths, options);
  const { falseAlarmRate, keepOdd } = options;
  const backend = backendFor(computeOptionsOf(options));
  const good = { ...scoresOf(measured.good), disturbed: measured.disturbed };
  const made = await recalibrate(bytes, good, { falseAlarmRate, keepOdd, backend });
  await writeFileAtomic(output, made.model);
  const before = describeModel(bytes).calibration;
  const after = made.description.calibration;
  const alarmsAt = (threshold: number): number =>
    good.scores.filter((score, i) => !made.odd.includes(i) && score > threshold).length;
  const { copies, unlike, skipped } = measured;
  return {
    model: made.model,
    output,
    before,
    after,
    alarms: { before: alarmsAt(before.threshold), after: alarmsAt(after.threshold) },
    withoutPart: made.withoutPart,
    odd: measured.good
      .filter((_, i) => made.odd.includes(i))
      .map(({ path, anomalyScore }) => ({ path, anomalyScore })),
    copies,
    unlike,
    skipped,
    notes,
  };
}

interface Scored {
  readonly anomalyScore: number;
  readonly mapMaximum: number;
}

function scoresOf(all: readonly Scored[]): { readonly scores: number[]; readonly mapMaxima: number[] } {
  return {
    scores: all.map(({ anomalyScore }) => anomalyScore),
    mapMaxima: all.map(({ mapMaximum }) => mapMaximum),
  };
}

interface Measured {
  readonly good: (ScoredFile & Scored)[];
  /** Of some of them, under each usual disturbance; absent where the model's threshold is not raised for them. */
  readonly disturbed: DisturbedScores[] | undefined;
  readonly copies: string[];
  readonly unlike: string[];
  readonly skipped: SkippedFile[];
}

async function measure(
  model: Uint8Array,
  paths: readonly string[],
  options: CalibrateOptions,
): Promise<Measured> {
  const { signal, onProgress } = options;
  const compute = computeOptionsOf(options);
  const detector = await loadDetectorFile(model, compute);
  const { description } = detector;
  const disturber = raisesForDisturbances(description)
    ? await pictureDisturber(description, backendFor(compute))
    : undefined;
  const measured: Measured = {
    good: [],
    disturbed: disturber && [],
    copies: [],
    unlike: [],
    skipped: [],
  };
  const seen = new Set<string>();
  const stressed = stressedPlaces(paths.length, { readInTiles: description.tiles !== undefined });
  try {
    for (const [i, path] of paths.entries()) {
      checkAborted(signal, "calibrate");
      const shown = stressed.includes(i) ? disturber : undefined;
      await measureOne({ detector, disturber: shown }, path, { measured, seen });
      onProgress?.(i + 1, paths.length);
    }
  } finally {
    await disturber?.dispose();
    await detector.dispose();
  }
  if (measured.good.length > 0) return measured;
  throw new DataError("E_DATA", "calibrate: expected at least one picture that can be read, got none.");
}

async function measureOne(
  {
    detector,
    disturber,
  }: { readonly detector: PictureDetector; readonly disturber: PictureDisturber | undefined },
  path: string,
  { measured, seen }: { readonly measured: Measured; readonly seen: Set<string> },
): Promise<void> {
  const image = await tryReadImage(path, detector.description.pictures?.depth);
  if ("reason" in image) {
    measured.skipped.push(image);
    return;
  }
  const hash = await contentHash([image.data]);
  if (seen.has(hash)) {
    measured.copies.push(path);
    return;
  }
  seen.add(hash);
  const detection = await detector.detectOne(image, { name: path });
  if (detection.warnings.length > 0) measured.unlike.push(path);
  const place = measured.good.push({ path, ...scored(detection) }) - 1;
  if (disturber === undefined) return;
  const copies: Scored[] = [];
  for (const copy of await disturber.copiesOf(image)) {
    copies.push(scored(await detector.detectOne(copy, { name: `a disturbed copy of ${path}` })));
  }
  measured.disturbed?.push({ place, ...scoresOf(copies) });
}

function scored(detection: Detection): Scored {
  return { anomalyScore: detection.anomalyScore, mapMaximum: highest(detection) };
}

/** Of the places that are looked at. */
function highest({ anomalyMap: { data }, lookedAt }: Detection): number {
  return data.reduce(
    (most, value, i) => (lookedAt?.data[i] === 0 ? most : Math.max(most, value)),
    Number.NEGATIVE_INFINITY,
  );
}
