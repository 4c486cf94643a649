/** What the methods share that train a network on whole pictures and read their maps off it. */
import type { Tensor } from "../graph/index.ts";
import { bindParameters, type ConvCoderOptions, parameterCount } from "../nn/index.ts";
import { type Objective, type TrainStepOptions, trainedParameters } from "../train/index.ts";
import type { AnomalyMaps } from "./map-source.ts";
import type { Learned, LearningContext, PreparedMethod } from "./method.ts";
import { type ResolvedNetworkOptions, resolveNetworkOptions } from "./network-options.ts";
import { type Draw, PictureBatches } from "./picture-batches.ts";
import type { RadarOptions } from "./radar-options.ts";
import { trainNetwork } from "./train-network.ts";

/** A network, what it learns and how it is read; its parameters are still open. */
export interface NetworkParts {
  /** One of its inputs is `pictures`, float32 [N, 3, S, S]. */
  readonly objective: Objective;
  /** The objective's other inputs, drawn anew at each step. */
  readonly draws?: Readonly<Record<string, Draw>>;
  /** As `MapSource.maps`. */
  readonly read: (pictures: Tensor) => AnomalyMaps;
}

/** A method that trains a network on whole pictures. */
export interface NetworkMethod {
  readonly method: string;
  readonly scoring: string;
  /** The learning rate, and what differs from the defaults of all trainings. */
  readonly step: Pick<TrainStepOptions, "learningRate"> & Partial<TrainStepOptions>;
  /** Other numbers that decide what is trained, plain data. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** @param batchShape - [N, 3, S, S] of a training step. */
  readonly build: (
    network: ConvCoderOptions,
    batchShape: readonly [number, number, number, number],
  ) => NetworkParts;
}

/**
 * The method, given options and the longer side of a typical training image. Maps are standardised at each place (ours).
 */
export function networkMethod(
  definition: NetworkMethod,
): (given: RadarOptions, largestSidePx: number) => PreparedMethod {
  const { method, scoring, step, settings } = definition;
  return (given, largestSidePx) => {
    const options = resolveNetworkOptions(method, given, largestSidePx);
    return {
      method,
      scoring,
      options,
      settings: { ...options.network, ...step, ...settings, length: options.length },
      learn: (context) => learn(definition, options, context),
    };
  };
}

async function learn(
  { method, step, settings, build }: NetworkMethod,
  options: ResolvedNetworkOptions,
  context: LearningContext,
): Promise<Learned> {
  const { imageSize: imageSizePx, batchSize, network, length } = options;
  const { objective, draws, read } = build(network, [batchSize, 3, imageSizePx, imageSizePx]);
  const batches = new PictureBatches(context.images, {
    imageSizePx,
    batchSize,
    symmetries: context.symmetries,
    ...(draws && { draws }),
    random: context.random.split("batches"),
  });
  const identity = { method, network, batchSize, settings };
  const trained = await trainNetwork(objective, { batches, length, identity, step }, context);
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
