/** PaDiM: a Gaussian at each place of features of a pretrained network that the user brings. */
import { OptionError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import { concat, constant, gather, resizeLinear, type Tensor } from "../../graph/index.ts";
import type { Learned, LearningContext, Method } from "../method.ts";
import { learnPlaceDistance } from "../statistical/place-distance.ts";
import { type Backbone, backboneFeatures, type Stage } from "./backbone.ts";
import {
  type BackboneOptions,
  type BackboneSettings,
  type BackboneSource,
  backboneMethod,
} from "./backbone-method.ts";

/** Constants of PaDiM. */
export interface PadimSettings extends BackboneSettings {
  /** Channels that are kept, drawn at random. */
  readonly dimensions: number;
  /** Variance that is added to each direction. */
  readonly addedVariance: number;
  /** Standard deviation of the map's smoothing as a fraction of the side. */
  readonly smoothing: number;
}

const mostPlaces = 25_000; // a gigabyte of covariances (ours)

/** PaDiM, given its options. @see docs/detectors/padim.md */
export const padimMethod: Method<BackboneOptions, PadimSettings> = backboneMethod<PadimSettings>({
  method: "padim",
  scoring: "distance",
  settings: {
    strides: [4, 8, 16], // layers 1 to 3 of a ResNet (the paper's)
    dimensions: 100, // the paper's for ResNet18
    addedVariance: 0.01, // the paper's
    smoothing: 1 / 64, // anomalib's: 4 of 256 pixels
  },
  learn,
});

async function learn(
  context: LearningContext,
  imageSize: number,
  { backbone, stages, settings }: BackboneSource & { readonly settings: PadimSettings },
): Promise<Pick<Learned, "source" | "parameters">> {
  const { dimensions, addedVariance, smoothing } = settings;
  const [finest] = stages;
  const places = (finest?.height ?? 0) * (finest?.width ?? 0);
  if (places > mostPlaces) {
    throw new OptionError(
      `imageSize: expected one at which padim has ${mostPlaces} places or fewer, each with a covariance of its own, got ${places} at ${imageSize} pixels. Use a smaller one, or \`layers\` with a coarser stage.`,
    );
  }
  const channels = drawn(stages, dimensions, context.random.split("channels"));
  return learnPlaceDistance(context, imageSize, {
    features: (pictures) => embedding(backbone, stages, channels, pictures),
    places,
    dimensions: channels.length,
    alwaysByPlace: true,
    priorImages: 0,
    addedVariance,
    smoothing,
    standardizesPlaces: false,
  });
}

/** Numbers of the channels that are kept, ascending; all of them where there are no more. */
function drawn(stages: readonly Stage[], dimensions: number, random: Random): number[] {
  const total = stages.reduce((sum, { channels }) => sum + channels, 0);
  return Array.from(random.permutation(total).slice(0, dimensions)).sort((a, b) => a - b);
}

/** Some channels of all stages on the finest one's grid, float32 [N, D, h, w]. */
function embedding(
  backbone: Backbone,
  stages: readonly Stage[],
  channels: readonly number[],
  pictures: Tensor,
): Tensor {
  const { height = 1, width = 1 } = stages[0] ?? {};
  let first = 0; // channel of the stage's first one
  const parts = backboneFeatures(backbone, stages, pictures).flatMap((features, i) => {
    const own = stages[i]?.channels ?? 0;
    const chosen = channels.filter((channel) => channel >= first && channel < first + own);
    const indices = BigInt64Array.from(chosen, (channel) => BigInt(channel - first));
    first += own;
    if (chosen.length === 0) return [];
    const kept = gather(features, constant({ dtype: "int64", shape: [indices.length], data: indices }), 1);
    return [i === 0 ? kept : resizeLinear(kept, height, width)];
  });
  return concat(parts, 1);
}
