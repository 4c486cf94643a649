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

/** Good images that a readout may look at first, before all of them (ours). */
const sampledImages = 64;

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
  const readFrom = (images: Observations, sample: Observations) =>
    readout.fit(images, {
      random: random.split("readout"),
      classifier: options.classifier,
      sample,
    });
  const fitted =
    observations.outputs.length === 0 // the network says it all
      ? await readFrom(nothing(), nothing())
      : await withSession(backend, observations, (session) => {
          const sizePx = options.imageSize;
          return readFrom(
            outputsOf(session, shown, { sizePx, onProgress: context.onStageProgress }),
            outputsOf(session, evenlySpaced(context.images, sampledImages), { sizePx }),
          );
        });
  return {
    source: radarMaps(network, fitted),
    parameters: parameterCount(namedParameters(unet)),
    steps: trained.steps,
    finalLoss: trained.finalLoss,
    ...(fitted.found && { found: fitted.found }),
  };
}

type Observations = AsyncIterable<Record<string, NdArray>>;

/** At most that many, from the first to the last. */
function evenlySpaced<T>(items: readonly T[], most: number): T[] {
  const count = Math.min(items.length, most);
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)] as T);
}

async function* nothing(): AsyncGenerator<never> {}
