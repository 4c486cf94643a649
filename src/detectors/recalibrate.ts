/** A detector with another threshold, from good pictures that it never saw; all else of its file stays as it is. */
import { float32Array } from "../base/array.ts";
import { formatNumber } from "../base/check.ts";
import { DataError } from "../base/errors.ts";
import { median } from "../base/quantile.ts";
import { type ConstantChange, decodeModel, replaceConstants, withInner } from "../onnx/index.ts";
import type { Backend } from "../runtime/backend.ts";
import { conformalThreshold } from "./calibration.ts";
import { type DetectorDescription, descriptionKey } from "./description.ts";
import { sourceMapsName } from "./detector-graph.ts";
import { type Tolerated, toleratedScore } from "./disturbed-copies.ts";
import { mapMaximumOf } from "./fit.ts";
import { goldenKey, goldenOf } from "./golden.ts";
import { checkModel } from "./load-detector.ts";
import { outputNames } from "./model-names.ts";
import { oddScores } from "./odd-scores.ts";
import { faultFactor } from "./part-limits.ts";
import { sealed } from "./seal.ts";

/** What good pictures scored. */
export interface GoodScores {
  /** Of each picture, by a file of {@link measuringModel}; of a model that finds no part, by the model itself. */
  readonly scores: readonly number[];
  /** Highest value of each picture's map, in the same order; where it is not known, the pixel threshold stays in step or as it is. */
  readonly mapMaxima?: readonly number[] | undefined;
  /**
   * The same of some of them under each usual disturbance, where the model was taught to tolerate disturbances. Default: what copies scored when the
   * threshold was set before, moved by as much as the median of the good scores has moved.
   */
  readonly disturbed?: readonly DisturbedScores[] | undefined;
}

/** What a picture scored under each usual disturbance, in the order of `underEach`. */
export interface DisturbedScores {
  /** Its place among the pictures. */
  readonly place: number;
  readonly scores: readonly number[];
  readonly mapMaxima: readonly number[];
}

/** How a threshold is set anew. */
export interface RecalibrateOptions {
  /** Chance that a good part is called anomalous, in (0, 1). Default: what the model states. */
  readonly falseAlarmRate?: number | undefined;
  /** Whether pictures that are like none of the others count all the same. Default false. */
  readonly keepOdd?: boolean | undefined;
  readonly backend: Backend;
}

/** A detector with its new threshold. */
export interface Recalibrated {
  /** The model file. */
  readonly model: Uint8Array;
  readonly description: DetectorDescription;
  /** Places of scores that are like none of the others and were left out, ascending. */
  readonly odd: readonly number[];
  /** How many of the pictures do not show the part: they are anomalous whatever the threshold. */
  readonly withoutPart: number;
}

/** Score of a picture at a limit of the part in a {@link measuringModel}: pictures that do not show the part score above all others. */
const measuringFactor = 1e30;
const leastOfMisfits = 1e20;
const showsPart = (score: number): boolean => score < leastOfMisfits;

/**
 * The model for measuring: its scores do not depend on its threshold. Of models that find no part it is the model itself.
 *
 * @throws {OnnxFormatError} E_ONNX as `checkModel`, or if its graph is another version's.
 */
export async function measuringModel(model: Uint8Array): Promise<Uint8Array> {
  const description = await checkModel(model);
  if (description.part === undefined) return model;
  const { metadata } = decodeModel(model);
  return sealed(
    replaceConstants(model, [misfitChange(measuringFactor)], {
      [descriptionKey]: metadata[descriptionKey] ?? "",
    }),
  );
}

/**
 * Sets image and pixel threshold at the rate that is stated, from these scores alone, and writes what depends on them: the decision, the p-values, the
 * description, the self-check, the seal. Where the model was taught to tolerate disturbances, the thresholds are raised as a training raises them.
 *
 * @throws {DataError} E_FALSE_ALARM_RATE if there are too few scores for the rate, or more of the pictures than it allows do not show the part.
 */
export async function recalibrate(
  model: Uint8Array,
  { scores: measured, mapMaxima, disturbed }: GoodScores,
  { falseAlarmRate, keepOdd = false, backend }: RecalibrateOptions,
): Promise<Recalibrated> {
  const before = await checkModel(model);
  const rate = falseAlarmRate ?? before.calibration.falseAlarmRate;
  const odd = keepOdd || !measured.every(showsPart) ? [] : oddScores(measured, rate);
  const kept = (values: readonly number[]) =>
    values.filter((_, i) => !odd.includes(i)).toSorted((a, b) => a - b);
  const ranked = kept(measured);
  checkEnough(ranked.length, rate);
  const asTheyAre = conformalThreshold(ranked, rate).threshold;
  const misfits = ranked.filter((score) => !showsPart(score)).length;
  if (!showsPart(asTheyAre)) throw tooManyMisfits(misfits, { images: ranked.length, rate });
  const copies = disturbed?.filter(({ place }) => !odd.includes(place) && showsPart(measured[place] ?? 0));
  const tolerated = copies
    ? toleratedScore(copies.map(scoresWithPart), rate)
    : movedScore(before.calibration, ranked.filter(showsPart));
  const threshold = Math.max(asTheyAre, tolerated?.score ?? asTheyAre);
  const { part } = before;
  const factor = part && faultFactor(threshold);
  const scores = ranked.map((score) =>
    showsPart(score) ? score : Math.fround((score / measuringFactor) * (factor ?? 1)),
  );
  const pixelsOf = (maxima: readonly number[]): number => {
    const { threshold: own } = conformalThreshold(kept(maxima), rate);
    const ofCopies = copies?.map((copy) =>
      scoresWithPart(copy).map((score, i) => (score === undefined ? undefined : copy.mapMaxima[i])),
    );
    return Math.max(own, toleratedScore(ofCopies ?? [], rate)?.score ?? own);
  };
  const pixelThreshold = mapMaxima && pixelsOf(mapMaxima);
  const description = describe(before, { scores, threshold, asTheyAre, tolerated, rate, pixelThreshold });
  const changes = changesFor({ scores, threshold, factor });
  const metadata = { [descriptionKey]: JSON.stringify(description) };
  const unchecked = replaceConstants(model, changes, metadata);
  const session = await backend.load(withInner(unchecked, sourceMapsName) ?? unchecked);
  const golden = await goldenOf(session, before.imageSizePx).finally(() => session.dispose());
  const written = replaceConstants(model, changes, { ...metadata, [goldenKey]: JSON.stringify(golden) });
  return { model: await sealed(written), description, odd, withoutPart: misfits };
}

