/** A training with everything the command line adds: progress, and Ctrl-C that leaves a checkpoint. */
import { RadarError } from "../base/errors.ts";
import type { Dataset } from "../data/index.ts";
import {
  checkpointPathOf,
  type ImageProgress,
  pathKind,
  type TrainOptions,
  type TrainSummary,
  train,
} from "../node/index.ts";
import { interruptible } from "./interrupt.ts";
import type { Output } from "./output.ts";
import { bar, duration, imageLine } from "./progress.ts";

const stepsUntilRateIsKnown = 6; // the loop turns minutes into steps after as many

/** What became of a training: its summary, or the exit code of one that the user stopped. */
export type TrainingOutcome = { readonly summary: TrainSummary } | { readonly exitCode: number };

/**
 * Trains; Ctrl-C finishes the step, saves a checkpoint and says how to go on.
 *
 * @param options - `resumeCommand`: what to type to go on.
 */
export async function runTraining(
  data: string | Dataset,
  { resumeCommand, ...options }: TrainOptions & { readonly output: string; readonly resumeCommand: string },
  output: Output,
): Promise<TrainingOutcome> {
  const interruption = interruptible(() => {
    output.note("Stopping after this step; once more stops at once.");
  });
  let stageStarted = output.now();
  const isTimed = options.length !== undefined && "minutes" in options.length;
  try {
    const summary = await train(data, {
      ...options,
      signal: interruption.signal,
      onStage: (stage) => {
        output.endProgress();
        output.note(stage);
        stageStarted = output.now();
      },
      onStageProgress: ({ done, total }) => {
        output.progress(() => imageLine(done, total, output.now() - stageStarted));
        if (done === total) output.endProgress();
      },
      onProgress: (progress) => output.progress(() => trainingLine(progress, { isTimed })),
    });
    return { summary };
  } catch (error) {
    const exitCode = interruption.exitCode();
    if (exitCode === null || !(error instanceof RadarError && error.code === "E_ABORTED")) throw error;
    output.endProgress();
    output.note(error.message);
    const hasCheckpoint = (await pathKind(checkpointPathOf(options.output))) === "file";
    if (hasCheckpoint) output.note(`To go on where it stopped:\n  ${resumeCommand}`);
    return { exitCode };
  } finally {
    interruption.release();
  }
}

function trainingLine(progress: ImageProgress, { isTimed }: { readonly isTimed: boolean }): string {
  const { step, totalSteps, loss, imagesPerSecond, seconds, stepsOfRun } = progress;
  const speed = `loss ${loss.toFixed(4)}  ${imagesPerSecond.toPrecision(3)} images/s`;
  const isRateKnown = stepsOfRun >= stepsUntilRateIsKnown || step === totalSteps;
  if (!isRateKnown && isTimed) return `step ${step}  ${speed}`; // how many there will be is not known yet
  const left = isRateKnown ? `  ETA ${duration(((totalSteps - step) * seconds) / stepsOfRun)}` : "";
  return `${bar(step, totalSteps)} steps  ${speed}${left}`;
}
