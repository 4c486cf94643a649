/** The training step as one ONNX graph: noising, forward, loss, gradients, clipping, AdamW, EMA. */

import { addNoise, type NoiseSchedule, timestepValues } from "../diffusion/index.ts";
import {
  add,
  buildGraph,
  concat,
  type Graph,
  gradient,
  input,
  mul,
  sqrt,
  type Tensor,
} from "../graph/index.ts";
import { gatherMoves, joinMoves } from "../graph/moves.ts";
import {
  bindParameters,
  type NamedParameter,
  namedParameters,
  parameterCount,
  type UNet,
} from "../nn/index.ts";
import { meanSquaredError } from "./loss.ts";
import { type AdamWOptions, adamW, clipByNorm, movingAverage, warmupCosine } from "./optimizer.ts";

/** Everything of a training step that is fixed when its graph is built. */
export interface TrainStepOptions extends AdamWOptions {
  /** Peak learning rate. */
  readonly learningRate: number;
  /** Steps over which the learning rate rises. */
  readonly warmupSteps: number;
  /** Largest gradient norm. */
  readonly maxGradientNorm: number;
  /** Decay of the moving average of the parameters. */
  readonly emaDecay: number;
}

/** A loss and the parameters that it moves: no others, even where it depends on them. */
export interface Goal {
  readonly parameters: readonly NamedParameter[];
  /** float32 []. */
  readonly loss: Tensor;
}

/** What a training makes small, and what it is fed. */
export interface Objective extends Goal {
  /**
   * Other parameters that learn in the same step, each group by a loss of its own, such as a network and its adversary. All
   * losses are taken before any parameter moves.
   */
  readonly others?: readonly Goal[];
  /** Further float32 [] to watch, by name. */
  readonly terms?: Readonly<Record<string, Tensor>>;
  /** Tensors of a batch, fed at every step. */
  readonly inputs: readonly Tensor[];
}

/** Names of the state that a step takes and gives back, each float32 [P]. */
export const stateNames = ["parameters", "firstMoment", "secondMoment", "average"] as const;

/** All parameters that an objective moves, in the order of the state vectors. */
export function trainedParameters({ parameters, others = [] }: Objective): readonly NamedParameter[] {
  return [...parameters, ...others.flatMap((goal) => goal.parameters)];
}

/**
 * The diffusion objective: the mean squared error of the predicted noise.
 *
 * Inputs: `x0` and `noise` float32 [N, C, H, W], `timesteps` int64 [N].
 *
 * @param batchShape - [N, C, H, W].
 * @see Ho, Jain and Abbeel 2020, Eq. 14, arXiv:2006.11239
 */
export function noiseObjective(
  model: UNet,
  schedule: NoiseSchedule,
  batchShape: readonly [number, number, number, number],
): Objective {
  const x0 = input("x0", "float32", batchShape);
  const noise = input("noise", "float32", batchShape);
  const timesteps = input("timesteps", "int64", [batchShape[0]]);
  const predicted = model.apply(
    addNoise(x0, noise, timesteps, schedule),
    timestepValues(timesteps, schedule),
  );
  return {
    parameters: namedParameters(model),
    loss: meanSquaredError(predicted, noise),
    inputs: [x0, noise, timesteps],
  };
}

/**
 * The graph of one step.
 *
 * Inputs: the state (see {@link stateNames}), `step` and `totalSteps` float32 [], and those of the objective. Outputs: the
 * next state, `loss` and the objective's terms, `gradientNorm` (before clipping; each goal's part is clipped by itself) and `learningRate`, float32 [].
 */
export function trainStepGraph(objective: Objective, options: TrainStepOptions): Graph {
  const { terms = {}, others = [] } = objective;
  const parameters = trainedParameters(objective);
  const count = parameterCount(parameters);
  const state = {
    parameters: input("parameters", "float32", [count]),
    firstMoment: input("firstMoment", "float32", [count]),
    secondMoment: input("secondMoment", "float32", [count]),
    average: input("average", "float32", [count]),
  };
  const step = input("step", "float32", []);
  const totalSteps = input("totalSteps", "float32", []);

  const goals = [objective, ...others];
  const open = [...goals.map(flatGradient), objective.loss, ...Object.values(terms)];
  const bound = gatherMoves(bindParameters(open, parameters, state.parameters), state.parameters);
  const gradients = bound.slice(0, goals.length);
  const watched = bound.slice(goals.length);
  const clipped = gradients.map((goal) => clipByNorm(goal, options.maxGradientNorm));
  const gradientNorm = clipped.map(({ norm }) => norm).reduce((a, b) => sqrt(add(mul(a, a), mul(b, b))));
  const learningRate = warmupCosine(step, totalSteps, {
    peak: options.learningRate,
    warmupSteps: options.warmupSteps,
  });
  const next = adamW(
    state,
    concat(
      clipped.map(({ gradient }) => gradient),
      0,
    ),
    { step, learningRate },
    options,
  );
  const average = movingAverage(state.average, next.parameters, step, options.emaDecay);
  const names = ["loss", ...Object.keys(terms)];
  return buildGraph({
    name: "train_step",
    inputs: [...Object.values(state), step, totalSteps, ...objective.inputs],
    outputs: {
      ...nextState({ ...next, average }),
      ...Object.fromEntries(names.map((name, i) => [name, watched[i] as Tensor] as const)),
      gradientNorm,
      learningRate,
    },
  });
}

/** Name of the output that holds the next value of a piece of state. */
export function nextName(name: (typeof stateNames)[number]): string {
  return `${name}.next`;
}

/** Gradient of a goal's loss with respect to its own parameters, as one vector in their order. */
function flatGradient({ loss, parameters }: Goal): Tensor {
  const leaves = parameters.map(({ parameter }) => parameter);
  return joinMoves(gradient(loss, leaves));
}

function nextState(state: Readonly<Record<(typeof stateNames)[number], Tensor>>): Record<string, Tensor> {
  return Object.fromEntries(stateNames.map((name) => [nextName(name), state[name]]));
}
