/** What follows a method's learning: scaling its maps, calibrating the thresholds, writing the model file. */
import type { NdArray } from "../base/array.ts";
import type { RgbImage } from "../base/raster.ts";
import { encodeModel } from "../onnx/index.ts";
import type { Backend } from "../runtime/backend.ts";
import { conformalThreshold } from "./calibration.ts";
import { type DetectorDescription, descriptionKey } from "./description.ts";
import { detectorGraph, highestGraph, mapsGraph, readingGraph, sourceMapsName } from "./detector-graph.ts";
import { copiesPerPicture, disturbanceCount, pictureOfCopy, toleratedScore } from "./disturbed-copies.ts";
import { scalesArray } from "./fused-map.ts";
import { goldenKey, goldenOf } from "./golden.ts";
import type { Look } from "./look.ts";
import { type MapReading, type MapScale, mapScales, scaledMaximum } from "./map-scale.ts";
import type { MapSource } from "./map-source.ts";
import { imageInputName } from "./model-names.ts";
import { oddScores } from "./odd-scores.ts";
import { fitPlaceScales } from "./place-scale.ts";
import { pictureOf, stackPictures } from "./run-detector.ts";
import { outputOf, type StageListener, withSession } from "./run-graph.ts";
import { sealed } from "./seal.ts";

/** What fitting needs besides the source of maps. */
export interface FitOptions {
  /** Images the method learned from, uint8 [3, S, S] each: places are standardised on them. */
  readonly learned: readonly Uint8Array[];
  /** Good images it has not seen: the maps' scales and the thresholds are set on them. */
  readonly heldOut: readonly Uint8Array[];
  /**
   * Disturbed copies of them: a map that minds the disturbances more than the others counts for less, and the thresholds are raised where
   * more than 15 % would be called anomalous under one of them. Default: none.
   */
  readonly disturbed?: DisturbedCopies | undefined;
  readonly falseAlarmRate: number | "auto";
  /** Whether held-out images that are like none of the others count for the thresholds all the same. */
  readonly keepOdd: boolean;
  readonly backend: Backend;
  /** What was done to the pictures before all this: the part was found in them, what is not looked at was filled. */
  readonly look?: Look | undefined;
  /** The held-out images at their own size, in the same order; needed where the look is at tiles. */
  readonly wholeHeldOut?: (() => AsyncIterable<RgbImage>) | undefined;
  /** Told after each picture that was scored. */
  readonly onProgress?: StageListener | undefined;
  /** The description, given its calibration. */
  readonly describe: (calibration: DetectorDescription["calibration"]) => DetectorDescription;
}

/** Copies of held-out images. */
export interface DisturbedCopies {
  /** Of every one at random, as `copiesOfEach` gives them, for the maps' scales: uint8 [3, S, S] each. */
  readonly images: readonly Uint8Array[];
  /** The same number at their own size; needed where the look is at tiles. */
  readonly whole?: (() => AsyncIterable<RgbImage>) | undefined;
  /** Of some of them under each usual disturbance, for the thresholds. */
  readonly stressed: StressedCopies;
}

/** Some of the held-out images under each usual disturbance. */
export interface StressedCopies {
  /** Places of the images among the held-out ones. */
  readonly places: readonly number[];
  /** Those of an image stand behind each other, as `underEach` gives them: of the model's size, at their own where the look is at tiles. */
  readonly pictures: Pictures;
}

/** A fitted detector. */
export interface FittedDetector {
  /** The model file. */
  readonly model: Uint8Array;
  readonly description: DetectorDescription;
  /** Scores of the held-out images, in their order. */
  readonly heldOutScores: readonly number[];
  /** Places among them of images that are like none of the others and were left out of the thresholds, ascending. */
  readonly odd: readonly number[];
}

/** Brightest colour of a heat map as a multiple of the pixel threshold (ours): a normal image stays in the dark half. */
const mapHeadroom = 2;

/** Threshold that this is taken of at least, in usual maxima of good images (ours): held-out images may be darker than any learned. */
const leastThreshold = 0.5;

/**
 * Brings the maps to scale, sets image and pixel thresholds on held-out images, and encodes it all.
 *
 * Each held-out image, and its copies, are scored with the scales of the others, as a new image would be. The pixel threshold is the image threshold's twin:
 * at the same rate, a good image has no pixel above it.
 *
 * @throws {DataError} E_FALSE_ALARM_RATE if there are too few held-out images for the rate.
 */
