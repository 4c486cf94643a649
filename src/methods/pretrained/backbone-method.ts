/** What methods share that read features of a network that the user brings. */

import { OptionError } from "../../base/errors.ts";
import type { Learned, LearningContext, Method, PreparedMethod } from "../method.ts";
import type { GivenOptions } from "../options.ts";
import { type Estimator, statisticalMethod } from "../statistical/statistical.ts";
import { type Backbone, backboneStages, type Stage } from "./backbone.ts";

/** Options as given. */
export interface BackboneOptions extends GivenOptions {
  /** The network; these methods cannot do without. */
  readonly backbone?: Backbone | undefined;
  /** Names of the tensors to take features from. Default: found by their size. */
  readonly layers?: readonly string[] | undefined;
}

/** What one of the methods adds to the common part. */
export interface BackboneEstimator<Settings extends object> extends Omit<Estimator<Settings>, "learn"> {
  /** @param imageSize - S: images are uint8 [3, S, S]. */
  readonly learn: (
    context: LearningContext,
    imageSize: number,
    source: BackboneSource & { readonly settings: Settings },
  ) => Promise<Pick<Learned, "source" | "parameters" | "found">>;
}

/** A backbone and the layers that the user named. */
export interface BackboneSource {
  readonly backbone: Backbone;
  readonly layers?: readonly string[] | undefined;
}

/**
 * Finds the stages to read, says which, and that all images are about to go through them.
 *
 * @throws as {@link backboneStages}.
 */
export async function announcedStages(
  { backend, images, onStage }: LearningContext,
  imageSize: number,
  { backbone, layers, strides }: BackboneSource & { readonly strides: readonly number[] },
): Promise<Stage[]> {
  const stages = await backboneStages(backbone, { backend, imageSize, strides, layers });
  const text = stages.map(
    ({ name, channels, height, width }) => `${name} (${channels} x ${height} x ${width})`,
  );
  onStage?.(`reading ${text.join(", ")} of ${images.length} images`);
  return stages;
}

/** A method on a backbone by its options; to give none is an error, and options of networks that are trained are refused. */
export function backboneMethod<Settings extends object>(
  estimator: BackboneEstimator<Settings>,
): Method<BackboneOptions, Settings> {
  return (given, largestSidePx, changed) => prepare(estimator, given, largestSidePx, changed);
}

function prepare<Settings extends object>(
  { learn, ...estimator }: BackboneEstimator<Settings>,
  { backbone, layers, ...given }: BackboneOptions,
  ...[largestSidePx, changed]: readonly [number, Partial<Settings> | undefined]
): PreparedMethod {
  const { method } = estimator;
  if (backbone === undefined) {
    throw new OptionError(
      `backbone: expected an ONNX file, since ${method} reads features of a network that you bring, got none. Give --backbone network.onnx.`,
    );
  }
  if (layers?.length === 0) {
    throw new OptionError("layers: expected names of tensors, got none. Leave it out to have them found.");
  }
  const settings = { ...estimator.settings, ...changed };
  const prepared = statisticalMethod({
    ...estimator,
    settings: { ...settings, backbone: backbone.hash, layers: layers ?? "by size" },
    learn: (context, imageSize) => learn(context, imageSize, { backbone, layers, settings }),
  })(given, largestSidePx);
  return {
    ...prepared,
    learn: async (context) => ({ ...(await prepared.learn(context)), networkCalls: 1 }),
  };
}
