/** `evaluate`: a model file and a folder with a test set in, figures and a report out. */
import { checkAborted } from "../base/abort.ts";
import { describe } from "../base/check.ts";
import {
  abortSignal,
  anything,
  callback,
  checkOptions,
  finiteNumber,
  flag,
  type OptionChecks,
  text,
  texts,
} from "../base/check-options.ts";
import { DataError, OptionError } from "../base/errors.ts";
import type { DefectMask, RgbImage } from "../base/raster.ts";
import { classCounts, type Dataset, type DatasetImage, type SkippedFile } from "../data/index.ts";
import type { SampleDepth } from "../data/sample-depth.ts";
import type { Detector } from "../detectors/index.ts";
import {
  drawPictures,
  type Evaluation,
  evaluate,
  type LabelledImage,
  reportInputOf,
  stressPictures,
  stressTest,
} from "../evaluation/index.ts";
import type { StressFigures, Verdict } from "../report/index.ts";
import { verdictOf } from "../report/verdict.ts";
import { checkWritable, writeFileAtomic } from "./atomic-file.ts";
import { openDataset } from "./dataset-folder.ts";
import { bytesOrPath, type FileInput, type FilePath, filePath, pathOf } from "./file-input.ts";
import { encodeWebp } from "./image-codec.ts";
import { readImage, readMask } from "./image-file.ts";
import { computeOptionsOf, type LoadDetectorOptions, loadChecks, loadDetectorFile } from "./load-detector.ts";
import { checkSkipped } from "./load-images.ts";
import { checkOutputs, filesOf } from "./output-path.ts";
import { stressTools } from "./stress.ts";
import { tryReadImage, tryReadMask } from "./try-read.ts";

/** Options of {@link evaluateFolder}. */
export interface EvaluateFolderOptions extends LoadDetectorOptions {
  /** isAnomalous = score > threshold instead of the detector's own decision. Default: the detector's. */
  readonly threshold?: number | undefined;
  /** Whether an image unlike the good ones that were learned from ends the evaluation. Default false. */
  readonly isStrict?: boolean | undefined;
  /** What folders of good images are called besides good, OK, normal and the like. */
  readonly good?: string | undefined;
  /** Path of an HTML report to write. Default: none. */
  readonly report?: FilePath | undefined;
  /** Also scores every image under each of `usualDisturbances`: what the detector tolerates. Default false. */
  readonly stress?: boolean | undefined;
  /** The command that repeats the evaluation, for the report. */
  readonly command?: string | undefined;
  /** More facts for the head of the report, e.g. the date. */
  readonly facts?: readonly (readonly [label: string, value: string])[] | undefined;
  /** Remarks for the report, one sentence or more each. */
  readonly notes?: readonly string[] | undefined;
  /** Stops before the next image; the promise is rejected with E_ABORTED. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each image with how many are done. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** What is being done, one line for people each. */
  readonly onStage?: ((stage: string) => void) | undefined;
}

const evaluateChecks: OptionChecks<EvaluateFolderOptions> = {
  ...loadChecks,
  threshold: finiteNumber,
  isStrict: flag,
  good: text,
  report: filePath,
  stress: flag,
  command: text,
  facts: anything,
  notes: texts,
  signal: abortSignal,
  onProgress: callback,
  onStage: callback,
};

/** What {@link evaluateFolder} found out. */
export interface FolderEvaluation extends Evaluation {
  /** The result in plain sentences. */
  readonly verdict: Verdict;
  /** What the detector tolerates; null if it was not asked for. */
  readonly stress: readonly StressFigures[] | null;
}

/**
 * Scores the test set of a folder, measures how well defects are found, and writes the report where one is wanted.
 *
 * Images that cannot be read, whose mask cannot, or whose mask is not as large as the image are left out and listed, as long as no
 * more than a tenth are such. Defective images without a mask
 * count for the figures of whole images only.
 *
 * @param model - A model file by its path or URL, or its bytes; or a loaded detector, which is left open.
 * @param data - MVTec-AD style folder with `test`; or a data set opened before.
 * @throws {DataError} E_DATA if there is no test set, or too much of it cannot be read; {FileError} E_FILE if the
 * report cannot be written or would replace anything but a report, before anything is scored; {AbortError} E_ABORTED with the
 * signal's reason; and all that {@link loadDetectorFile} throws.
 */
