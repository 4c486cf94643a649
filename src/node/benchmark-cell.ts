/** One cell of a benchmark in this process: a training, and the measuring of its model. */
import { stat } from "node:fs/promises";
import { relative, sep } from "node:path";
import { TrainingError } from "../base/errors.ts";
import * as z from "../base/schema.ts";
import { type CellPicture, type CellResult, chooseExamples, figuresOf } from "../benchmark/index.ts";
import type { Dataset } from "../data/index.ts";
import type { Detector } from "../detectors/index.ts";
import { mapScaleOf } from "../evaluation/index.ts";
import { fitWithin, heatMap, resizeMap } from "../report/index.ts";
import { webpDataUri } from "../report/picture.ts";
import { checkpointPathOf } from "./checkpoint-file.ts";
import { openDataset } from "./dataset-folder.ts";
import { evaluateFolder } from "./evaluate.ts";
import { encodeWebp } from "./image-codec.ts";
import { computeOptionsOf, type LoadDetectorOptions, loadDetectorFile } from "./load-detector.ts";
import { diskNetworkStore } from "./network-store.ts";
import { pathKind } from "./path-kind.ts";
import { peakMemoryBytes } from "./peak-memory.ts";
import { train } from "./train.ts";
import type { TrainOptions } from "./train-options.ts";
import { tryReadImage } from "./try-read.ts";

/** What a training of a benchmark took. */
export interface TrainedCell {
  /** Seconds from start to finish, as if nothing had been trained before. */
  readonly seconds: number;
  /** Seconds of these that were not spent again: a network had been trained for another method. */
  readonly reusedSeconds: number;
  /** Peak memory of the process. */
  readonly memoryBytes: number;
}

/** Schema of a {@link TrainedCell}. */
export const trainedCellSchema: z.ZodType<TrainedCell> = z.object({
  seconds: z.number().nonnegative(),
  reusedSeconds: z.number().nonnegative(),
  memoryBytes: z.number().nonnegative(),
});

/** Options of {@link trainCell}. */
export interface TrainCellOptions extends TrainOptions {
  /** Path of the model file. */
  readonly output: string;
  /** Folder of trained networks that cells share. */
  readonly networkFolder: string;
}

/**
 * Trains the detector of a cell, from the checkpoint of a run that was stopped where there is one.
 *
 * @param data - Folder of the set.
 * @throws what `train` throws.
 */
export async function trainCell(data: string, options: TrainCellOptions): Promise<TrainedCell> {
  const { networkFolder, ...training } = options;
  const networks = diskNetworkStore(networkFolder);
  let stepsOfRun = 0;
  const run = (resume: boolean): ReturnType<typeof train> =>
    train(data, {
      ...training,
      networks,
      resume,
      onProgress: (progress) => {
        ({ stepsOfRun } = progress);
        options.onProgress?.(progress);
      },
    });
  const hasCheckpoint = (await pathKind(checkpointPathOf(options.output))) === "file";
  const summary = await run(hasCheckpoint).catch((error: unknown) => {
    const isOfAnother = error instanceof TrainingError && error.code === "E_CHECKPOINT";
    if (hasCheckpoint && isOfAnother) return run(false);
    throw error;
  });
  const { seconds, steps, stepsPerSecond } = summary;
  // A resumed run has made only the last of the steps: the others count at the speed of these.
  const earlier = hasCheckpoint && stepsPerSecond > 0 ? (steps - stepsOfRun) / stepsPerSecond : 0;
  const reusedSeconds = networks.reusedSeconds();
  return { seconds: seconds + earlier + reusedSeconds, reusedSeconds, memoryBytes: peakMemoryBytes() };
}

/** Options of {@link measureCell}. */
export interface MeasureCellOptions extends LoadDetectorOptions {
  /** What its training took. */
  readonly trained: TrainedCell;
  /** Called after each image with how many are done. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Measures the model of a cell: examples first, whose scoring tells the memory it needs, then the whole test set.
 *
 * @param model - Path of the model file.
 * @param data - Folder of the set.
 * @throws what `evaluateFolder` throws.
 */
export async function measureCell(
  model: string,
  data: string,
  options: MeasureCellOptions,
): Promise<CellResult> {
  const { trained } = options;
  const dataset = await openDataset(data, { purpose: "testing" });
  const detector = await loadDetectorFile(model, computeOptionsOf(options));
  const { pictures, scoringMemoryBytes } = await drawExamples(detector, dataset).finally(() =>
    detector.dispose(),
  );
  const { metrics, skipped } = await evaluateFolder(model, dataset, {
    ...computeOptionsOf(options),
    onProgress: options.onProgress,
  });
  const { description } = detector;
  const { training, calibration } = description;
  const costs = {
    trainingSeconds: trained.seconds,
    networkCalls: description.networkCalls,
    trainingMemoryBytes: trained.memoryBytes,
    scoringMemoryBytes,
    modelBytes: (await stat(model)).size,
  };
  return {
    format: 1,
    figures: figuresOf(metrics, costs),
    facts: {
      method: description.method,
      scoring: description.scoring,
      imageSizePx: description.imageSizePx,
      parameters: description.parameters,
      steps: training.steps,
      falseAlarmRate: calibration.falseAlarmRate,
      reusedMinutes: trained.reusedSeconds / 60,
      skipped: training.skipped + skipped.length,
    },
    pictures,
  };
}

/** Longer side of examples in a benchmark's report, in pixels (ours). */
export const exampleSidePx = 128;

async function drawExamples(
  detector: Detector,
  { root, test }: Dataset,
): Promise<{ pictures: CellPicture[]; scoringMemoryBytes: number }> {
  const pictures: CellPicture[] = [];
  const { maximum: scaleMaximum } = mapScaleOf(detector);
  for (const { path, className, label } of chooseExamples(test)) {
    const image = await tryReadImage(path, detector.description.pictures?.depth);
    if ("reason" in image) continue; // the evaluation counts it
    const detection = await detector.detectOne(image, { name: path });
    const map = resizeMap(detection.anomalyMap, fitWithin(image, exampleSidePx));
    const { anomalyScore: score, isAnomalous } = detection;
    pictures.push({
      path: relative(root, path).split(sep).join("/"),
      className,
      label,
      score,
      isAnomalous,
      heatMap: webpDataUri(await encodeWebp(heatMap(map, { scaleMaximum }))),
    });
  }
  return { pictures, scoringMemoryBytes: peakMemoryBytes() };
}