export async function fitDetector(source: MapSource, options: FitOptions): Promise<FittedDetector> {
  const { backend, falseAlarmRate, look } = options;
  const area = look?.area;
  const sizePx = source.imageSizePx;
  const { tiles } = look ?? {};
  const hasPlaces = source.standardizesPlaces && tiles === undefined; // in a tile no place means anything
  const unscaled = mapsGraph(source);
  const count = counter(options, { hasPlaces, mapCount: Number(unscaled.outputs[0]?.tensor.shape[1]) });
  const learned = { sizePx, name: "maps", onProgress: count };
  const places = hasPlaces
    ? await withSession(backend, unscaled, (session) =>
        fitPlaceScales(outputOf(session, options.learned, learned), area),
      )
    : undefined;
  const shown = (images: readonly Uint8Array[], whole: Pictures | undefined): Pictures =>
    tiles && whole ? whole : () => images.map((planes) => pictureOf(planes, sizePx));
  const heldOut = shown(options.heldOut, options.wholeHeldOut);
  const copied = shown(options.disturbed?.images ?? [], options.disturbed?.whole);
  const stressed = options.disturbed?.stressed ?? { places: [], pictures: () => [] };
  const heldOutLook = { places, look };
  const readingsFrom = (pictures: Pictures) =>
    withSession(backend, readingGraph(source, heldOutLook), (session) =>
      forEach(pictures, count, async (picture) => readingOf(await session.run(picture))),
    );
  const readings = await readingsFrom(heldOut);
  const ofCopies = options.disturbed ? await readingsFrom(copied) : [];
  const scales = mapScales(readings, ofCopies);
  const scalesFor = readings.map((_, i) => {
    const others = readings.filter((_, j) => j !== i);
    const copiesOfOthers = ofCopies.filter((_, j) => pictureOfCopy(j) !== i);
    return others.length > 0 ? mapScales(others, copiesOfOthers) : scales;
  });
  const [only, ...others] = scales;
  const hasOwnScore = readings.some(({ score }) => score !== null);
  /** Score and largest pixel of pictures, each of one of the held-out images. @param known - Their readings where they have been read. */
  const scored = async (
    pictures: Pictures,
    imageOf: (i: number) => number,
    known?: readonly MapReading[],
  ): Promise<Scored[]> => {
    const scalesOf = (i: number) => scalesFor[imageOf(i)] ?? scales;
    const isOnly = only !== undefined && others.length === 0;
    const read = known ?? (isOnly || hasOwnScore ? await readingsFrom(pictures) : undefined);
    const largest =
      isOnly && read
        ? read.map((reading, i) => scaledMaximum(reading, scalesOf(i)[0] ?? only))
        : await highestOf(pictures, scalesOf);
    return largest.map((pixel, i) => ({ score: Math.fround(read?.[i]?.score ?? pixel), largest: pixel }));
  };
  const highestOf = (pictures: Pictures, scalesOf: (i: number) => readonly MapScale[]) =>
    withSession(backend, highestGraph(source, heldOutLook, scales.length), (session) =>
      forEach(pictures, count, async (picture, i) => {
        const { highest } = await session.run({ ...picture, scales: scalesArray(scalesOf(i)) });
        return Number(highest?.data[0]);
      }),
    );
  const ofHeldOut = await scored(heldOut, (i) => i, readings);
  const heldOutScores = ofHeldOut.map(({ score }) => score);
  const odd = options.keepOdd ? [] : oddScores(heldOutScores, falseAlarmRate);
  const kept = (values: readonly number[]) =>
    Float32Array.from(values.filter((_, i) => !odd.includes(i))).sort();
  const scores = kept(heldOutScores);
  const placeOf = (copy: number) => stressed.places[Math.floor(copy / disturbanceCount)] ?? 0;
  const ofStressed = stressed.places.length > 0 ? await scored(stressed.pictures, placeOf) : [];
  const stressedRows = stressed.places
    .map((_, i) => ofStressed.slice(i * disturbanceCount, (i + 1) * disturbanceCount))
    .filter((_, i) => !odd.includes(stressed.places[i] ?? -1));
  const own = thresholdOf(source, scores, falseAlarmRate);
  const tolerated =
    own.rule === "method" // its own stays as it is
      ? undefined
      : toleratedScore(
          stressedRows.map((row) => row.map(({ score }) => score)),
          own.falseAlarmRate,
        );
  const threshold = Math.max(own.threshold, tolerated?.score ?? own.threshold);
  const pixel = conformalThreshold(kept(ofHeldOut.map(({ largest }) => largest)), falseAlarmRate);
  const largestTolerated = toleratedScore(
    stressedRows.map((row) => row.map(({ largest }) => largest)),
    pixel.falseAlarmRate,
  );
  const pixelThreshold = Math.max(pixel.threshold, largestTolerated?.score ?? pixel.threshold);
  const description = options.describe({
    images: scores.length,
    threshold,
    falseAlarmRate: own.falseAlarmRate,
    rule: own.rule,
    pixelThreshold,
    mapMaximum: mapMaximumOf(pixelThreshold),
    scores: Array.from(scores),
    ...(threshold > own.threshold && { thresholdAsTheyAre: own.threshold }),
    ...(tolerated && { toleratedScore: tolerated.score, toleratedUnder: tolerated.under }),
    ...(odd.length > 0 && { leftOut: odd.map((place) => heldOutScores[place] ?? 0) }),
  });
  const decision = { calibrationScores: scores, threshold };
  const graph = detectorGraph(source, { places, scales, decision, look });
  const golden = await withSession(backend, graph, (session) => goldenOf(session, sizePx));
  const metadata = { [descriptionKey]: JSON.stringify(description), [goldenKey]: JSON.stringify(golden) };
  const model = encodeModel(graph, metadata, { inner: [sourceMapsName] });
  return { model: await sealed(model), description, heldOutScores, odd };
}