export async function evaluateFolder(
  model: FileInput | Detector,
  data: FilePath | Dataset,
  options: EvaluateFolderOptions = {},
): Promise<FolderEvaluation> {
  checkOptions("evaluate", options, evaluateChecks);
  if (options.report !== undefined) await checkWritable(pathOf("report", options.report));
  if (isDetector(model)) {
    refuseComputeOptions(options);
    return evaluateDetector(model, await testSetOf(data, options.good), options);
  }
  const input = bytesOrPath("model", model);
  const compute = computeOptionsOf(options);
  const detector = await loadDetectorFile(input, { ...compute, parallel: 1 }); // one at a time is timed
  let stressed: Detector | undefined;
  try {
    if (options.stress && (compute.parallel ?? 1) > 1) stressed = await loadDetectorFile(input, compute);
    const modelPath = typeof input === "string" ? input : undefined;
    const dataset = await testSetOf(data, options.good);
    return await evaluateDetector(detector, dataset, { ...options, stressed, modelPath });
  } finally {
    await stressed?.dispose();
    await detector.dispose();
  }
}

function requireAlike(results: Evaluation["results"]): void {
  const unlike = results.filter(({ warnings = [] }) => warnings.length > 0);
  if (unlike.length === 0) return;
  const lines = unlike.map(({ path, warnings = [] }) => `\n  ${path}: ${warnings.join("; ")}`);
  throw new DataError(
    "E_DATA",
    `images: expected pictures like the good ones that were learned from, got ${unlike.length} of ${results.length} that are not. Take them out, or do without strictness:${lines.join("")}`,
  );
}

function isDetector(model: FileInput | Detector): model is Detector {
  return typeof model === "object" && model !== null && "detectOne" in model;
}

function refuseComputeOptions(options: EvaluateFolderOptions): void {
  for (const [name, value] of Object.entries(computeOptionsOf(options))) {
    if (value === undefined) continue;
    throw new OptionError(
      `${name}: expected none with a loaded detector, got ${describe(value)}. It is chosen when the model is loaded.`,
    );
  }
}

async function testSetOf(data: FilePath | Dataset, good: string | undefined): Promise<Dataset> {
  if (typeof data === "object" && data !== null && "test" in data) return data;
  return openDataset(pathOf("data", data), { purpose: "testing", good });
}

async function evaluateDetector(
  detector: Detector,
  dataset: Dataset,
  options: EvaluateFolderOptions & {
    /** What scores disturbed pictures. Default: the detector. */
    readonly stressed?: Detector | undefined;
    readonly modelPath?: string | undefined;
  },
): Promise<FolderEvaluation> {
  const { threshold, signal, onProgress, onStage, stressed = detector, modelPath } = options;
  const report = options.report === undefined ? undefined : pathOf("report", options.report);
  if (report !== undefined) {
    const inputs = modelPath === undefined ? filesOf(dataset) : [modelPath, ...filesOf(dataset)];
    await checkOutputs([{ path: report, kind: "report" }], inputs);
  }
  const model = modelPath ?? detector.description.name;
  const total = dataset.test.length;
  onStage?.(`classes: ${classCounts(dataset.test)}`);
  for (const note of dataset.notes) onStage?.(note);
  onStage?.(`scoring ${total} test images of ${dataset.name}`);
  const measured = await evaluate(detector, testImages(dataset.test, detector, { signal, onStage }), {
    now: () => performance.now() / 1000,
    ...(threshold !== undefined && { threshold }),
    signal,
    onProgress: (done) => onProgress?.(done, total),
  });
  if (options.isStrict) requireAlike(measured.results);
  const evaluation = {
    ...measured,
    notes: [...measured.notes, ...dataset.notes, ...(options.notes ?? [])],
  };
  if (options.stress) onStage?.("scoring them again under every disturbance");
  const stress = options.stress
    ? await stressTest(stressed, testImages(dataset.test, detector, { signal }), {
        ...stressTools(),
        threshold,
        onProgress: (done) => onProgress?.(done, total),
      })
    : null;
  const { description } = detector;
  const verdict = verdictOf(reportInputOf(evaluation, { description }));
  if (report !== undefined) {
    onStage?.("drawing the report");
    const html = await reportOf(evaluation, { detector, dataset, model, stress, options });
    await writeFileAtomic(report, html);
  }
  return { ...evaluation, verdict, stress };
}

