/** The training loop: batches in, steps through one session, progress and checkpoints out. */
import { checkInteger } from "../base/check.ts";
import { AbortError, TrainingError } from "../base/errors.ts";
import type { Graph } from "../graph/index.ts";
import type { Backend } from "../runtime/backend.ts";
import { type Checkpoint, encodeCheckpoint } from "./checkpoint.ts";
import { type BatchSource, openStepSession, type StepSession, type TrainingState } from "./step-session.ts";
import type { stateNames } from "./train-step.ts";

/** What a step reports. */
export interface TrainingProgress {
  /** Steps made so far, from 1. */
  readonly step: number;
  readonly totalSteps: number;
  /** Loss of this step's batch. */
  readonly loss: number;
  /** The objective's other terms, by name. */
  readonly terms: Readonly<Record<string, number>>;
  /** Seconds since the loop started, of this run. */
  readonly seconds: number;
  /** Steps of this run: those since it was started or resumed. */
  readonly stepsOfRun: number;
}

/** How long to train: so many steps, or as many as fit. */
export type TrainingLength = { readonly steps: number } | { readonly minutes: number };

/** Options of {@link runTraining}. */
export interface TrainingLoopOptions {
  readonly backend: Backend;
  /** From `trainStepGraph`. */
  readonly graph: Graph;
  /** Parameters to begin with, float32 [P]. */
  readonly initial: Float32Array;
  readonly batches: BatchSource;
  readonly length: TrainingLength;
  /** Monotonic clock in seconds: for progress, and for a length in minutes. */
  readonly now: () => number;
  /** A checkpoint of the same training to go on from. */
  readonly resume?: Checkpoint | undefined;
  /** Stops after the step being made; a checkpoint is saved first. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every step. */
  readonly onProgress?: ((progress: TrainingProgress) => void) | undefined;
  /** Where checkpoints go; they are complete in themselves. */
  readonly saveCheckpoint?: ((bytes: Uint8Array) => Promise<void>) | undefined;
  /** Steps between checkpoints. Default: by the clock, every ten seconds or so, for less than a hundredth of the time (ours). */
  readonly checkpointEvery?: number | undefined;
  /** Text stored with each checkpoint, e.g. the options, so that resuming with others can be refused. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** A finished training. */
export interface TrainingResult {
  /** Moving average of the parameters, float32 [P]: what to use. */
  readonly average: Float32Array;
  readonly steps: number;
  /** Mean loss of the last steps, at most 50. */
  readonly finalLoss: number;
}

const lossWindow = 50;
const secondsBetweenCheckpoints = 10; // that much may be lost when the process is killed (ours)
const largestCheckpointShare = 0.01; // of the time (ours)
const stepsToProbe = 6; // made before a length in minutes is turned into steps (ours)
const assumedSteps = 1000; // stands in the schedule until then; the rate is still warming up

interface Position {
  step: number;
  totalSteps: number;
  losses: number[];
}

/**
 * Trains to the end.
 *
 * A run that is resumed from its own checkpoint ends with the same bits as one that was never stopped.
 *
 * @throws {TrainingError} E_DIVERGED if a loss or gradient is not finite: the last checkpoint is kept as it was;
 * E_CHECKPOINT if `resume` is of another training; {AbortError} E_ABORTED if stopped by `signal`, after saving a checkpoint.
 */
export async function runTraining(options: TrainingLoopOptions): Promise<TrainingResult> {
  const { initial, batches, length, resume } = options;
  if ("steps" in length) checkInteger("steps", length.steps, { minimum: 1 });
  const state = resume === undefined ? freshState(initial) : resumedState(resume, initial.length);
  const position = positionOf(resume, length);
  if (resume !== undefined) batches.restore(resume.metadata.batches ?? "");
  const session = await openStepSession(options.backend, options.graph, state, batches);
  try {
    const started = options.now();
    let nextCheckpoint = started + secondsBetweenCheckpoints;
    const first = position.step;
    while (position.step < position.totalSteps) {
      if (options.signal?.aborted) await stop(options, session, position);
      const { loss, terms } = await session.step(position.step + 1, position.totalSteps);
      position.step++;
      position.losses = [...position.losses, loss].slice(-lossWindow);
      const time = options.now();
      const seconds = time - started;
      const stepsOfRun = position.step - first;
      if ("minutes" in length && position.step === stepsToProbe) {
        position.totalSteps = Math.max(
          stepsToProbe,
          Math.round((length.minutes * 60 * stepsOfRun) / Math.max(seconds, 1e-6)),
        );
      }
      const { step, totalSteps } = position;
      options.onProgress?.({ step, totalSteps, loss, terms, seconds, stepsOfRun });
      const { checkpointEvery } = options;
      if (checkpointEvery !== undefined) {
        if (step % checkpointEvery === 0) await save(options, session, position);
      } else if (time >= nextCheckpoint) {
        await save(options, session, position);
        const end = options.now();
        nextCheckpoint = end + Math.max(secondsBetweenCheckpoints, (end - time) / largestCheckpointShare);
      }
    }
    const { average } = await session.state();
    const { losses } = position;
    const finalLoss = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    return { average, steps: position.step, finalLoss };
  } finally {
    await session.dispose();
  }
}

async function stop(options: TrainingLoopOptions, session: StepSession, position: Position): Promise<never> {
  await save(options, session, position);
  const saved = options.saveCheckpoint ? " A checkpoint is saved; go on with `resume`." : "";
  throw new AbortError(`training: stopped after step ${position.step} of ${position.totalSteps}.${saved}`, {
    cause: options.signal?.reason,
  });
}

async function save(options: TrainingLoopOptions, session: StepSession, position: Position): Promise<void> {
  if (options.saveCheckpoint === undefined) return;
  const metadata = {
    ...options.metadata,
    batches: session.batches(),
    position: JSON.stringify(position),
  };
  await options.saveCheckpoint(encodeCheckpoint({ tensors: await session.state(), metadata }));
}

function freshState(initial: Float32Array): TrainingState {
  const empty = () => new Float32Array(initial.length);
  return {
    parameters: initial.slice(),
    firstMoment: empty(),
    secondMoment: empty(),
    average: initial.slice(),
  };
}

function resumedState({ tensors }: Checkpoint, length: number): TrainingState {
  const tensor = (name: (typeof stateNames)[number]): Float32Array => {
    const values = tensors[name];
    if (values?.length === length) return values.slice();
    throw new TrainingError(
      "E_CHECKPOINT",
      `checkpoint: expected ${length} values of ${name}, got ${values?.length ?? "none"}. Resume with the options it was started with.`,
    );
  };
  return {
    parameters: tensor("parameters"),
    firstMoment: tensor("firstMoment"),
    secondMoment: tensor("secondMoment"),
    average: tensor("average"),
  };
}

function positionOf(resume: Checkpoint | undefined, length: TrainingLength): Position {
  if (resume === undefined) {
    return { step: 0, totalSteps: "steps" in length ? length.steps : assumedSteps, losses: [] };
  }
  try {
    const { step, totalSteps, losses }: Partial<Position> = JSON.parse(resume.metadata.position ?? "");
    if (Number.isInteger(step) && Number.isInteger(totalSteps) && Array.isArray(losses)) {
      return { step: Number(step), totalSteps: Number(totalSteps), losses: losses.map(Number) };
    }
  } catch (cause) {
    throw noPosition({ cause });
  }
  throw noPosition();
}

function noPosition(options?: { cause?: unknown }): TrainingError {
  const message =
    "checkpoint: expected its position in the training, got none. Train again without `resume`.";
  return new TrainingError("E_CHECKPOINT", message, options);
}
