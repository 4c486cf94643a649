/** The forward process: images noised in one step, on the host's schedule and in the graph. */
import { checkInteger } from "../base/check.ts";
import { add, constant, gather, mul, reshape, type Tensor } from "../graph/index.ts";
import type { NoiseSchedule } from "./noise-schedule.ts";

/**
 * √ᾱ_t and √(1 - ᾱ_t): how much image and how much noise x_t holds.
 *
 * @param timestep - Integer, 0 .. T-1.
 * @throws {OptionError} E_OPTION if it is not.
 */
export function noisingCoefficients(
  schedule: NoiseSchedule,
  timestep: number,
): { signal: number; noise: number } {
  checkInteger("timestep", timestep, { minimum: 0, maximum: schedule.steps - 1 });
  const alphaCumprod = schedule.alphasCumprod[timestep] ?? Number.NaN;
  return { signal: Math.sqrt(alphaCumprod), noise: Math.sqrt(1 - alphaCumprod) };
}

/**
 * x_t = √ᾱ_t · x_0 + √(1 - ᾱ_t) · ε, each image at its own step.
 *
 * @param x0 - float32 [N, C, H, W] in [-1, 1].
 * @param noise - ε, float32, the shape of x0, standard normal.
 * @param timesteps - int64 [N], 0 .. T-1.
 * @returns x_t, float32 [N, C, H, W].
 * @see Ho, Jain and Abbeel 2020, Eq. 4, arXiv:2006.11239
 */
export function addNoise(x0: Tensor, noise: Tensor, timesteps: Tensor, schedule: NoiseSchedule): Tensor {
  const perImage = (f: (alphaCumprod: number) => number) =>
    reshape(valuesAt(timesteps, schedule, f), [timesteps.shape[0] ?? "N", 1, 1, 1]);
  const signal = perImage((a) => Math.sqrt(a));
  const spread = perImage((a) => Math.sqrt(1 - a));
  return add(mul(x0, signal), mul(noise, spread));
}

/**
 * Timesteps as the networks take them. Looked up, since ONNX Runtime casts no int64 on WebGPU.
 *
 * @param timesteps - int64 [N], 0 .. T-1.
 * @returns The same numbers, float32 [N].
 */
export function timestepValues(timesteps: Tensor, schedule: NoiseSchedule): Tensor {
  return valuesAt(timesteps, schedule, (_, step) => step);
}

/** A value of each step, float32 [N]. */
function valuesAt(
  timesteps: Tensor,
  { steps, alphasCumprod }: NoiseSchedule,
  value: (alphaCumprod: number, step: number) => number,
): Tensor {
  const data = Float32Array.from(alphasCumprod, value);
  return gather(constant({ dtype: "float32", shape: [steps], data }), timesteps);
}
