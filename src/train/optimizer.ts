/** Optimisers as graphs: new parameters and new state from old ones and a gradient. */
import {
  add,
  cos,
  div,
  min,
  mul,
  pow,
  reduceSumSquare,
  scalar,
  sqrt,
  sub,
  type Tensor,
} from "../graph/index.ts";

/** Hyper-parameters of {@link adamW}. */
export interface AdamWOptions {
  /** β₁. Default 0.9 (paper). */
  readonly beta1?: number;
  /** β₂. Default 0.999 (paper). */
  readonly beta2?: number;
  /** ε. Default 1e-8 (paper). */
  readonly epsilon?: number;
  /** Decoupled weight decay λ. Default 0 (ours). */
  readonly weightDecay?: number;
}

/** State of AdamW: parameters and both moments, each float32 [P]. */
export interface AdamWState {
  readonly parameters: Tensor;
  readonly firstMoment: Tensor;
  readonly secondMoment: Tensor;
}

/**
 * One AdamW step: θ ← θ - η·λ·θ - η·m̂/(√v̂ + ε).
 *
 * @param gradient - float32 [P].
 * @param rate - `step`: the step being made, counted from 1; `learningRate`: η; both float32 [].
 * @see Loshchilov and Hutter 2019, Algorithm 2, arXiv:1711.05101
 */
export function adamW(
  state: AdamWState,
  gradient: Tensor,
  rate: { step: Tensor; learningRate: Tensor },
  options: AdamWOptions = {},
): AdamWState {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
  const { step, learningRate } = rate;
  const firstMoment = add(mul(state.firstMoment, scalar(beta1)), mul(gradient, scalar(1 - beta1)));
  const secondMoment = add(
    mul(state.secondMoment, scalar(beta2)),
    mul(mul(gradient, scalar(1 - beta2)), gradient),
  );
  const correction1 = sub(scalar(1), pow(scalar(beta1), step));
  const correction2 = sqrt(sub(scalar(1), pow(scalar(beta2), step)));
  const denominator = add(div(sqrt(secondMoment), correction2), scalar(epsilon));
  const change = div(mul(firstMoment, div(learningRate, correction1)), denominator);
  const decayed =
    weightDecay === 0
      ? state.parameters
      : mul(state.parameters, sub(scalar(1), mul(learningRate, scalar(weightDecay))));
  return { parameters: sub(decayed, change), firstMoment, secondMoment };
}

/**
 * The gradient scaled down so that its L2 norm is at most `maxNorm`, and that norm before scaling.
 *
 * @param gradient - float32 [P].
 * @see Pascanu, Mikolov and Bengio 2013, Algorithm 1, arXiv:1211.5063
 */
export function clipByNorm(gradient: Tensor, maxNorm: number): { gradient: Tensor; norm: Tensor } {
  const norm = sqrt(reduceSumSquare(gradient, { keepDims: false }));
  const factor = min(scalar(1), div(scalar(maxNorm), add(norm, scalar(1e-6))));
  return { gradient: mul(gradient, factor), norm };
}

/** Exponential moving average: average·d + value·(1 - d) with d = min(decay, (1 + step) / (10 + step)), so it warms up. */
export function movingAverage(average: Tensor, value: Tensor, step: Tensor, decay: number): Tensor {
  const d = min(scalar(decay), div(add(step, scalar(1)), add(step, scalar(10))));
  return add(mul(average, d), mul(value, sub(scalar(1), d)));
}

/**
 * Learning rate with linear warm-up and cosine decay to a tenth of the peak (ours).
 *
 * @param step - The step being made, counted from 1; float32 [].
 * @param totalSteps - float32 [].
 * @param options - `peak` learning rate; `warmupSteps`.
 * @see Loshchilov and Hutter 2017, Eq. 5, arXiv:1608.03983
 */
export function warmupCosine(
  step: Tensor,
  totalSteps: Tensor,
  options: { peak: number; warmupSteps: number },
): Tensor {
  const warm = min(scalar(1), div(step, scalar(options.warmupSteps)));
  const progress = min(scalar(1), div(step, totalSteps));
  const wave = add(mul(cos(mul(progress, scalar(Math.PI))), scalar(0.45)), scalar(0.55));
  return mul(mul(warm, wave), scalar(options.peak));
}
