/** The reverse process: from a noised image back to a clean one, in few or many calls of a network. */
import { checkInteger, checkNumber } from "../base/check.ts";
import { add, constant, gather, loop, mul, reshape, type Tensor } from "../graph/index.ts";
import { noisingCoefficients } from "./forward-process.ts";
import type { NoiseSchedule } from "./noise-schedule.ts";

/** One step of a chain as a linear map: x ← image·x + noise·ε̂ + target·y + spread·z, with z fresh noise and y a picture to keep to. */
export interface ReverseStep {
  /** Timestep of x before the step, 0 .. T-1: what the network is told. */
  readonly timestep: number;
  readonly image: number;
  readonly noise: number;
  readonly target: number;
  readonly spread: number;
}

/**
 * Evenly spaced timesteps that undo `steps` steps of noise in `calls` calls: the first is steps - 1, the papers' t = steps.
 *
 * @param steps - Integer >= 1.
 * @param calls - Integer, 1 .. steps.
 * @returns `calls` timesteps, falling; the step after the last leads to the clean image.
 * @throws {OptionError} E_OPTION if a number is out of range.
 * @example
 * reverseTimesteps(250, 5).join(" "); //=> "249 199 149 99 49"
 */
export function reverseTimesteps(steps: number, calls: number): number[] {
  checkInteger("steps", steps, { minimum: 1 });
  checkInteger("calls", calls, { minimum: 1, maximum: steps });
  return Array.from({ length: calls }, (_, i) => Math.round((steps * (calls - i)) / calls) - 1);
}

/**
 * The steps of a chain over the timesteps, Song et al.'s Eq. 12: x̂_0 = (x - √(1-ᾱ)·ε) / √ᾱ, then
 * x ← √ᾱ'·x̂_0 + √(1-ᾱ'-σ²)·ε + σ·z, with ᾱ' of the next timestep (1 after the last) and
 * σ² = η²·(1-ᾱ')/(1-ᾱ)·(1-ᾱ/ᾱ').
 *
 * With a condition, ε = ε̂ - w·√(1-ᾱ)·(√ᾱ·y + √(1-ᾱ)·ε̂ - x) as Mousakhan et al. correct it; without, ε = ε̂.
 *
 * @param timesteps - Falling, e.g. of {@link reverseTimesteps}.
 * @param options - `eta`: η in [0, 1]; 1 is DDPM's ancestral sampling with the posterior variance, 0 is deterministic (DDIM).
 * `condition`: w, >= 0. Default 0.
 * @returns One step for each timestep.
 * @throws {OptionError} E_OPTION if a number is out of range.
 * @see Ho, Jain and Abbeel 2020, Eq. 6 and 7, arXiv:2006.11239; Song, Meng and Ermon 2021, Eq. 12 and 16, arXiv:2010.02502;
 * Mousakhan, Brox and Tayyub 2023, arXiv:2305.15956
 */
export function reverseSteps(
  schedule: NoiseSchedule,
  timesteps: readonly number[],
  options: { readonly eta: number; readonly condition?: number },
): ReverseStep[] {
  const { eta, condition: weight = 0 } = options;
  checkNumber("eta", eta, { minimum: 0, maximum: 1 });
  checkNumber("condition", weight, { minimum: 0 });
  return timesteps.map((timestep, i) => {
    const now = noisingCoefficients(schedule, timestep);
    const next = timesteps[i + 1];
    const after = next === undefined ? { signal: 1, noise: 0 } : noisingCoefficients(schedule, next);
    const image = after.signal / now.signal;
    const spread =
      (eta * after.noise * Math.sqrt(Math.max(0, 1 - (now.signal / after.signal) ** 2))) / now.noise;
    const noise = Math.sqrt(Math.max(0, after.noise ** 2 - spread ** 2)) - image * now.noise;
    return {
      timestep,
      image: image + noise * weight * now.noise,
      noise: noise * (1 - weight * now.noise ** 2),
      target: -noise * weight * now.noise * now.signal,
      spread,
    };
  });
}

/**
 * A chain in the graph: one call of the network a step, in an ONNX Loop where there are several.
 *
 * @param noised - x at the first step's timestep, float32 [N, C, H, W].
 * @param network - ε̂ of x (as `noised`) and its timestep (float32 [1]); made of these and constants alone.
 * @param options - `target`: y, as `noised`, for steps that keep to a picture. `freshNoise`: z of a turn (int64 [], from 0),
 * float32 broadcast to `noised`, for steps that add noise.
 * @returns x after the last step, float32 [N, C, H, W].
 * @throws {GraphError} E_GRAPH if the network uses an input of the graph around it.
 */
export function reverseChain(
  noised: Tensor,
  steps: readonly ReverseStep[],
  network: (x: Tensor, timestep: Tensor) => Tensor,
  options: { readonly target?: Tensor; readonly freshNoise?: (turn: Tensor) => Tensor } = {},
): Tensor {
  const { target, freshNoise } = options;
  const isUsed = (pick: (step: ReverseStep) => number) => steps.some((step) => pick(step) !== 0);
  const step = (turn: Tensor, [x = noised, y]: readonly Tensor[]): readonly Tensor[] => {
    const entry = (pick: (step: ReverseStep) => number) => gather(table(steps, pick), turn);
    const predicted = network(
      x,
      reshape(
        entry(({ timestep }) => timestep),
        [1],
      ),
    );
    let next = add(
      mul(
        x,
        entry(({ image }) => image),
      ),
      mul(
        predicted,
        entry(({ noise }) => noise),
      ),
    );
    if (y !== undefined)
      next = add(
        next,
        mul(
          y,
          entry((coefficients) => coefficients.target),
        ),
      );
    if (freshNoise !== undefined && isUsed(({ spread }) => spread))
      next = add(
        next,
        mul(
          freshNoise(turn),
          entry(({ spread }) => spread),
        ),
      );
    return y === undefined ? [next] : [next, y];
  };
  const initial =
    target !== undefined && isUsed((coefficients) => coefficients.target) ? [noised, target] : [noised];
  const [clean = noised] =
    steps.length === 1 ? step(firstTurn(), initial) : loop(steps.length, initial, step);
  return clean;
}

/** One number of each step, float32 [K]. */
function table(steps: readonly ReverseStep[], pick: (step: ReverseStep) => number): Tensor {
  return constant({ dtype: "float32", shape: [steps.length], data: Float32Array.from(steps, pick) });
}

function firstTurn(): Tensor {
  return constant({ dtype: "int64", shape: [], data: BigInt64Array.of(0n) });
}
