/** `train`: a folder of good images in, a model file out. */
import { readFile, rm } from "node:fs/promises";
import { relative } from "node:path";
import { OnnxFormatError, TrainingError } from "../base/errors.ts";
import type { Dataset, DatasetImage, SkippedFile } from "../data/index.ts";
import { type DetectorDescription, goodPictures, lookOf } from "../detectors/index.ts";
import {
  type Backbone,
  type HeldOutImage,
  type NetworkStore,
  openBackbone,
  prepareMethod,
  smallestSizePx,
  type TrainingOptions,
  trainDetector,
} from "../methods/index.ts";
import type { Device } from "../runtime/backend.ts";
import { nodeBackend } from "../runtime/node.ts";
import { type Checkpoint, decodeCheckpoint, type TrainingProgress } from "../train/index.ts";
import { checkWritable, writeFileAtomic } from "./atomic-file.ts";
import { openDataset } from "./dataset-folder.ts";
import { foldersText } from "./good-folder.ts";
import { groupNames, groupPattern } from "./image-groups.ts";
import { imageResizer } from "./image-resizer.ts";
import { depthOfImages } from "./images-depth.ts";
import { loadImages } from "./load-images.ts";
import { checkOutputs, filesOf } from "./output-path.ts";
import { pathKind } from "./path-kind.ts";
import { softwareVersions } from "./software-versions.ts";
import { fileError } from "./system-error.ts";
import { typicalSide } from "./typical-side.ts";

/** What a step of a training reports. */
export interface ImageProgress extends TrainingProgress {
  /** Images learned from per second, of this run. */
  readonly imagesPerSecond: number;
}

/** Options of {@link train}. */
export interface TrainOptions extends Omit<TrainingOptions, "backbone"> {
  /** Path of the ONNX file of a pretrained network, for the methods that read its features. */
  readonly backbone?: string | undefined;
  /** Path of the model file. Default "model.onnx". */
  readonly output?: string | undefined;
  /** Bits a channel of pictures stored in 16, 8 to 16. Default: the fewest of 8, 10, 12, 14 and 16 that hold the good pictures. */
  readonly bits?: number | undefined;
  /** What folders of good images are called besides good, OK, normal and the like. */
  readonly good?: string | undefined;
  /** Name of the detector. Default: the data folder's. */
  readonly name?: string | undefined;
  /** Where to compute. Default "cpu". */
  readonly device?: Device | undefined;
  /** Threads. Default: one per core. */
  readonly threads?: number | undefined;
  /**
   * Regular expression on the paths: images whose first group, or whole match, is the same belong together, such as photos of one part;
   * they are never both learned from and calibrated with. Default: copies are found by their looks.
   */
  readonly group?: string | undefined;
  /** Whether a held-out image that is like none of the others counts for the threshold all the same. Default false. */
  readonly keepOdd?: boolean | undefined;
  /** Goes on from the checkpoint that an unfinished training left beside `output`; without one it starts from the beginning. */
  readonly resume?: boolean | undefined;
  /** Where trained networks are kept and looked for, e.g. `diskNetworkStore`. Default: nowhere. */
  readonly networks?: NetworkStore | undefined;
  /** Stops cleanly, with a checkpoint. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each step. */
  readonly onProgress?: ((progress: ImageProgress) => void) | undefined;
  /** What is being done, one line for people each. */
  readonly onStage?: ((stage: string) => void) | undefined;
}

/** What a training did. */
export interface TrainSummary {
  /** Path of the model file. */
  readonly model: string;
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
  /** A held-out image that is like none of the others and was left out of the threshold; null if there is none. */
  readonly odd: ScoredFile | null;
  /** Images that are the same once more; they were kept on one side. */
  readonly copies: readonly (readonly [path: string, copy: string])[];
}

/** A good image with its score. */
export interface ScoredFile {
  readonly path: string;
  readonly anomalyScore: number;
}

/**
 * Trains a detector on the good images of a folder and writes its model file.
 *
 * @param data - MVTec-AD style folder, or any folder of good images; or a data set opened before.
 * @throws {DataError} E_DATA, E_IMAGE on data that cannot be learned from; {OptionError} on options out of range; {FileError}
 * E_FILE if the backbone cannot be read or the model cannot be written, before the training starts; {OnnxFormatError} E_ONNX if the
 * backbone is none; {TrainingError} E_DIVERGED, E_ABORTED, E_CHECKPOINT.
 */
