/** RADAR as a method: train the network, fit the readout. */

import type { NdArray } from "../../base/array.ts";
import { outputsOf, withSession } from "../../detectors/run-graph.ts";
import { namedParameters, parameterCount } from "../../nn/index.ts";
import type { Learned, LearningContext, PreparedMethod } from "../method.ts";
import { observationGraph, radarMaps } from "./radar-network.ts";
import type { ResolvedRadarOptions } from "./radar-options.ts";
import { timestepLimits, trainRadarNetwork } from "./radar-training.ts";
import type { Readout } from "./readout.ts";
import { readouts } from "./readouts.ts";

/**
 * RADAR with its options.
 *
 * @param readout - Default: that of the options' scoring, which also decides what the network learns.
 * @see docs/detectors/radar.md
 */
export function radarMethod(
  options: ResolvedRadarOptions,
  readout: Readout = readouts[options.scoring],
): PreparedMethod {
  const { unet, learningRate, length, scoring, classifier, start, keepsEncoder } = options;
  return {
    method: "radar",
    scoring,
    options,
    tolerance: readout.tolerance,
    settings: {
      ...unet,
      learningRate,
      length,
      start,
      keepsEncoder,
      timestepLimit: timestepLimits[readout.network],
      ...readout.settings,
      ...(classifier && { classifier }),
    },
    learn: (context) => learn(options, readout, context),
  };
}

async function learn(
  options: ResolvedRadarOptions,
  readout: Readout,
  context: LearningContext,
): Promise<Learned> {
  const { random, shown, backend } = context;
  const { unet, trained } = await trainRadarNetwork(options, context);
  context.onStage?.("fitting the score");
  const network = {
    unet,
    parameters: trained.average,
    imageSizePx: options.imageSize,
    patchSizePx: options.patchSize,
    readout,
    readsGrey: context.areGrey && readout.mayReadGrey === true,
    random,
  };
  const observations = observationGraph(network);
  const readFrom = (images: AsyncIterable<Record<string, NdArray>>) =>
    readout.fit(images, { random: random.split("readout"), classifier: options.classifier });
  const fitted =
    observations.outputs.length === 0 // the network says it all
      ? await readFrom(nothing())
      : await withSession(backend, observations, (session) =>
          readFrom(
            outputsOf(session, shown, { sizePx: options.imageSize, onProgress: context.onStageProgress }),
          ),
        );
  return {
    source: radarMaps(network, fitted),
    parameters: parameterCount(namedParameters(unet)),
    steps: trained.steps,
    finalLoss: trained.finalLoss,
  };
}

async function* nothing(): AsyncGenerator<never> {}
