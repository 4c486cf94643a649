/** All methods by name. A new one is a file with a function from options to {@link PreparedMethod}, and a line here. */
import { checkChoice, describe } from "../base/check.ts";
import { OptionError } from "../base/errors.ts";
import { ddimMethod } from "./diffusion/ddim.ts";
import { ddpmMethod } from "./diffusion/ddpm.ts";
import type { DiffusionOptions } from "./diffusion/diffusion-options.ts";
import { oneStepMethod } from "./diffusion/one-step.ts";
import type { PreparedMethod } from "./method.ts";
import { autoencoderSsimMethod } from "./networks/autoencoder-ssim.ts";
import { fAnoganMethod } from "./networks/f-anogan.ts";
import { ganomalyMethod } from "./networks/ganomaly.ts";
import { vaeMethod } from "./networks/vae.ts";
import type { BackboneOptions } from "./pretrained/backbone-method.ts";
import { padimMethod } from "./pretrained/padim.ts";
import { patchcoreMethod } from "./pretrained/patchcore.ts";
import { radarMethod } from "./radar/radar.ts";
import { type RadarOptions, resolveRadarOptions } from "./radar/radar-options.ts";
import { gaussianMethod } from "./statistical/gaussian.ts";
import { iforestMethod } from "./statistical/iforest.ts";
import { padimLiteMethod } from "./statistical/padim-lite.ts";
import { pcaMethod } from "./statistical/pca.ts";
import { robustPcaMethod } from "./statistical/robust-pca.ts";

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
