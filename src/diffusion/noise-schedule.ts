/** Noise schedules: how much of the image is left after t steps. Computed in float64. */
import { assertNever, checkInteger, checkNumber } from "../base/check.ts";

/** Names of the schedules. */
export const noiseSchedules = ["linear", "cosine"] as const;

/** One of {@link noiseSchedules}. */
export type NoiseScheduleName = (typeof noiseSchedules)[number];

/** Cumulative signal fractions ᾱ_t; entry i is the papers' t = i + 1. */
export interface NoiseSchedule {
  readonly name: NoiseScheduleName;
  /** Number of diffusion steps T. */
  readonly steps: number;
  /** ᾱ, float64 [T], strictly decreasing, within (0, 1). */
  readonly alphasCumprod: Float64Array;
}

/**
 * The schedule of that name.
 *
 * @param steps - T. Default 1000 (Ho et al.).
 * @throws {OptionError} E_OPTION if `steps` is not an integer >= 1.
 */
export function noiseSchedule(name: NoiseScheduleName, steps = 1000): NoiseSchedule {
  switch (name) {
    case "linear":
      return { name, steps, alphasCumprod: linearAlphasCumprod(steps) };
    case "cosine":
      return { name, steps, alphasCumprod: cosineAlphasCumprod(steps) };
    default:
      return assertNever(name, "noiseSchedule");
  }
}

/**
 * ᾱ_t = Π (1 - β_s) with β rising linearly from 10^-4·1000/T to 0.02·1000/T.
 *
 * @param T - Number of steps, integer >= 21 (fewer would make a β reach 1).
 * @returns float64 [T].
 * @throws {OptionError} E_OPTION if `T` is not such an integer.
 * @see Ho, Jain and Abbeel 2020, section 4, arXiv:2006.11239; scaling with T as in Nichol and Dhariwal 2021
 */
export function linearAlphasCumprod(T: number): Float64Array {
  checkInteger("T", T, { minimum: 21 });
  const [first, last] = [(1e-4 * 1000) / T, (0.02 * 1000) / T];
  let product = 1;
  return Float64Array.from({ length: T }, (_, i) => {
    product *= 1 - (first + ((last - first) * i) / Math.max(1, T - 1));
    return product;
  });
}

/**
 * ᾱ_t = f(t) / f(0), f(t) = cos²(((t/T + s) / (1 + s)) · π/2), with no β above 0.999.
 *
 * @param T - Number of steps, integer >= 1.
 * @param s - Keeps β small near t = 0; dimensionless. Default 0.008 (paper).
 * @returns float64 [T].
 * @throws {OptionError} E_OPTION if `T` or `s` is out of range.
 * @see Nichol and Dhariwal 2021, Eq. 17, arXiv:2102.09672
 */
export function cosineAlphasCumprod(T: number, s = 0.008): Float64Array {
  checkInteger("T", T, { minimum: 1 });
  checkNumber("s", s, { minimum: 0 });
  const f = (t: number) => Math.cos(((t / T + s) / (1 + s)) * (Math.PI / 2)) ** 2;
  let product = 1;
  return Float64Array.from({ length: T }, (_, i) => {
    product *= 1 - Math.min(0.999, 1 - f(i + 1) / f(i));
    return product;
  });
}
