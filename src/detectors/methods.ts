/** All methods by name. A new one is a file with a function from options to {@link PreparedMethod}, and a line here. */
import { checkChoice, describe } from "../base/check.ts";
import { OptionError } from "../base/errors.ts";
import { autoencoderSsimMethod } from "./autoencoder-ssim.ts";
import type { BackboneOptions } from "./backbone-method.ts";
import { ddimMethod } from "./ddim.ts";
import { ddpmMethod } from "./ddpm.ts";
import type { DiffusionOptions } from "./diffusion-options.ts";
import { fAnoganMethod } from "./f-anogan.ts";
import { ganomalyMethod } from "./ganomaly.ts";
import { gaussianMethod } from "./gaussian.ts";
import { iforestMethod } from "./iforest.ts";
import type { PreparedMethod } from "./method.ts";
import { oneStepMethod } from "./one-step.ts";
import { padimMethod } from "./padim.ts";
import { padimLiteMethod } from "./padim-lite.ts";
import { patchcoreMethod } from "./patchcore.ts";
import { pcaMethod } from "./pca.ts";
import { radarMethod } from "./radar.ts";
import { type RadarOptions, resolveRadarOptions } from "./radar-options.ts";
import { robustPcaMethod } from "./robust-pca.ts";
import { vaeMethod } from "./vae.ts";

/** Names of all methods, RADAR first. */
export const methodNames = [
  "radar",
  "ddpm",
  "ddim",
  "one-step",
  "vae",
  "autoencoder-ssim",
  "ganomaly",
  "f-anogan",
  "gaussian",
  "pca",
  "robust-pca",
  "padim-lite",
  "iforest",
  "padim",
  "patchcore",
] as const;

/** Name of a method. */
export type MethodName = (typeof methodNames)[number];

/** Options of any method; what a method has no use for is refused. */
export interface TrainingOptions
  extends RadarOptions,
    DiffusionOptions,
    Pick<BackboneOptions, "backbone" | "layers"> {
  /** Default "radar". */
  readonly method?: MethodName | undefined;
}

/** Checks options and gives a method ready to learn. `largestSidePx`: longer side of a typical training image. */
type Prepare = (options: Omit<TrainingOptions, "method">, largestSidePx: number) => PreparedMethod;

const methods: Readonly<Record<MethodName, Prepare>> = {
  radar: (options, largestSidePx) => radarMethod(resolveRadarOptions(options, largestSidePx)),
  gaussian: gaussianMethod,
  pca: pcaMethod,
  "robust-pca": robustPcaMethod,
  "padim-lite": padimLiteMethod,
  iforest: iforestMethod,
  ddpm: ddpmMethod,
  ddim: ddimMethod,
  "one-step": oneStepMethod,
  vae: vaeMethod,
  "autoencoder-ssim": autoencoderSsimMethod,
  ganomaly: ganomalyMethod,
  "f-anogan": fAnoganMethod,
  padim: padimMethod,
  patchcore: patchcoreMethod,
};

/** Options that are for some methods only, and which those are. */
const usersOf = {
  noiseSteps: ["ddpm", "ddim", "one-step"],
  calls: ["ddpm", "ddim"],
  noise: ["ddpm", "ddim", "one-step"],
  condition: ["ddim"],
  backbone: ["padim", "patchcore"],
  layers: ["padim", "patchcore"],
} as const satisfies Partial<Record<keyof TrainingOptions, readonly MethodName[]>>;

/**
 * A method with its options, checked.
 *
 * @param largestSidePx - Longer side of a typical training image: the default size is no larger.
 * @throws {OptionError} E_OPTION if there is no such method, or an option is out of range or of no use to it.
 */
export function prepareMethod(options: TrainingOptions, largestSidePx: number): PreparedMethod {
  const { method = "radar", ...rest } = options;
  checkChoice("method", method, methodNames);
  refuseOthers(method, rest);
  return methods[method](rest, largestSidePx);
}

function refuseOthers(method: MethodName, given: TrainingOptions): void {
  for (const name of Object.keys(usersOf) as (keyof typeof usersOf)[]) {
    const users: readonly MethodName[] = usersOf[name];
    const value = given[name];
    if (value === undefined || users.includes(method)) continue;
    const shown = typeof value === "object" ? "one" : describe(value);
    throw new OptionError(
      `${name}: expected none with the method ${method}, got ${shown}. It is for ${users.join(", ")}; leave it out.`,
    );
  }
}
