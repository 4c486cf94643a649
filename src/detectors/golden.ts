/** The self-check of a model file: a picture made by rule, and what the model said of it when it was written. */
import type { RgbImage } from "../base/raster.ts";
import * as z from "../base/schema.ts";
import type { Session } from "../runtime/backend.ts";
import type { Detection } from "./detector.ts";
import { sourceMapsName } from "./detector-graph.ts";
import { imageInputName } from "./model-names.ts";
import { runDetector, stackPictures } from "./run-detector.ts";

/** Key of the self-check in the model's `metadata_props`. */
export const goldenKey = "radar_ad_golden";

/** What the model said of the picture made by rule when it was written. */
export interface Golden {
  readonly width: number;
  readonly height: number;
  readonly anomalyScore: number;
  readonly pValue: number;
  readonly isAnomalous: boolean;
  /** Every so many pixel scores of the map, row-major. */
  readonly mapStep: number;
  readonly map: readonly number[];
  /**
   * The same of each map before they are combined: one that counts for little in their mean is seen here, and with it the network that it comes from. Files of
   * before do not say.
   */
  readonly sourceMaps?: readonly (readonly number[])[] | undefined;
}

/** Schema of {@link Golden}. */
export const goldenSchema: z.ZodType<Golden> = z.object({
  width: z.number().int().positive().max(8192),
  height: z.number().int().positive().max(8192),
  anomalyScore: z.number(),
  pValue: z.number(),
  isAnomalous: z.boolean(),
  mapStep: z.number().int().positive(),
  map: z.array(z.number()),
  sourceMaps: z.array(z.array(z.number()).min(1)).min(1).optional(),
});

const mapSamples = 64; // at least

/**
 * A picture of slow waves and a grid, the same on every machine: integers throughout.
 *
 * @param width - Pixels per row.
 * @param height - Rows.
 */
export function goldenPicture(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  const wave = (i: number, period: number) => Math.abs((i % period) * 2 - period); // 0 .. period
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const grid = x % 16 === 0 || y % 16 === 0 ? 24 : 0;
    data[3 * i] = 64 + wave(x, 60) + grid;
    data[3 * i + 1] = 64 + wave(y, 84) + grid;
    data[3 * i + 2] = 64 + wave(x + y, 108) + grid;
  }
  return { width, height, data };
}

/**
 * What a new model says of the picture; a little larger than the model's size, so that resizing is checked too.
 *
 * @param session - Of the model, which gives its source maps too if they are to be checked.
 */
export async function goldenOf(session: Session, sizePx: number): Promise<Golden> {
  const size = { width: sizePx + 24, height: sizePx + 8 };
  const { anomalyMap, anomalyScore, pValue, isAnomalous } = await goldenDetection(session, size);
  const mapStep = stepOver(anomalyMap);
  const map = sampled(anomalyMap.data, mapStep);
  const golden = { ...size, anomalyScore, pValue, isAnomalous, mapStep, map };
  if (!session.outputNames.includes(sourceMapsName)) return golden;
  return { ...golden, sourceMaps: await sourceMapsOf(session, golden) };
}

/** Every so many pixels, so that those that are looked at lie in all columns alike. */
function stepOver({ width, data }: Detection["anomalyMap"]): number {
  let step = Math.max(1, Math.floor(data.length / mapSamples));
  while (greatestDivisor(step, width) > 1) step--;
  return step;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** How a session differs from what a model was. */
export interface GoldenDifference {
  /** Absolute. */
  readonly score: number;
  /** Absolute. */
  readonly pValue: number;
  /** The largest, absolute; NaN if the maps differ in size. */
  readonly map: number;
  readonly sameDecision: boolean;
  /** What the session said. */
  readonly detection: Detection;
}

/** The largest differences between what a model was and what it is on a session. */
export async function goldenDifference(session: Session, golden: Golden): Promise<GoldenDifference> {
  const detection = await goldenDetection(session, golden);
  const map = sampled(detection.anomalyMap.data, golden.mapStep);
  return {
    score: Math.abs(detection.anomalyScore - golden.anomalyScore),
    pValue: Math.abs(detection.pValue - golden.pValue),
    map: largestBetween(golden.map, map),
    sameDecision: detection.isAnomalous === golden.isAnomalous,
    detection,
  };
}

async function goldenDetection(
  session: Session,
  size: { readonly width: number; readonly height: number },
): Promise<Detection> {
  const [detection] = await runDetector(session, [goldenPicture(size.width, size.height)], {
    names: ["self-check"],
  });
  return (
    detection ?? {
      anomalyMap: { width: 0, height: 0, data: new Float32Array() },
      anomalyScore: 0,
      pValue: 1,
      isAnomalous: false,
      warnings: [],
    }
  );
}

/** The largest difference of each source map to what it was, absolute; NaN of one that is not there, or differs in size. */
export async function sourceDifferences(
  session: Session,
  golden: Golden,
  were: NonNullable<Golden["sourceMaps"]>,
): Promise<number[]> {
  const maps = await sourceMapsOf(session, golden);
  return were.map((values, c) => largestBetween(values, maps[c] ?? []));
}

/** Of each source map of the picture, as many pixels as are kept. */
async function sourceMapsOf(
  session: Session,
  { width, height, mapStep }: Pick<Golden, "width" | "height" | "mapStep">,
): Promise<number[][]> {
  const image = stackPictures([goldenPicture(width, height)]);
  const { [sourceMapsName]: maps } = await session.run({ [imageInputName]: image });
  if (maps === undefined) return [];
  const count = maps.shape[1] ?? 0;
  const size = maps.data.length / count;
  return Array.from({ length: count }, (_, c) =>
    sampled(maps.data.subarray(c * size, (c + 1) * size), mapStep),
  );
}

function largestBetween(were: readonly number[], are: readonly number[]): number {
  return Math.max(...were.map((value, i) => Math.abs(value - (are[i] ?? Number.NaN))));
}

function sampled(data: ArrayLike<number | bigint>, step: number): number[] {
  return Array.from({ length: Math.ceil(data.length / step) }, (_, i) => Number(data[i * step]));
}
