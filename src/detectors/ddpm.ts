/** Partial diffusion with DDPM's steps, as AnoDDPM reconstructs. */
import { type DiffusionOptions, resolveDiffusionOptions } from "./diffusion-options.ts";
import type { PreparedMethod } from "./method.ts";
import { partialDiffusion } from "./partial-diffusion.ts";

const defaults = { noiseSteps: 250, calls: 250, eta: 1 } as const; // Wyatt et al.: λ = 250 of 1000, every step undone

/**
 * Noise to step 250, ancestral sampling back to 0, squared residual.
 *
 * @throws {OptionError} E_OPTION as `resolveDiffusionOptions`.
 * @see Wyatt, Leach, Schmon and Willcocks 2022, "AnoDDPM", CVPR Workshops; docs/detectors/ddpm.md
 */
export function ddpmMethod(given: DiffusionOptions, largestSidePx: number): PreparedMethod {
  return partialDiffusion("ddpm", resolveDiffusionOptions("ddpm", given, defaults, largestSidePx));
}