async function reportOf(
  evaluation: Evaluation,
  made: {
    detector: Detector;
    dataset: Dataset;
    model: string;
    stress: readonly StressFigures[] | null;
    options: EvaluateFolderOptions;
  },
): Promise<string> {
  const { detector, dataset, model, stress } = made;
  const { command, facts = [] } = made.options;
  const byPath = new Map(dataset.test.map((image) => [image.path, image]));
  const pictures = await drawPictures(detector, evaluation.results, {
    signal: made.options.signal,
    encodeWebp,
    readImage: async (path) => {
      const maskPath = byPath.get(path)?.maskPath ?? null;
      const image = await readImage(path, detector.description.pictures?.depth);
      return { image, mask: maskPath === null ? null : await readMask(maskPath) };
    },
  });
  const good = dataset.test.find(({ label }) => label === 0);
  const example =
    stress === null || good === undefined ? null : await labelled(good, detector.description.pictures?.depth);
  const input = reportInputOf(evaluation, {
    description: detector.description,
    ...(command !== undefined && { command }),
    facts: [["Data set", dataset.root], ["Model file", model], ...facts],
    pictures,
    ...(stress !== null && {
      stress: {
        rows: stress,
        pictures:
          example === null || "reason" in example
            ? []
            : await stressPictures(detector, example, { ...stressTools(), encodeWebp }),
      },
    }),
  });
  const { renderEvaluationReport } = await import("../report/evaluation-report.ts"); // what draws charts is heavy
  return renderEvaluationReport(input);
}

/** Test images one by one; too many that cannot be read are an error at the end, which then lists them. */
async function* testImages(
  images: readonly DatasetImage[],
  detector: Detector,
  { signal, onStage }: Pick<EvaluateFolderOptions, "signal" | "onStage">,
): AsyncGenerator<LabelledImage | SkippedFile> {
  const skipped: SkippedFile[] = [];
  for (const entry of images) {
    checkAborted(signal, "evaluate");
    const loaded = await labelled(entry, detector.description.pictures?.depth);
    yield loaded;
    if (!("reason" in loaded)) continue;
    skipped.push(loaded);
    onStage?.(`skipped ${loaded.path}: ${loaded.reason}`);
  }
  checkSkipped(skipped, images.length);
}

async function labelled(
  entry: DatasetImage,
  depth: SampleDepth | undefined,
): Promise<LabelledImage | SkippedFile> {
  const image = await tryReadImage(entry.path, depth);
  if ("reason" in image) return image;
  if (entry.maskPath === null) return { ...entry, image, mask: null };
  const mask = await readMaskOf(image, entry.maskPath);
  if ("reason" in mask) return { path: entry.path, reason: `its mask ${mask.path}: ${mask.reason}` };
  return { ...entry, image, mask };
}

/** The mask of an image, or why there is none: it cannot be read, or is not as large as its image. */
async function readMaskOf({ width, height }: RgbImage, path: string): Promise<DefectMask | SkippedFile> {
  const mask = await tryReadMask(path);
  if ("reason" in mask || (mask.width === width && mask.height === height)) return mask;
  const got = `${mask.width} x ${mask.height}`;
  return { path, reason: `expected ${width} x ${height} pixels, as its image has, got ${got}.` };
}
