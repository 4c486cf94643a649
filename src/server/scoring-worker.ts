/** What the thread of a {@link Scorer} runs. */
import { isMainThread, type MessagePort, parentPort } from "node:worker_threads";
import { RadarError, ServiceError } from "../base/errors.ts";
import { rgbImageOf } from "../base/frame.ts";
import { plainError } from "../base/plain-error.ts";
import type { RgbImage } from "../base/raster.ts";
import { type Detection, recalibrate } from "../detectors/index.ts";
import { mapScaleOf } from "../evaluation/index.ts";
import { answerOrders } from "../node/answer-orders.ts";
import { decodeImage, encodePng } from "../node/image-codec.ts";
import { loadDetectorFile, readModelFile } from "../node/load-detector.ts";
import type { PictureDetector } from "../node/picture-detector.ts";
import { verifyModel } from "../node/verify.ts";
import { overlay } from "../report/overlay.ts"; // not index.ts: scoring loads nothing that draws charts
import { fitWithin, resizeImage } from "../report/resample.ts";
import { nodeBackend } from "../runtime/node.ts";
import type { PictureToScore, ScoredPicture, ScorerOptions, ScoringAnswer, ScoringOrder } from "./scorer.ts";

type Outcome = Extract<ScoringAnswer, { kind: "scored" }>["outcomes"][number];

/** Pictures larger than this are scored one by one, so that few of them are in memory at a time (ours). */
const largePixels = 2 ** 22;

/** Longest side of a picture that is drawn under its heat map (ours). */
const drawnSidePx = 1280;

/** Loads a model and scores what the port asks for, one order after the other. */
function serveScoring(port: MessagePort): void {
  let model: { readonly detector: PictureDetector; readonly maxPixels: number } | undefined;
  answerOrders(port, {
    answerTo,
    failed: (error): ScoringAnswer => ({ kind: "failed", error: plainError(error) }),
  });

  async function answerTo(order: ScoringOrder): Promise<ScoringAnswer> {
    if (order.kind === "load") {
      const detector = await checkedDetector(order.path, order.options);
      model = { detector, maxPixels: order.options.maxPixels };
      return { kind: "loaded", description: detector.description };
    }
    if (order.kind === "recalibrate") return recalibrated(order);
    if (model === undefined) throw new RadarError("E_INTERNAL", "score: internal: no model is loaded.");
    return { kind: "scored", outcomes: await scoreAll(order.pictures, model) };
  }
}

async function recalibrated({
  path,
  scores,
  falseAlarmRate,
}: Extract<ScoringOrder, { kind: "recalibrate" }>): Promise<ScoringAnswer> {
  const backend = nodeBackend({ threads: 1 });
  const made = await recalibrate(await readModelFile(path), { scores }, { falseAlarmRate, backend });
  const { model, description, odd } = made;
  return { kind: "recalibrated", model, description, leftOut: odd.length };
}

async function checkedDetector(path: string, options: ScorerOptions): Promise<PictureDetector> {
  const { device = "cpu", threads } = options;
  const { tolerance, runtimes, isWithinTolerance } = await verifyModel(path, { device, threads });
  if (!isWithinTolerance) {
    const { difference, error } = runtimes[0] ?? {};
    const largest = difference && Math.max(difference.score.relative, difference.map.relative);
    const got = largest == null ? `none: ${error ?? ""}` : `a difference of ${largest.toPrecision(2)}`;
    throw new ServiceError(
      "E_SELF_CHECK",
      `model: expected a self-check within ${tolerance} of its scale, got ${got}. This machine does not compute what its maker saw; see radar verify.`,
    );
  }
  return loadDetectorFile(path, { device, threads, spin: false });
}

interface Model {
  readonly detector: PictureDetector;
  readonly maxPixels: number;
}

/** Scores pictures of one size together; one that fails leaves the others alone. */
async function scoreAll(pictures: readonly PictureToScore[], model: Model): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const groups = new Map<string, { readonly index: number; readonly image: RgbImage }[]>();
  for (const [index, picture] of pictures.entries()) {
    try {
      const image = await imageOf(picture, model);
      const { width, height } = image;
      const key = width * height > largePixels ? `${index}` : `${width}x${height}`;
      const group = groups.get(key) ?? [];
      group.push({ index, image });
      if (key === `${index}`) await scoreGroup(group);
      else groups.set(key, group);
    } catch (error) {
      outcomes[index] = { failed: plainError(error) };
    }
  }
  for (const group of groups.values()) await scoreGroup(group);
  return outcomes;

  async function scoreGroup(
    group: readonly { readonly index: number; readonly image: RgbImage }[],
  ): Promise<void> {
    try {
      const detections = await model.detector.detect(
        group.map(({ image }) => image),
        { names: group.map(({ index }) => pictures[index]?.name ?? "") },
      );
      for (const [i, { index, image }] of group.entries()) {
        const [detection, picture] = [detections[i], pictures[index]];
        if (detection === undefined || picture === undefined) continue;
        outcomes[index] = { scored: await scoredPicture(detection, image, picture, model.detector) };
      }
    } catch (error) {
      for (const { index } of group) outcomes[index] ??= { failed: plainError(error) };
    }
  }
}

async function imageOf({ name, picture }: PictureToScore, { detector, maxPixels }: Model): Promise<RgbImage> {
  if (!(picture instanceof Uint8Array)) return rgbImageOf(picture, name);
  return decodeImage(picture, name, detector.description.pictures?.depth, { maxPixels });
}

async function scoredPicture(
  { anomalyMap, anomalyScore, pValue, isAnomalous, partFault, warnings }: Detection,
  image: RgbImage,
  { map: form }: PictureToScore,
  detector: PictureDetector,
): Promise<ScoredPicture> {
  const scored = { anomalyScore, pValue, isAnomalous, ...(partFault && { partFault }), warnings };
  if (form === "none") return scored;
  if (form === "float") {
    const { width, height, data } = anomalyMap;
    return { ...scored, map: { width, height, data: littleEndian(data) } };
  }
  const { maximum, threshold } = mapScaleOf(detector);
  const shown =
    Math.max(image.width, image.height) > drawnSidePx
      ? resizeImage(image, fitWithin(image, drawnSidePx))
      : image;
  const picture = overlay(shown, anomalyMap, { scaleMaximum: maximum, threshold });
  return { ...scored, map: { width: picture.width, height: picture.height, data: await encodePng(picture) } };
}

function littleEndian(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setFloat32(4 * i, value, true);
  return bytes;
}

if (!isMainThread && parentPort !== null) serveScoring(parentPort);
