/** What follows the network's training: fitting the score, calibrating the threshold, writing the model file. */
import type { NdArray } from "../base/array.ts";
import type { Graph } from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import type { Backend, Session } from "../runtime/backend.ts";
import { conformalThreshold } from "./calibration.ts";
import { type DetectorDescription, descriptionKey } from "./description.ts";
import { goldenKey, goldenOf } from "./golden.ts";
import { fitMapScales, maximum } from "./map-scale.ts";
import { fitPlaceScales } from "./place-scale.ts";
import { imageInputName } from "./preprocess.ts";
import { pictureOf, stackPictures } from "./run-detector.ts";
import {
  detectorGraph,
  mapsGraph,
  observationGraph,
  outputNames,
  type TrainedNetwork,
} from "./score-graph.ts";

/** What fitting needs besides the network. */
export interface FitOptions {
  /** Images the network learned from, uint8 [3, S, S] each: the score is fitted on them. */
  readonly learned: readonly Uint8Array[];
  /** Good images it has not seen: the maps' scales are measured on them. */
  readonly tuning: readonly Uint8Array[];
  /** Other good images it has not seen: the threshold is set on them. */
  readonly heldOut: readonly Uint8Array[];
  readonly falseAlarmRate: number | "auto";
  readonly backend: Backend;
  /** The description, given its calibration. */
  readonly describe: (calibration: DetectorDescription["calibration"]) => DetectorDescription;
}

/** Brightest colour of a heat map as a multiple of the pixel threshold (ours): a normal image stays in the dark half. */
const mapHeadroom = 2;

/**
 * Fits the readout on images learned from and the maps' scales on others, sets image and pixel thresholds on held-out ones, and encodes it all.
 *
 * The pixel threshold is the image threshold's twin: at the same rate, a good image has no pixel above it.
 *
 * @returns The bytes of the model file and what it tells of itself.
 * @throws {DataError} E_FALSE_ALARM_RATE if there are too few held-out images for the rate.
 */
export async function fitDetector(
  network: TrainedNetwork,
  options: FitOptions,
): Promise<{ model: Uint8Array; description: DetectorDescription }> {
  const { backend, falseAlarmRate } = options;
  const size = network.imageSizePx;
  const readout = await withSession(backend, observationGraph(network), (session) =>
    network.readout.fit(outputsOf(session, options.learned, size, "observation"), {
      count: options.learned.length,
      random: network.random.split("readout"),
    }),
  );
  const places = network.readout.standardizesPlaces
    ? await withSession(backend, mapsGraph(network, readout), (session) =>
        fitPlaceScales(outputsOf(session, options.learned, size, "maps")),
      )
    : undefined;
  const scales = await withSession(backend, mapsGraph(network, readout, places), (session) =>
    fitMapScales(outputsOf(session, options.tuning, size, "maps")),
  );
  const fitted = { readout, places, scales };
  const readings = await withSession(backend, detectorGraph(network, fitted), async (session) => {
    const rows: { score: number; largest: number }[] = [];
    for (const planes of options.heldOut) {
      const outputs = await session.run({ [imageInputName]: stackPictures([pictureOf(planes, size)]) });
      const largest = maximum(outputs[outputNames.map]?.data ?? []);
      rows.push({ score: Number(outputs[outputNames.score]?.data[0]), largest });
    }
    return rows;
  });
  const scores = Float32Array.from(readings, ({ score }) => score).sort();
  const image = conformalThreshold(scores, falseAlarmRate);
  const pixel = conformalThreshold(
    Float32Array.from(readings, ({ largest }) => largest),
    falseAlarmRate,
  );
  const description = options.describe({
    images: scores.length,
    threshold: image.threshold,
    falseAlarmRate: image.falseAlarmRate,
    pixelThreshold: pixel.threshold,
    mapMaximum: mapHeadroom * pixel.threshold,
    scores: Array.from(scores),
  });
  const decision = { calibrationScores: scores, threshold: image.threshold };
  const graph = detectorGraph(network, { ...fitted, decision });
  const golden = await withSession(backend, graph, (session) => goldenOf(session, size));
  const metadata = { [descriptionKey]: JSON.stringify(description), [goldenKey]: JSON.stringify(golden) };
  return { model: encodeModel(graph, metadata), description };
}

/** One output for each image, one call each. */
async function* outputsOf(
  session: Session,
  images: readonly Uint8Array[],
  sizePx: number,
  name: string,
): AsyncGenerator<NdArray> {
  for (const planes of images) {
    const { [name]: output } = await session.run({
      [imageInputName]: stackPictures([pictureOf(planes, sizePx)]),
    });
    if (output !== undefined) yield output;
  }
}

async function withSession<T>(
  backend: Backend,
  graph: Graph,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await backend.load(encodeModel(graph));
  try {
    return await use(session);
  } finally {
    await session.dispose();
  }
}
