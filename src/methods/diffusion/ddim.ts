/** Partial diffusion with DDIM's deterministic steps, as DDAD reconstructs; free or kept to the picture. */

import type { Method } from "../method.ts";
import type { DiffusionOptions, DiffusionSettings } from "./diffusion-options.ts";
import { diffusionMethod } from "./partial-diffusion.ts";

/**
 * Noise to step 2, deterministic steps back to 0, squared residual.
 *
 * @see Song, Meng and Ermon 2021, arXiv:2010.02502; Mousakhan, Brox and Tayyub 2023, arXiv:2305.15956; docs/detectors/ddim.md
 */
export const ddimMethod: Method<DiffusionOptions, DiffusionSettings> = diffusionMethod("ddim", {
  noiseSteps: 2, // ours, by npm run tune; 250 in DDAD's published settings
  calls: 10, // at most; DDAD's: 250 steps, skipping 25
  eta: 0,
  noise: "gaussian",
  condition: 0,
  smoothing: 1 / 32, // ours, by npm run tune
});