/** @throws {DataError} E_FALSE_ALARM_RATE if so few pictures do not support the rate. */
function checkEnough(pictures: number, rate: number): void {
  const needed = Math.ceil((1 - 1e-9) / rate) - 1; // the highest of n scores is exceeded at a rate of 1 / (n + 1)
  if (pictures >= needed) return;
  throw new DataError(
    "E_FALSE_ALARM_RATE",
    `calibrate: expected at least ${needed} pictures of good parts for a false-alarm rate of ${formatNumber(rate)}, got ${pictures}. Add more, or state a rate of 1/${pictures + 1} or above.`,
  );
}

function tooManyMisfits(
  misfits: number,
  { images, rate }: { readonly images: number; readonly rate: number },
): DataError {
  return new DataError(
    "E_FALSE_ALARM_RATE",
    `calibrate: expected good pictures that show the part, but for a share of ${rate} at most, got ${misfits} of ${images} without it. No threshold keeps the rate: see that the pictures are of this part, or train a new model.`,
  );
}

/** Undefined where a disturbed copy does not show the part: it is anomalous whatever the threshold. */
function scoresWithPart({ scores }: DisturbedScores): (number | undefined)[] {
  return scores.map((score) => (showsPart(score) ? score : undefined));
}

/** What disturbed copies stayed at or below when the threshold was set before, moved as far as the good scores have moved since. */
function movedScore(
  { toleratedScore, toleratedUnder, scores }: DetectorDescription["calibration"],
  ranked: readonly number[],
): Tolerated | undefined {
  if (toleratedScore === undefined) return undefined;
  return {
    score: toleratedScore + median(ranked) - median(scores),
    under: toleratedUnder,
  };
}

function describe(
  before: DetectorDescription,
  {
    scores,
    threshold,
    asTheyAre,
    tolerated,
    rate,
    pixelThreshold: measured,
  }: {
    readonly scores: readonly number[];
    readonly threshold: number;
    readonly asTheyAre: number;
    readonly tolerated: Tolerated | undefined;
    readonly rate: number;
    readonly pixelThreshold: number | undefined;
  },
): DetectorDescription {
  const {
    leftOut: _,
    thresholdAsTheyAre: __,
    toleratedScore: ___,
    toleratedUnder: ____,
    ...calibration
  } = before.calibration;
  // The score of most methods is the map's maximum: one threshold is the other's twin.
  const areTwins = Math.fround(calibration.pixelThreshold) === Math.fround(calibration.threshold);
  const pixelThreshold = measured ?? (areTwins ? threshold : calibration.pixelThreshold);
  return {
    ...before,
    calibration: {
      ...calibration,
      images: scores.length,
      threshold,
      falseAlarmRate: rate,
      rule: "conformal",
      pixelThreshold,
      mapMaximum: mapMaximumOf(pixelThreshold),
      scores,
      ...(threshold > asTheyAre && { thresholdAsTheyAre: asTheyAre }),
      ...(tolerated && { toleratedScore: tolerated.score, toleratedUnder: tolerated.under }),
    },
  };
}

/** Where {@link detectorGraph} puts what depends on the threshold. */
function changesFor({
  scores,
  threshold,
  factor,
}: {
  readonly scores: readonly number[];
  readonly threshold: number;
  /** Of models that find a part. */
  readonly factor: number | undefined;
}): ConstantChange[] {
  const count = scores.length;
  const { isAnomalous, pValue } = outputNames;
  return [
    { output: isAnomalous, way: [["Greater", 1]], value: float32Array([], [threshold]) },
    { output: pValue, way: [["Mul", 1]], value: float32Array([], [1 / (count + 1)]) },
    { output: pValue, way: pValueScores, value: float32Array([1, count], scores) },
    ...(factor === undefined ? [] : [misfitChange(factor)]),
  ];
}

const pValueScores: ConstantChange["way"] = [
  ["Mul", 0],
  ["Add", 0],
  ["ReduceSum", 0],
  ["Cast", 0],
  ["GreaterOrEqual", 0],
];

/** What is multiplied by how far a picture is beyond a limit of the part, to be a score. */
function misfitChange(factor: number): ConstantChange {
  const way = [
    ["Reshape", 0],
    ["Where", 1],
    ["Max", 1],
    ["Mul", 1],
  ] as const;
  return { output: outputNames.score, way, value: float32Array([], [factor]) };
}
