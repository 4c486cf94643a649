/** Noise-to-norm in one step, as DiffusionAD reconstructs. */

import type { Method } from "../method.ts";
import type { DiffusionOptions, DiffusionSettings } from "./diffusion-options.ts";
import { diffusionMethod } from "./partial-diffusion.ts";

/**
 * Noise to step 2, the clean image behind one prediction of the noise, squared residual.
 *
 * @see Zhang et al. 2023, "DiffusionAD", arXiv:2303.08730; docs/detectors/one-step.md
 */
export const oneStepMethod: Method<DiffusionOptions, DiffusionSettings> = diffusionMethod("one-step", {
  noiseSteps: 2, // ours, by npm run tune; 200 in DiffusionAD's published code, the lower of its two scales
  calls: 1,
  eta: 0,
  noise: "gaussian",
  condition: 0,
  smoothing: 1 / 32, // ours, by npm run tune
});
