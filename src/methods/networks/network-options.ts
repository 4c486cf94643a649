/** Options of the methods that train a network of strided convolutions on whole pictures. */

import {
  checkSize,
  type GivenOptions,
  type ResolvedCommonOptions,
  refuseOptions,
  resolveCommonOptions,
} from "../options.ts";
import type { ConvCoderOptions } from "./conv-coder.ts";

/** Options with their values, and the network they ask for, but for the length of its code. */
export interface ResolvedNetworkOptions extends ResolvedCommonOptions {
  readonly network: Omit<ConvCoderOptions, "latentSize">;
}

/** Widths of encoder, decoder and critic (ours): four levels, so that sides are multiples of 16. */
const widths = {
  widths: [16, 32, 64, 128],
  neckChannels: 16,
  groups: 8,
} as const;

/**
 * Common options with their values, checked, and the network.
 *
 * @param method - Its name, for messages.
 * @param largestSidePx - Longer side of a typical training image: the default size is no larger.
 * @throws {OptionError} E_OPTION if an option is out of range or of no use to the method, or the size does not fit the network.
 */
export function resolveNetworkOptions(
  method: string,
  given: GivenOptions,
  largestSidePx: number,
): ResolvedNetworkOptions {
  refuseOptions(method, given, ["scoring", "patchSize"]);
  const common = resolveCommonOptions(given, largestSidePx);
  checkSize("imageSize", common.imageSize, 2 ** widths.widths.length);
  return { ...common, network: { ...widths, imageSizePx: common.imageSize } };
}
