/** Partial diffusion with DDIM's deterministic steps, as DDAD reconstructs; free or kept to the picture. */
import { type DiffusionOptions, resolveDiffusionOptions } from "./diffusion-options.ts";
import type { PreparedMethod } from "./method.ts";
import { partialDiffusion } from "./partial-diffusion.ts";

const defaults = { noiseSteps: 250, calls: 10, eta: 0 } as const; // DDAD's published settings: 250 of 1000, skipping 25

/**
 * Noise to step 250, ten deterministic steps back to 0, squared residual.
 *
 * @throws {OptionError} E_OPTION as `resolveDiffusionOptions`.
 * @see Song, Meng and Ermon 2021, arXiv:2010.02502; Mousakhan, Brox and Tayyub 2023, arXiv:2305.15956; docs/detectors/ddim.md
 */
export function ddimMethod(given: DiffusionOptions, largestSidePx: number): PreparedMethod {
  return partialDiffusion("ddim", resolveDiffusionOptions("ddim", given, defaults, largestSidePx));
}