type Threshold = Pick<DetectorDescription["calibration"], "threshold" | "falseAlarmRate" | "rule">;

/** Pixel score of a heat map's brightest colour. */
export function mapMaximumOf(pixelThreshold: number): number {
  return mapHeadroom * Math.max(leastThreshold, pixelThreshold);
}

/** Pictures of the model's size, or whole where they are read in tiles: the same each time. */
type Pictures = () => AsyncIterable<RgbImage> | Iterable<RgbImage>;

/** What is read of a picture. */
interface Scored {
  readonly score: number;
  /** Largest pixel of its map. */
  readonly largest: number;
}

/** What is made of each picture, given it as a graph's input. */
async function forEach<T>(
  pictures: Pictures,
  count: () => void,
  use: (input: Record<string, NdArray>, i: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  for await (const picture of pictures()) {
    results.push(await use({ [imageInputName]: stackPictures([picture]) }, results.length));
    count();
  }
  return results;
}

/** Counts the pictures of all passes: those learned from where places are standardised, the held-out ones, once more where several maps become one, and their copies. */
function counter(
  { learned, heldOut, disturbed, onProgress }: FitOptions,
  { hasPlaces, mapCount }: { readonly hasPlaces: boolean; readonly mapCount: number },
): () => void {
  const copies = disturbed ? heldOut.length * copiesPerPicture : 0;
  const stressed = disturbed ? disturbed.stressed.places.length * disturbanceCount : 0;
  const total =
    (hasPlaces ? learned.length : 0) + heldOut.length * (mapCount > 1 ? 2 : 1) + copies + stressed;
  let done = 0;
  return () => onProgress?.({ done: ++done, total });
}

function readingOf({ means, maxima, levels, score }: Readonly<Record<string, NdArray>>): MapReading {
  return {
    means: Array.from(means?.data ?? [], Number),
    maxima: Array.from(maxima?.data ?? [], Number),
    levels: levels === undefined ? null : Array.from(levels.data, Number),
    score: score === undefined ? null : Number(score.data[0]),
  };
}

/** The method's own threshold where it has one and no rate is asked for; else the conformal one. */
function thresholdOf(
  { threshold }: MapSource,
  heldOutScores: Float32Array,
  falseAlarmRate: number | "auto",
): Threshold {
  if (threshold === undefined || falseAlarmRate !== "auto")
    return { ...conformalThreshold(heldOutScores, falseAlarmRate), rule: "conformal" };
  const above = heldOutScores.filter((score) => score > threshold).length;
  return { threshold, falseAlarmRate: (above + 1) / (heldOutScores.length + 1), rule: "method" };
}
