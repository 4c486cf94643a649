/** The training step in a session that keeps the state: what goes in is a batch, what comes out a loss. */
import { floatValues, type NdArray } from "../base/array.ts";
import { formatNumber, invariant } from "../base/check.ts";
import { TrainingError } from "../base/errors.ts";
import type { Graph } from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import type { Backend, Feeds, Session } from "../runtime/backend.ts";
import { nextName, stateNames } from "./train-step.ts";

/** Where batches come from. */
export interface BatchSource {
  /** Feeds of the next batch: the inputs of the objective. The arrays may be those of the batch before. */
  next(): Feeds;
  /** Everything that the batches to come depend on. */
  state(): string;
  /** Goes on from a saved {@link BatchSource.state}. */
  restore(state: string): void;
}

/** What a step takes from the one before, float32 [P] each. */
export type TrainingState = Record<(typeof stateNames)[number], Float32Array>;

/** What a step says of itself. */
export interface StepOutcome {
  readonly loss: number;
  /** The objective's other terms, by name. */
  readonly terms: Readonly<Record<string, number>>;
}

/** See {@link openStepSession}. */
export interface StepSession {
  /**
   * Makes a step, counted from 1.
   *
   * @throws {TrainingError} E_DIVERGED if the loss or the gradient's norm is not finite.
   */
  step(step: number, totalSteps: number): Promise<StepOutcome>;
  /** State after the last step. */
  state(): Promise<TrainingState>;
  /** State of the batches after that of the last step, whatever was made ahead. */
  batches(): string;
  /** Frees the session. */
  dispose(): Promise<void>;
}

/**
 * Opens a session for steps. The state stays where it runs, and the next batch is made while a step runs wherever that is on
 * another thread: the steps are the same bits either way.
 *
 * @param graph - From `trainStepGraph`.
 * @param initial - State before the first step; not written to.
 */
export async function openStepSession(
  backend: Backend,
  graph: Graph,
  initial: TrainingState,
  source: BatchSource,
): Promise<StepSession> {
  const carry = Object.fromEntries(stateNames.map((name) => [name, nextName(name)]));
  const session = await backend.load(encodeModel(graph), { carry });
  let isFirst = true;
  let ahead: Feeds | undefined;
  let batches = source.state();
  return {
    step: async (step, totalSteps) => {
      const batch = ahead ?? source.next();
      ahead = undefined;
      const feeds = {
        ...batch,
        ...(isFirst && feedsOf(initial)),
        step: scalar(step),
        totalSteps: scalar(totalSteps),
      };
      batches = source.state();
      const outputs = await session.run(feeds, () => {
        if (step < totalSteps) ahead = source.next();
      });
      isFirst = false;
      return outcomeOf(outputs, step);
    },
    state: async () => (isFirst ? initial : await stateOf(session)),
    batches: () => batches,
    dispose: () => session.dispose(),
  };
}

function outcomeOf(outputs: Readonly<Record<string, NdArray>>, step: number): StepOutcome {
  const {
    loss = Number.NaN,
    gradientNorm = Number.NaN,
    learningRate: _,
    ...terms
  } = Object.fromEntries<number>(
    Object.entries(outputs).map(([name, { data }]) => [name, Number(data[0])] as const),
  );
  if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) return { loss, terms };
  throw new TrainingError(
    "E_DIVERGED",
    `training: expected a finite loss, got ${formatNumber(loss)} (gradient norm ${formatNumber(gradientNorm)}) at step ${step}. The last checkpoint is kept; use a lower learning rate.`,
  );
}

async function stateOf(session: Session): Promise<TrainingState> {
  const carried = await session.carried();
  const values = (name: (typeof stateNames)[number]): Float32Array => {
    const array = carried[name];
    invariant(array, "a training step that does not carry its state");
    return floatValues(array);
  };
  return {
    parameters: values("parameters"),
    firstMoment: values("firstMoment"),
    secondMoment: values("secondMoment"),
    average: values("average"),
  };
}

function feedsOf(state: TrainingState): Feeds {
  return Object.fromEntries(
    stateNames.map((name) => [name, { dtype: "float32", shape: [state[name].length], data: state[name] }]),
  );
}

function scalar(value: number): NdArray {
  return { dtype: "float32", shape: [], data: Float32Array.of(value) };
}
