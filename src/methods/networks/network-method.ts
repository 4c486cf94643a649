/** What the methods share that train a network on whole pictures and read their maps off it. */

import type { AnomalyMaps } from "../../detectors/map-source.ts";
import type { Tensor } from "../../graph/index.ts";
import { bindParameters, parameterCount } from "../../nn/index.ts";
import { type Objective, type TrainStepOptions, trainedParameters } from "../../train/index.ts";
import type { Learned, LearningContext, Method } from "../method.ts";
import type { GivenOptions } from "../options.ts";
import { trainNetwork } from "../train-network.ts";
import type { ConvCoderOptions } from "./conv-coder.ts";
import { type ResolvedNetworkOptions, resolveNetworkOptions } from "./network-options.ts";
import { type Draw, PictureBatches } from "./picture-batches.ts";

/** A network, what it learns and how it is read; its parameters are still open. */
export interface NetworkParts {
  /** One of its inputs is `pictures`, float32 [N, 3, S, S]. */
  readonly objective: Objective;
  /** The objective's other inputs, drawn anew at each step. */
  readonly draws?: Readonly<Record<string, Draw>>;
  /** As `MapSource.maps`. */
  readonly read: (pictures: Tensor) => AnomalyMaps;
}

/** Constants of all these methods. */
export interface NetworkSettings {
  /** Peak of AdamW's. */
  readonly learningRate: number;
  /** Length of the code. */
  readonly latentSize: number;
  /** Standard deviation of the map's smoothing as a fraction of the side. */
  readonly smoothing: number;
}

/** A method that trains a network on whole pictures. */
export interface NetworkMethod<Settings extends NetworkSettings> {
  readonly method: string;
  readonly scoring: string;
  /** Plain data. */
  readonly settings: Settings;
  /** Names of the settings that decide how maps are read, not what is trained; `smoothing` is one without being named. */
  readonly reading?: readonly (keyof Settings)[];
  /** What differs from the defaults of all trainings, besides the learning rate. */
  readonly step?: Partial<TrainStepOptions>;
  /** @param batchShape - [N, 3, S, S] of a training step. */
  readonly build: (
    network: ConvCoderOptions,
    batchShape: readonly [number, number, number, number],
    settings: Settings,
  ) => NetworkParts;
}

/** The method by its options. Maps are standardised at each place (ours). */
export function networkMethod<Settings extends NetworkSettings>(
  definition: NetworkMethod<Settings>,
): Method<GivenOptions, Settings> {
  const { method, scoring, step } = definition;
  return (given, largestSidePx, changed) => {
    const options = resolveNetworkOptions(method, given, largestSidePx);
    const settings = { ...definition.settings, ...changed };
    return {
      method,
      scoring,
      options,
      settings: { ...options.network, ...step, ...settings, length: options.length },
      learn: (context) => learn({ ...definition, settings }, options, context),
    };
  };
}

async function learn<Settings extends NetworkSettings>(
  { method, settings, reading = [], step: ownStep, build }: NetworkMethod<Settings>,
  options: ResolvedNetworkOptions,
  context: LearningContext,
): Promise<Learned> {
  const { imageSize: imageSizePx, batchSize, length } = options;
  const { learningRate, latentSize } = settings;
  const network = { ...options.network, latentSize };
  const step = { ...ownStep, learningRate };
  const { objective, draws, read } = build(network, [batchSize, 3, imageSizePx, imageSizePx], settings);
  const batches = new PictureBatches(context.shown, {
    imageSizePx,
    batchSize,
    symmetries: context.symmetries,
    ...(draws && { draws }),
    random: context.random.split("batches"),
  });
  const trainedBy = Object.entries(settings).filter(([name]) => !["smoothing", ...reading].includes(name));
  const identity = { method, network, batchSize, settings: Object.fromEntries(trainedBy) };
  const { tolerance } = context;
  const trained = await trainNetwork(objective, { batches, length, tolerance, identity, step }, context);
  const parameters = trainedParameters(objective);
  return {
    source: {
      imageSizePx,
      standardizesPlaces: true,
      maps: (pictures) => {
        const { maps, score } = read(pictures);
        const open = score === undefined ? [maps] : [maps, score];
        const [bound = maps, boundScore] = bindParameters(open, parameters, trained.average);
        return { maps: bound, ...(boundScore && { score: boundScore }) };
      },
    },
    parameters: parameterCount(parameters),
    steps: trained.steps,
    finalLoss: trained.finalLoss,
  };
}
