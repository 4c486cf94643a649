/** Where the predicted noise is not the noise that was added, averaged over steps and draws. */
import { gaussianBlur } from "../../features/map-filter.ts";
import { reduceSumSquare, sqrt } from "../../graph/index.ts";
import type { Readout } from "./readout.ts";

/** Constants of the scoring `mismatch`. */
export interface MismatchSettings {
  /** Timesteps that pictures are noised to, 0 .. T-1. */
  readonly steps: readonly number[];
  /** Noises drawn for each of them. */
  readonly draws: number;
  /** Standard deviation of the map's smoothing, in pixels. */
  readonly smoothingPx: number;
}

/** Those of the scoring `mismatch`, all ours. */
export const mismatchSettings: MismatchSettings = { steps: [100, 200, 400], draws: 2, smoothingPx: 2 };

/**
 * ε̂ - ε, averaged over several steps and draws in one batched call: what is unknown about a good picture averages out, what the
 * network holds against a defect does not. The map is the length of the smoothed mean over the channels.
 *
 * @see "Flow Mismatching", arXiv:2605.23070, which averages a flow model's velocity minus the geometric one; here for noise
 * prediction. docs/detectors/radar.md
 */
export function mismatchReadout(settings: MismatchSettings): Readout {
  const { steps, draws, smoothingPx } = settings;
  return {
    summary: "predicted minus added noise, averaged over several steps and draws in one call",
    settings: { ...settings },
    timesteps: steps.flatMap((step) => new Array<number>(draws).fill(step)),
    addsNoise: true,
    plantsDefects: false,
    network: "patches",
    classifiers: [],
    standardizesPlaces: true,
    tolerance: "none",
    observe: ({ mismatch }) => ({ mismatch }),
    fit: async () => ({
      maps: ({ mismatch }) => sqrt(reduceSumSquare(gaussianBlur(mismatch, smoothingPx), { axes: [1] })),
    }),
  };
}
