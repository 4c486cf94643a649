/** Options of the methods that reconstruct pictures by diffusion. */
import { checkChoice, checkInteger, checkNumber } from "../../base/check.ts";
import { type CommonOptions, refuseOptions } from "../options.ts";
import { type RadarOptions, type ResolvedRadarOptions, resolveRadarOptions } from "../radar/radar-options.ts";
import { timestepLimit } from "../radar/radar-training.ts";
import { type NoiseName, noiseNames } from "./fixed-noise.ts";

/** What a user may set; everything has a default. */
export interface DiffusionOptions extends CommonOptions {
  /** Side of the patches the network sees, in pixels. Default: the whole image. */
  readonly patchSize?: number | undefined;
  /** Steps of noise, of 1000, that are added and undone; 1 to 400, which the network learns. Default: the method's, or `calls` if that is more. */
  readonly noiseSteps?: number | undefined;
  /** Calls of the network for each picture, no more than steps of noise. Default: the method's. */
  readonly calls?: number | undefined;
  /** What pictures are noised with. Default "gaussian". */
  readonly noise?: NoiseName | undefined;
  /** How strongly the reconstruction is kept to the picture, >= 0. Default 0: not at all. */
  readonly condition?: number | undefined;
}

/** Constants of a method that reconstructs by diffusion: its chain, and how its map is smoothed. */
export interface DiffusionSettings extends Omit<ChainOptions, "calls"> {
  /** Calls of the network, fewer where there are fewer steps of noise; "every": one for each of them. */
  readonly calls: number | "every";
  /** Standard deviation of the map's smoothing as a fraction of the patch's side. */
  readonly smoothing: number;
}

/** A chain with its numbers. */
export interface ChainOptions {
  /** Steps of noise that are added and undone, of 1000. */
  readonly noiseSteps: number;
  readonly calls: number;
  /** 1 for fresh noise in every step as in DDPM, 0 for none as in DDIM. */
  readonly eta: number;
  readonly noise: NoiseName;
  readonly condition: number;
}

/** All options with their values; those of the network are the ones of RADAR's, so that the network is the same. */
export interface ResolvedDiffusionOptions extends ResolvedRadarOptions {
  readonly chain: ChainOptions;
  /** As in the settings. */
  readonly smoothing: number;
}

/**
 * Every option with its value, checked.
 *
 * @param method - Its name, for messages.
 * @param settings - The method's own constants.
 * @param largestSidePx - Longer side of a typical training image: the default size is no larger.
 * @throws {OptionError} E_OPTION if an option is out of range or of no use to the method, or a size does not fit the network.
 */
export function resolveDiffusionOptions(
  method: string,
  given: DiffusionOptions & Pick<RadarOptions, "scoring">,
  { smoothing, ...defaults }: DiffusionSettings,
  largestSidePx: number,
): ResolvedDiffusionOptions {
  refuseOptions(method, given, ["scoring"]);
  checkInteger("noiseSteps", given.noiseSteps ?? 1, { minimum: 1, maximum: timestepLimit });
  checkInteger("calls", given.calls ?? 1, { minimum: 1, maximum: given.noiseSteps ?? timestepLimit });
  const { noise = defaults.noise, condition = defaults.condition } = given;
  const { noiseSteps = Math.max(defaults.noiseSteps, given.calls ?? 0) } = given;
  const { calls = defaults.calls === "every" ? noiseSteps : Math.min(defaults.calls, noiseSteps) } = given;
  checkChoice("noise", noise, noiseNames);
  checkNumber("condition", condition, { minimum: 0 });
  const radar = resolveRadarOptions({ ...given, scoring: "combined" }, largestSidePx);
  return { ...radar, chain: { ...defaults, noiseSteps, calls, noise, condition }, smoothing };
}
