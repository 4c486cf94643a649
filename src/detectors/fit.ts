/** What follows a method's learning: scaling its maps, calibrating the thresholds, writing the model file. */
import { encodeModel } from "../onnx/index.ts";
import type { Backend } from "../runtime/backend.ts";
import { conformalThreshold } from "./calibration.ts";
import { type DetectorDescription, descriptionKey } from "./description.ts";
import { detectorGraph, mapsGraph, outputNames } from "./detector-graph.ts";
import { goldenKey, goldenOf } from "./golden.ts";
import { fitMapScales, maximum } from "./map-scale.ts";
import type { MapSource } from "./map-source.ts";
import { fitPlaceScales } from "./place-scale.ts";
import { outputOf, outputsOf, withSession } from "./run-graph.ts";
import { sealed } from "./seal.ts";

/** What fitting needs besides the source of maps. */
export interface FitOptions {
  /** Images the method learned from, uint8 [3, S, S] each: places are standardised on them. */
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

/** A fitted detector. */
export interface FittedDetector {
  /** The model file. */
  readonly model: Uint8Array;
  readonly description: DetectorDescription;
  /** Scores of the held-out images, in their order. */
  readonly heldOutScores: readonly number[];
}

/** Brightest colour of a heat map as a multiple of the pixel threshold (ours): a normal image stays in the dark half. */
const mapHeadroom = 2;

/** Threshold that this is taken of at least, in usual maxima of good images (ours): held-out images may be darker than any learned. */
const leastThreshold = 0.5;

/**
 * Brings the maps to scale, sets image and pixel thresholds on held-out images, and encodes it all.
 *
 * The pixel threshold is the image threshold's twin: at the same rate, a good image has no pixel above it.
 *
 * @throws {DataError} E_FALSE_ALARM_RATE if there are too few held-out images for the rate.
 */
export async function fitDetector(source: MapSource, options: FitOptions): Promise<FittedDetector> {
  const { backend, falseAlarmRate } = options;
  const sizePx = source.imageSizePx;
  const maps = { sizePx, name: "maps" };
  const places = source.standardizesPlaces
    ? await withSession(backend, mapsGraph(source), (session) =>
        fitPlaceScales(outputOf(session, options.learned, maps)),
      )
    : undefined;
  const scales = await withSession(backend, mapsGraph(source, places), (session) =>
    fitMapScales(outputOf(session, options.tuning, maps)),
  );
  const readings = await withSession(backend, detectorGraph(source, { places, scales }), async (session) => {
    const rows: { score: number; largest: number }[] = [];
    for await (const outputs of outputsOf(session, options.heldOut, sizePx)) {
      const largest = maximum(outputs[outputNames.map]?.data ?? []);
      rows.push({ score: Number(outputs[outputNames.score]?.data[0]), largest });
    }
    return rows;
  });
  const heldOutScores = readings.map(({ score }) => score);
  const scores = Float32Array.from(heldOutScores).sort();
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
    mapMaximum: mapHeadroom * Math.max(leastThreshold, pixel.threshold),
    scores: Array.from(scores),
  });
  const decision = { calibrationScores: scores, threshold: image.threshold };
  const graph = detectorGraph(source, { places, scales, decision });
  const golden = await withSession(backend, graph, (session) => goldenOf(session, sizePx));
  const metadata = { [descriptionKey]: JSON.stringify(description), [goldenKey]: JSON.stringify(golden) };
  return { model: await sealed(encodeModel(graph, metadata)), description, heldOutScores };
}
