/** What makes a training of a job: this process, or a worker elsewhere. */
import { train } from "../../node/train.ts";
import type { Device } from "../../runtime/backend.ts";
import type { Job, JobOptions } from "./job.ts";

/** How a training goes: what has changed of its job. */
export type TrainingNews = Partial<Pick<Job, "step" | "totalSteps" | "loss" | "stage" | "stageProgress">>;

/** A training to make. */
export interface JobTraining {
  readonly id: string;
  readonly detector: string;
  readonly options: JobOptions;
  /** Folder of good pictures. */
  readonly pictures: string;
  /** Where the model file is written, with checkpoints beside it. */
  readonly model: string;
  /** Aborted with the reason "cancelled", or "ending" when the server ends and the next start goes on. */
  readonly signal: AbortSignal;
  readonly onNews: (news: TrainingNews) => void;
}

/** Makes a training, from its checkpoint where there is one. @returns the model file. */
export type TrainJob = (training: JobTraining) => Promise<Uint8Array>;

/** Trains in a thread of this process. */
export function trainHere(compute: {
  readonly device?: Device | undefined;
  readonly threads?: number | undefined;
}): TrainJob {
  return async ({ detector, options, pictures, model: output, signal, onNews }) => {
    const { steps, minutes, ...rest } = options;
    const length = steps !== undefined ? { steps } : minutes !== undefined ? { minutes } : undefined;
    const { model } = await train(pictures, {
      ...rest,
      ...compute,
      length,
      name: detector,
      output,
      resume: true,
      worker: true,
      signal,
      onStage: (stage) => onNews({ stage, stageProgress: null }),
      onStageProgress: (stageProgress) => onNews({ stageProgress }),
      onProgress: ({ step, totalSteps, loss }) => onNews({ step, totalSteps, loss }),
    });
    return model;
  };
}
