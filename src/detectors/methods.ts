/** All methods by name. A new one is a file with a function from options to {@link PreparedMethod}, and a line here. */
import { checkChoice } from "../base/check.ts";
import { autoencoderSsimMethod } from "./autoencoder-ssim.ts";
import { fAnoganMethod } from "./f-anogan.ts";
import { ganomalyMethod } from "./ganomaly.ts";
import type { PreparedMethod } from "./method.ts";
import { radarMethod } from "./radar.ts";
import { type RadarOptions, resolveRadarOptions } from "./radar-options.ts";
import { vaeMethod } from "./vae.ts";

/** Names of all methods, RADAR first. */
export const methodNames = ["radar", "vae", "autoencoder-ssim", "ganomaly", "f-anogan"] as const;

/** Name of a method. */
export type MethodName = (typeof methodNames)[number];

/** Options of any method; what a method has no use for is refused by it. */
export interface TrainingOptions extends RadarOptions {
  /** Default "radar". */
  readonly method?: MethodName | undefined;
}

/** Checks options and gives a method ready to learn. `largestSidePx`: longer side of a typical training image. */
type Prepare = (options: RadarOptions, largestSidePx: number) => PreparedMethod;

const methods: Readonly<Record<MethodName, Prepare>> = {
  radar: (options, largestSidePx) => radarMethod(resolveRadarOptions(options, largestSidePx)),
  vae: vaeMethod,
  "autoencoder-ssim": autoencoderSsimMethod,
  ganomaly: ganomalyMethod,
  "f-anogan": fAnoganMethod,
};

/**
 * A method with its options, checked.
 *
 * @param largestSidePx - Longer side of a typical training image: the default size is no larger.
 * @throws {OptionError} E_OPTION if there is no such method, or an option is out of range or of no use to it.
 */
export function prepareMethod(options: TrainingOptions, largestSidePx: number): PreparedMethod {
  const { method = "radar", ...rest } = options;
  checkChoice("method", method, methodNames);
  return methods[method](rest, largestSidePx);
}
