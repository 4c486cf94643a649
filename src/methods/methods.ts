/** All methods by name. A new one is a file in its family's folder with a function from options to {@link PreparedMethod}, and a line here. */
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
import { textureForestMethod } from "./statistical/texture-forest.ts";
import { texturedSurfaceMethod } from "./statistical/textured-surface.ts";

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
  "textured-surface",
  "texture-forest",
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

/** How a method is prepared, and which of the options that only some methods know are for it. */
type Row = readonly [prepare: Prepare, ...uses: (keyof TrainingOptions)[]];

const methods: Readonly<Record<MethodName, Row>> = {
  radar: [
    (options, largestSidePx) => radarMethod(resolveRadarOptions(options, largestSidePx)),
    "classifier",
    "start",
  ],
  ddpm: [ddpmMethod, "noiseSteps", "calls", "noise"],
  ddim: [ddimMethod, "noiseSteps", "calls", "noise", "condition"],
  "one-step": [oneStepMethod, "noiseSteps", "noise"],
  vae: [vaeMethod],
  "autoencoder-ssim": [autoencoderSsimMethod],
  ganomaly: [ganomalyMethod],
  "f-anogan": [fAnoganMethod],
  gaussian: [gaussianMethod],
  pca: [pcaMethod],
  "robust-pca": [robustPcaMethod],
  "padim-lite": [padimLiteMethod],
  iforest: [iforestMethod],
  "textured-surface": [texturedSurfaceMethod],
  "texture-forest": [textureForestMethod],
  padim: [padimMethod, "backbone", "layers"],
  patchcore: [patchcoreMethod, "backbone", "layers"],
};

/** Options that are for some methods only. */
const optionsOfSome = new Set(Object.values(methods).flatMap(([, ...uses]) => uses));

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
  const [prepare] = methods[method];
  return prepare(rest, largestSidePx);
}

function refuseOthers(method: MethodName, given: TrainingOptions): void {
  for (const name of optionsOfSome) {
    const users = methodNames.filter((user) => methods[user].includes(name));
    const value = given[name];
    if (value === undefined || users.includes(method)) continue;
    const shown = typeof value === "object" ? "one" : describe(value);
    throw new OptionError(
      `${name}: expected none with the method ${method}, got ${shown}. It is for ${users.join(", ")}; leave it out.`,
    );
  }
}
