/** Partial diffusion with DDPM's steps, as AnoDDPM reconstructs. */

import type { Method } from "../method.ts";
import type { DiffusionOptions, DiffusionSettings } from "./diffusion-options.ts";
import { diffusionMethod } from "./partial-diffusion.ts";

/**
 * Noise to step 250, ancestral sampling back to 0, squared residual.
 *
 * @see Wyatt, Leach, Schmon and Willcocks 2022, "AnoDDPM", CVPR Workshops; docs/detectors/ddpm.md
 */
export const ddpmMethod: Method<DiffusionOptions, DiffusionSettings> = diffusionMethod("ddpm", {
  noiseSteps: 250, // Wyatt et al.: λ = 250 of 1000, every step undone
  calls: "every",
  eta: 1,
  noise: "gaussian",
  condition: 0,
  smoothing: 1 / 32, // ours, by npm run tune for ddim
});
