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

/** Constants that all of these methods have. */
export interface BackboneSettings {
  /** Strides of the stages that are read, where the user names no layers. */
  readonly strides: readonly number[];
}

/** What one of the methods adds to the common part. */
export interface BackboneEstimator<Settings extends BackboneSettings>
  extends Omit<Estimator<Settings>, "learn"> {
  /** Learns from images uint8 [3, S, S], S = `imageSize`, by way of the stages. */
  readonly learn: (
    context: LearningContext,
    imageSize: number,
    source: BackboneSource & { readonly settings: Settings },
  ) => Promise<Pick<Learned, "source" | "parameters" | "found">>;
}

/** A backbone and the stages of it that are read, finest first. */
export interface BackboneSource {
  readonly backbone: Backbone;
  readonly stages: readonly Stage[];
}

/** A method on a backbone by its options; to give none is an error, and options of networks that are trained are refused. */
export function backboneMethod<Settings extends BackboneSettings>(
  estimator: BackboneEstimator<Settings>,
): Method<BackboneOptions, Settings> {
  return (given, largestSidePx, changed) => prepare(estimator, given, largestSidePx, changed);
}

function prepare<Settings extends BackboneSettings>(
  { learn, ...estimator }: BackboneEstimator<Settings>,
  { backbone, layers, ...given }: BackboneOptions,
  ...[largestSidePx, changed]: readonly [number, Partial<Settings> | undefined]
): PreparedMethod {
  const { method } = estimator;
  if (backbone === undefined) {
    throw new OptionError(
      `backbone: expected an ONNX file, since ${method} reads features of a network that you bring, got none. Give \`backbone\`.`,
    );
  }
  if (layers?.length === 0) {
    throw new OptionError("layers: expected names of tensors, got none. Leave it out to have them found.");
  }
  const settings = { ...estimator.settings, ...changed };
  const prepared = statisticalMethod({
    ...estimator,
    settings: { ...settings, backbone: backbone.hash, layers: layers ?? "by size" },
    learn: async (context, imageSize) => {
      const { strides } = settings;
      const stages = await backboneStages(backbone, { backend: context.backend, imageSize, strides, layers });
      context.onStage?.(`reading ${stages.map(stageText).join(", ")} of ${context.shown.length} images`);
      const learned = await learn(context, imageSize, { backbone, stages, settings });
      return { ...learned, found: { layers: stages.map(({ name }) => name), ...learned.found } };
    },
  })(given, largestSidePx);
  return {
    ...prepared,
    learn: async (context) => ({ ...(await prepared.learn(context)), networkCalls: 1 }),
  };
}

function stageText({ name, channels, height, width }: Stage): string {
  return `${name} (${channels} x ${height} x ${width})`;
}
