/** The self-check of a model file: a picture made by rule, and what the model said of it when it was written. */
import { z } from "zod";
import type { RgbImage } from "../base/raster.ts";
import type { Session } from "../runtime/backend.ts";
import type { Detection } from "./detector.ts";
import { runDetector } from "./run-detector.ts";

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
});

const mapSamples = 64;

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

/** What a new model says of the picture; a little larger than the model's size, so that resizing is checked too. */
export async function goldenOf(session: Session, sizePx: number): Promise<Golden> {
  const [width, height] = [sizePx + 24, sizePx + 8];
  const detection = await goldenDetection(session, { width, height });
  const { anomalyMap, anomalyScore, pValue, isAnomalous } = detection;
  const mapStep = Math.max(1, Math.floor(anomalyMap.data.length / mapSamples));
  return { width, height, anomalyScore, pValue, isAnomalous, mapStep, map: sampled(detection, mapStep) };
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
  const map = sampled(detection, golden.mapStep);
  return {
    score: Math.abs(detection.anomalyScore - golden.anomalyScore),
    pValue: Math.abs(detection.pValue - golden.pValue),
    map: Math.max(...golden.map.map((value, i) => Math.abs(value - (map[i] ?? Number.NaN)))),
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

function sampled({ anomalyMap: { data } }: Detection, step: number): number[] {
  return Array.from(data).filter((_, i) => i % step === 0);
}
