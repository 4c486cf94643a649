/** Which constants of which methods are tuned, and what is tried for each. */

import { ddimMethod } from "../src/methods/diffusion/ddim.ts";
import { oneStepMethod } from "../src/methods/diffusion/one-step.ts";
import {
  type PreparedMethod,
  type RadarOptions,
  radarMethod,
  resolveRadarOptions,
} from "../src/methods/index.ts";
import type { Method } from "../src/methods/method.ts";
import { autoencoderSsimMethod } from "../src/methods/networks/autoencoder-ssim.ts";
import { fAnoganMethod } from "../src/methods/networks/f-anogan.ts";
import { ganomalyMethod } from "../src/methods/networks/ganomaly.ts";
import { vaeMethod } from "../src/methods/networks/vae.ts";
import { type PaperSettings, paperReadout, paperSettings } from "../src/methods/radar/readout-paper.ts";
import { gaussianMethod } from "../src/methods/statistical/gaussian.ts";
import { iforestMethod } from "../src/methods/statistical/iforest.ts";
import { padimLiteMethod } from "../src/methods/statistical/padim-lite.ts";
import { pcaMethod } from "../src/methods/statistical/pca.ts";
import { robustPcaMethod } from "../src/methods/statistical/robust-pca.ts";

/** Settings that differ from a method's own. */
export type Changes = Readonly<Record<string, unknown>>;

/** A method with what is tried for it. */
export interface TuningPlan {
  readonly prepare: (given: object, largestSidePx: number, changed: Changes) => PreparedMethod;
  /** Values of each setting, in the order they are tried. */
  readonly tried: Readonly<Record<string, readonly unknown[]>>;
}

/** Trials of each method, its own settings included. */
export const mostTrials = 12;

/**
 * Methods by name. `padim` and `patchcore` keep their papers' settings, found on networks like those that users bring. `ddpm` keeps
 * its paper's steps, which it is here to show, and takes the smoothing found for `ddim`.
 */
export const plans: Readonly<Record<string, TuningPlan>> = {
  gaussian: plan(gaussianMethod, {
    standardizesPlaces: [false, true],
    smoothing: [1 / 128, 1 / 64, 1 / 32, 1 / 24, 1 / 16, 1 / 12],
  }),
  pca: plan(pcaMethod, {
    smoothing: [1 / 64, 1 / 32, 1 / 16],
    explained: [0.7, 0.8, 0.9, 0.95, 0.99],
    grid: [40, 80, 160],
    imagesPerComponent: [2, 4, 8],
  }),
  "robust-pca": plan(robustPcaMethod, {
    smoothing: [1 / 64, 1 / 32, 1 / 16],
    thresholdSpreads: [0, 0.75, 1.5, 3],
    explained: [0.8, 0.9, 0.98],
    grid: [40, 64, 80],
    imagesPerComponent: [2, 4, 8],
  }),
  "padim-lite": plan(padimLiteMethod, {
    smoothing: [1 / 96, 1 / 48, 1 / 32, 1 / 24, 1 / 16],
    standardizesPlaces: [true, false],
    priorImages: [0.5, 2, 8],
    grid: [20, 40, 80],
  }),
  iforest: plan(iforestMethod, {
    smoothing: [1 / 64, 1 / 32, 1 / 16, 1 / 12],
    standardizesPlaces: [true, false],
    sampleSize: [256, 1024, 4096, 16_384],
    grid: [16, 32, 64],
    trees: [100, 300],
  }),
  vae: plan(vaeMethod, {
    smoothing: [1 / 128, 1 / 64, 1 / 32, 1 / 16],
    decoderDeviation: [0.03, 0.1, 0.3],
    learningRate: [3e-4, 1e-3, 3e-3],
    latentSize: [16, 32, 128, 512],
  }),
  "autoencoder-ssim": plan(autoencoderSsimMethod, {
    smoothing: [0, 1 / 64, 1 / 32, 1 / 16],
    learningRate: [3e-4, 1e-3, 3e-3],
    latentSize: [16, 32, 128, 512],
  }),
  ganomaly: plan(ganomalyMethod, {
    score: ["codes", "map"],
    smoothing: [1 / 64, 1 / 32, 1 / 16],
    learningRate: [3e-4, 1e-3, 3e-3],
    contextual: [10, 50, 250],
    latentSize: [32, 128, 512],
  }),
  "f-anogan": plan(fAnoganMethod, {
    score: ["loss", "map"],
    smoothing: [1 / 64, 1 / 32, 1 / 16],
    learningRate: [5e-4, 2e-3, 5e-3],
    featureWeight: [0.1, 1, 10],
    latentSize: [32, 128, 512],
  }),
  ddim: plan(ddimMethod, {
    smoothing: [1 / 64, 1 / 32, 1 / 16],
    noiseSteps: [2, 5, 10, 25, 50, 100, 250],
    noise: ["gaussian", "simplex"],
    condition: [0, 1, 3],
  }),
  "radar:scoring=paper": plan<RadarOptions, PaperSettings>(
    (given, largestSidePx, changed) =>
      radarMethod(
        resolveRadarOptions({ ...given, scoring: "paper" }, largestSidePx),
        paperReadout({ ...paperSettings, ...changed }),
      ),
    { timestep: [0, 5, 10, 20, 50, 100], addsNoise: [true, false], windowStridePx: [1, 4, 10, 20] },
  ),
  "one-step": plan(oneStepMethod, {
    smoothing: [1 / 64, 1 / 32, 1 / 16],
    noiseSteps: [2, 5, 10, 25, 50, 100, 200, 300, 400],
    noise: ["gaussian", "simplex"],
  }),
};

function plan<Options, Settings>(
  method: Method<Options, Settings>,
  tried: { readonly [Name in keyof Settings]?: readonly Settings[Name][] },
): TuningPlan {
  return {
    // options and changes come from the same table, so that they fit
    prepare: (given, largestSidePx, changed) =>
      method(given as Options, largestSidePx, changed as Partial<Settings>),
    tried: tried as TuningPlan["tried"],
  };
}
