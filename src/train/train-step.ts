/** The training step as one ONNX graph: noising, forward, loss, gradients, clipping, AdamW, EMA. */

import { sizeOf } from "../base/shape.ts";
import { addNoise, type NoiseSchedule } from "../diffusion/index.ts";
import {
  buildGraph,
  cast,
  concat,
  type Graph,
  gradient,
  input,
  mul,
  reduceMean,
  reshape,
  sub,
  type Tensor,
} from "../graph/index.ts";
import {
  bindParameters,
  type NamedParameter,
  namedParameters,
  parameterCount,
  type UNet,
} from "../nn/index.ts";
import { type AdamWOptions, adamW, clipByNorm, movingAverage, warmupCosine } from "./optimizer.ts";

/** Everything of a training step that is fixed when its graph is built. */
export interface TrainStepOptions extends AdamWOptions {
  /** [N, C, H, W] of a batch. */
  readonly batchShape: readonly [number, number, number, number];
  /** Peak learning rate. */
  readonly learningRate: number;
  /** Steps over which the learning rate rises. */
  readonly warmupSteps: number;
  /** Largest gradient norm. */
  readonly maxGradientNorm: number;
  /** Decay of the moving average of the parameters. */
  readonly emaDecay: number;
}

/** Names of the state that a step takes and gives back, each float32 [P]. */
export const stateNames = ["parameters", "firstMoment", "secondMoment", "average"] as const;

/**
 * The graph of one step.
 *
 * Inputs: the state (see {@link stateNames}), `step` and `totalSteps` float32 [], `x0` and `noise` float32 [N, C, H, W],
 * `timesteps` int64 [N]. Outputs: the next state, `loss`, `gradientNorm` and `learningRate`, float32 [].
 */
export function trainStepGraph(model: UNet, schedule: NoiseSchedule, options: TrainStepOptions): Graph {
  const parameters = namedParameters(model);
  const count = parameterCount(parameters);
  const state = Object.fromEntries(
    stateNames.map((name) => [name, input(name, "float32", [count])]),
  ) as Record<(typeof stateNames)[number], Tensor>;
  const step = input("step", "float32", []);
  const totalSteps = input("totalSteps", "float32", []);
  const x0 = input("x0", "float32", options.batchShape);
  const noise = input("noise", "float32", options.batchShape);
  const timesteps = input("timesteps", "int64", [options.batchShape[0]]);

  const predicted = model.apply(addNoise(x0, noise, timesteps, schedule), cast(timesteps, "float32"));
  const { loss, flatGradient } = lossAndGradient(
    meanSquaredError(predicted, noise),
    parameters,
    state.parameters,
  );
  const clipped = clipByNorm(flatGradient, options.maxGradientNorm);
  const learningRate = warmupCosine(step, totalSteps, {
    peak: options.learningRate,
    warmupSteps: options.warmupSteps,
  });
  const next = adamW(state, clipped.gradient, { step, learningRate }, options);
  const average = movingAverage(state.average, next.parameters, step, options.emaDecay);
  return buildGraph({
    name: "train_step",
    inputs: [...Object.values(state), step, totalSteps, x0, noise, timesteps],
    outputs: { ...nextState({ ...next, average }), loss, gradientNorm: clipped.norm, learningRate },
  });
}

/** Name of the output that holds the next value of a piece of state. */
export function nextName(name: (typeof stateNames)[number]): string {
  return `${name}.next`;
}

/** mean((a - b)²), float32 []. @see Ho, Jain and Abbeel 2020, Eq. 14, arXiv:2006.11239 */
export function meanSquaredError(a: Tensor, b: Tensor): Tensor {
  const difference = sub(a, b);
  return reduceMean(mul(difference, difference), { keepDims: false });
}

/** The loss with parameters taken from `flat`, and its gradient as one vector in the order of `parameters`. */
export function lossAndGradient(
  loss: Tensor,
  parameters: readonly NamedParameter[],
  flat: Tensor,
): { loss: Tensor; flatGradient: Tensor } {
  const gradients = gradient(
    loss,
    parameters.map(({ parameter }) => parameter),
  );
  const pieces = gradients.map((piece, i) => reshape(piece, [sizeOf(parameters[i]?.parameter.shape ?? [])]));
  const [boundLoss, flatGradient] = bindParameters([loss, joined(pieces)], parameters, flat) as [
    Tensor,
    Tensor,
  ];
  return { loss: boundLoss, flatGradient };
}

function nextState(state: Readonly<Record<(typeof stateNames)[number], Tensor>>): Record<string, Tensor> {
  return Object.fromEntries(stateNames.map((name) => [nextName(name), state[name]]));
}

/** Concatenation in a tree of eight: a WebGPU shader binds no more than about ten buffers. */
function joined(pieces: readonly Tensor[]): Tensor {
  const [first] = pieces;
  if (first !== undefined && pieces.length === 1) return first;
  const groups: Tensor[] = [];
  for (let i = 0; i < pieces.length; i += 8) groups.push(concat(pieces.slice(i, i + 8), 0));
  return joined(groups);
}