export async function train(data: string | Dataset, options: TrainOptions = {}): Promise<TrainSummary> {
  const { output = "model.onnx", device, threads, signal, onStage } = options;
  const started = now();
  const methodOptions = await withBackbone(options);
  const pattern = options.group === undefined ? undefined : groupPattern(options.group);
  prepareMethod(methodOptions, Number.MAX_SAFE_INTEGER); // what is wrong for images of any size is said before they are read
  const checkpointPath = checkpointPathOf(output);
  await checkWritable(output);
  await checkWritable(checkpointPath);
  const backend = nodeBackend({ spin: false, ...(device && { device }), ...(threads && { threads }) });
  const dataset = typeof data === "string" ? await openDataset(data, { good: options.good }) : data;
  const inputs = [...filesOf(dataset), ...(options.backbone === undefined ? [] : [options.backbone])];
  const outputs = [
    { path: output, kind: "model" } as const,
    { path: checkpointPath, kind: "checkpoint" } as const,
  ];
  await checkOutputs(outputs, inputs);
  const hasCheckpoint = options.resume && (await pathKind(checkpointPath)) === "file";
  const resume = hasCheckpoint ? await readCheckpoint(checkpointPath) : undefined;
  if (options.resume && !hasCheckpoint)
    onStage?.(`no checkpoint at ${checkpointPath}: starting from the beginning`);

  onStage?.(`good: ${foldersText(paths(dataset.train))}`);
  for (const note of dataset.notes) onStage?.(note);
  onStage?.(`reading ${dataset.train.length} good images of ${dataset.name}`);
  const depth = await depthOfImages(paths(dataset.train), { bits: options.bits, signal });
  const prepared = prepareMethod(methodOptions, await typicalSide(paths(dataset.train), depth));
  const { imageSize, preset, batchSize } = prepared.options;
  const resizer = await imageResizer(nodeBackend({ ...(threads && { threads }) }), imageSize);
  const { images, skipped } = await loadImages(paths(dataset.train), {
    transform: async (image) => ({ look: lookOf(image), planes: await resizer.resize(image) }),
    depth,
    smallestSidePx: options.patchSize ?? smallestSizePx,
    ...(signal && { signal }),
  }).finally(() => resizer.dispose());
  for (const { path, reason } of skipped) onStage?.(`skipped ${path}: ${reason}`);

  const pathAt = (index: number) => images[index]?.path ?? "";
  const scored = ({ index, anomalyScore }: HeldOutImage) => ({ path: pathAt(index), anomalyScore });
  const relativePaths = images.map(({ path }) => relative(dataset.root, path));

  onStage?.(`training on ${images.length} images at ${imageSize} px (${prepared.method}, ${preset})`);
  let trainingSeconds = 0;
  let stepsOfRun = 0;
  const { model, description, heldOut, odd, copies } = await trainDetector(
    images.map(({ image }) => image.planes),
    prepared,
    {
      backend,
      now,
      name: options.name ?? dataset.name,
      skipped: skipped.length,
      pictures: goodPictures(
        images.map(({ image }) => image.look),
        depth,
      ),
      software: softwareVersions(),
      resume,
      signal,
      keepOdd: options.keepOdd,
      groups: pattern && groupNames(relativePaths, pattern),
      networks: options.networks,
      onProgress: (progress) => {
        ({ seconds: trainingSeconds, stepsOfRun } = progress);
        const imagesPerSecond = (stepsOfRun * batchSize) / trainingSeconds;
        options.onProgress?.({ ...progress, imagesPerSecond });
      },
      onStage,
      saveCheckpoint: (bytes) => writeFileAtomic(checkpointPath, bytes),
    },
  );
  await writeFileAtomic(output, model);
  await rm(checkpointPath, { force: true });
  const { steps, finalLoss } = description.training;
  return {
    model: output,
    description,
    steps,
    seconds: now() - started,
    stepsPerSecond: trainingSeconds > 0 ? stepsOfRun / trainingSeconds : 0,
    finalLoss,
    parameters: description.parameters,
    skipped,
    heldOut: heldOut.map(scored),
    odd: odd && scored(odd),
    copies: copies.map(([a, b]) => [pathAt(a), pathAt(b)] as const),
  };
}

/**
 * The options of a method with the backbone itself instead of its path.
 *
 * @throws {FileError} E_FILE if it cannot be read; {OnnxFormatError} E_ONNX if it is no backbone, naming the file.
 */
export async function withBackbone<T extends { readonly backbone?: string | undefined }>(
  options: T,
): Promise<Omit<T, "backbone"> & { readonly backbone?: Backbone }> {
  const { backbone: path, ...rest } = options;
  return path === undefined ? rest : { ...rest, backbone: await readBackbone(path) };
}

async function readBackbone(path: string): Promise<Backbone> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw fileError(path, "read", error);
  }
  try {
    return await openBackbone(bytes);
  } catch (error) {
    if (error instanceof OnnxFormatError)
      throw new OnnxFormatError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Where the training of a model file keeps its checkpoint. */
export function checkpointPathOf(output: string): string {
  return `${output}.checkpoint`;
}

function paths(images: readonly DatasetImage[]): string[] {
  return images.map(({ path }) => path);
}

async function readCheckpoint(path: string): Promise<Checkpoint> {
  try {
    return decodeCheckpoint(new Uint8Array(await readFile(path)));
  } catch (error) {
    if (!(error instanceof TrainingError)) throw fileError(path, "read", error);
    throw new TrainingError(error.code, error.message.replace(/^checkpoint/, path), { cause: error });
  }
}

function now(): number {
  return performance.now() / 1000;
}
