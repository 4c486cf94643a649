/** Training in a page, in a worker: good pictures in, a model file out. */
import { checkAborted, untilAborted } from "../base/abort.ts";
import { describe } from "../base/check.ts";
import { OptionError } from "../base/errors.ts";
import type { StageListener } from "../detectors/index.ts";
import type { WebComputeOptions } from "./device.ts";
import type { WebOrder } from "./protocol.ts";
import type { WebTrained, WebTrainProgress, WebTrainSettings } from "./train-settings.ts";
import { startWorker, WebWorker } from "./web-worker.ts";

/** How a page trains. */
export interface WebTrainOptions extends WebTrainSettings, WebComputeOptions {
  /** As for `loadDetector`. */
  readonly worker?: Worker | undefined;
  /** Ends the training at once. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every step. */
  readonly onProgress?: ((progress: WebTrainProgress) => void) | undefined;
  /** What is being done outside the steps, e.g. "calibrating", for people. */
  readonly onStage?: ((stage: string) => void) | undefined;
  /** How far a stage is that goes through pictures - fitting, calibrating -, after each of them. */
  readonly onStageProgress?: StageListener | undefined;
}

/**
 * Trains a detector on good pictures. Nothing leaves the page.
 *
 * @param pictures - Files that the browser can decode; those that it cannot are left out and named.
 * @throws {DataError} E_DATA on pictures that cannot be learned from, E_FALSE_ALARM_RATE; {OptionError} E_OPTION; {TrainingError} E_DIVERGED;
 * {BackendError} E_BACKEND; {AbortError} E_ABORTED with the signal's reason.
 */
export async function train(pictures: readonly Blob[], options: WebTrainOptions = {}): Promise<WebTrained> {
  return (await asked(pictures, options, "train", "trained")).trained;
}

/**
 * How long {@link train} will take on this machine, in seconds: a few steps are made and left.
 *
 * @throws As {@link train}.
 */
export async function estimateTraining(
  pictures: readonly Blob[],
  options: WebTrainOptions = {},
): Promise<number> {
  return (await asked(pictures, options, "estimate", "estimated")).seconds;
}

async function asked<Kind extends "trained" | "estimated">(
  pictures: readonly Blob[],
  {
    worker: given,
    signal,
    onProgress,
    onStage,
    onStageProgress,
    device,
    threads,
    files,
    ...settings
  }: WebTrainOptions,
  kind: "train" | "estimate",
  answer: Kind,
): ReturnType<typeof WebWorker.prototype.ask<Kind>> {
  if (!Array.isArray(pictures) || !pictures.every((picture) => picture instanceof Blob)) {
    throw new OptionError(`pictures: expected a list of files, got ${describe(pictures)}.`);
  }
  checkAborted(signal, "training");
  const worker = new WebWorker(given ?? startWorker(), (news) => {
    if (news.kind === "progress") onProgress?.(news.progress);
    else if (news.kind === "stage") onStage?.(news.stage);
    else onStageProgress?.(news.progress);
  });
  try {
    const order: WebOrder = { kind, pictures, settings, options: { device, threads, files } };
    return await untilAborted(worker.ask(order, answer), signal, "training");
  } finally {
    worker.end();
  }
}
