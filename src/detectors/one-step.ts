/** Noise-to-norm in one step, as DiffusionAD reconstructs. */
import { type DiffusionOptions, resolveDiffusionOptions } from "./diffusion-options.ts";
import type { PreparedMethod } from "./method.ts";
import { partialDiffusion } from "./partial-diffusion.ts";

const defaults = { noiseSteps: 200, calls: 1, eta: 0 } as const; // DiffusionAD's published code: the lower of its two scales

/**
 * Noise to step 200, the clean image behind one prediction of the noise, squared residual.
 *
 * @throws {OptionError} E_OPTION as `resolveDiffusionOptions`.
 * @see Zhang et al. 2023, "DiffusionAD", arXiv:2303.08730; docs/detectors/one-step.md
 */
export function oneStepMethod(given: DiffusionOptions, largestSidePx: number): PreparedMethod {
  return partialDiffusion("one-step", resolveDiffusionOptions("one-step", given, defaults, largestSidePx));
}
