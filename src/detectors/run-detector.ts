/** One call of a model file's session: pictures in, detections out. */
import { floatValues, type NdArray } from "../base/array.ts";
import { BackendError, ShapeError } from "../base/errors.ts";
import { checkRaster, type RgbImage } from "../base/raster.ts";
import type { Session } from "../runtime/backend.ts";
import { checkFinite, type Detection, type DetectOptions } from "./detector.ts";
import { imageInputName, outputNames } from "./model-names.ts";
import { partFaultOf, partFaults } from "./part-fault.ts";

/**
 * Scores pictures of one size in one call.
 *
 * @throws {ShapeError} E_SHAPE if there is none, or sizes differ; and as {@link runStacked}.
 */
export async function runDetector(
  session: Session,
  images: readonly RgbImage[],
  { names = [] }: Pick<DetectOptions, "names"> = {},
): Promise<Detection[]> {
  return runStacked(session, stackPictures(images), (i) => names[i] ?? `images[${i}]`);
}

/**
 * Scores pictures as {@link stackPictures} gives them.
 *
 * @param nameOf - What messages call a picture.
 * @param about - `warnings`: of each picture, as they are to be in its detection, default none. `regions`: their names, default none.
 * @throws {BackendError} E_BACKEND if the runtime fails or answers with something else than a detector does.
 * @throws {DataError} E_NOT_FINITE if a score or a map is not finite.
 */
export async function runStacked(
  session: Session,
  stacked: NdArray<"uint8">,
  nameOf: (index: number) => string,
  about: { readonly warnings?: readonly (readonly string[])[]; readonly regions?: readonly string[] } = {},
): Promise<Detection[]> {
  const outputs = await session.run({ [imageInputName]: stacked });
  const map = output(outputs, outputNames.map);
  const score = output(outputs, outputNames.score);
  const pValue = output(outputs, outputNames.pValue);
  const isAnomalous = output(outputs, outputNames.isAnomalous);
  const [height = 0, width = 0] = map.shape.slice(2);
  const maps = floatValues(map);
  const {
    [outputNames.lookedAt]: lookedAt,
    [outputNames.partRatios]: partRatios,
    [outputNames.regionScores]: regionScores,
  } = outputs;
  const { warnings = [], regions = [] } = about;
  const pixels = height * width;
  return Array.from({ length: stacked.shape[0] ?? 0 }, (_, i) => {
    const detection = {
      anomalyMap: {
        width,
        height,
        data: maps.slice(i * pixels, (i + 1) * pixels),
      },
      anomalyScore: Number(score.data[i]),
      pValue: Number(pValue.data[i]),
      isAnomalous: Number(isAnomalous.data[i]) !== 0,
      ...(partRatios && faultOf(floatValues(partRatios), i)),
      ...(lookedAt && { lookedAt: { width, height, data: bytesOf(lookedAt, i * pixels, (i + 1) * pixels) } }),
      ...(regionScores && byRegion(regions, floatValues(regionScores).subarray(i * regions.length))),
      warnings: warnings[i] ?? [],
    };
    checkFinite(nameOf(i), detection);
    return detection;
  });
}

function faultOf(ratios: Float32Array, i: number): Pick<Detection, "partFault"> {
  const fault = partFaultOf(ratios.subarray(i * partFaults.length, (i + 1) * partFaults.length));
  return fault === undefined ? {} : { partFault: fault };
}

function byRegion(
  names: readonly string[],
  scores: Float32Array,
): Pick<Detection, "region" | "regionScores"> {
  const ranked = names.map((name, i) => ({ name, score: scores[i] ?? 0 }));
  const [highest] = [...ranked].sort((a, b) => b.score - a.score);
  return {
    ...(highest && { region: highest.name }),
    regionScores: Object.fromEntries(ranked.map(({ name, score }) => [name, score])),
  };
}

function bytesOf({ data }: NdArray, start: number, end: number): Uint8Array {
  return data instanceof Uint8Array
    ? data.slice(start, end)
    : Uint8Array.from(data.slice(start, end), Number);
}

/** Square pictures stored channel by channel, uint8 [3, S, S], as the model wants them. */
export function pictureOf(planes: Uint8Array, size: number): RgbImage {
  const data = new Uint8Array(planes.length);
  const plane = size * size;
  for (let i = 0; i < plane; i++) {
    for (let channel = 0; channel < 3; channel++) data[3 * i + channel] = planes[channel * plane + i] ?? 0;
  }
  return { width: size, height: size, data };
}

/** Pictures of one size as uint8 [N, H, W, 3]. */
export function stackPictures(images: readonly RgbImage[]): NdArray<"uint8"> {
  const [first] = images;
  if (first === undefined) throw new ShapeError("E_SHAPE", "detect: expected at least one image, got none.");
  const { width, height } = first;
  const data = new Uint8Array(images.length * width * height * 3);
  for (const [i, image] of images.entries()) {
    checkRaster(`images[${i}]`, image, 3);
    if (image.width !== width || image.height !== height) {
      throw new ShapeError(
        "E_SHAPE",
        `detect: expected images of one size in a call (${width} x ${height}), got ${image.width} x ${image.height} at index ${i}. Call once for each size.`,
      );
    }
    data.set(image.data, i * width * height * 3);
  }
  return { dtype: "uint8", shape: [images.length, height, width, 3], data };
}

function output(outputs: Readonly<Record<string, NdArray>>, name: string): NdArray {
  const array = outputs[name];
  if (array === undefined)
    throw new BackendError(
      `detect: expected the model to give ${name}, got ${Object.keys(outputs).join(", ")}.`,
    );
  return array;
}
