/** The side of a training that computes, in a worker. */
import { AbortError, RadarError } from "../base/errors.ts";
import { rgbImageOf } from "../base/frame.ts";
import { median } from "../base/quantile.ts";
import { packageVersion } from "../base/version.ts";
import { usualDepth } from "../data/index.ts";
import { imageResizer } from "../detectors/image-resizer.ts";
import { goodPictures, lookOf, type PictureLook, type StageListener } from "../detectors/index.ts";
import { prepareMethod, trainDetector } from "../methods/index.ts";
import type { Backend } from "../runtime/backend.ts";
import { frameOf, sentPicture } from "./picture.ts";
import type { WebTrained, WebTrainProgress, WebTrainSettings } from "./train-settings.ts";

/** Who is told what. */
export interface TrainingListener {
  readonly onProgress?: (progress: WebTrainProgress) => void;
  readonly onStage?: (stage: string) => void;
  readonly onStageProgress?: StageListener;
  readonly signal?: AbortSignal;
}

/**
 * Trains on pictures, as `radar train` does with the same settings.
 *
 * @throws {DataError} E_DATA on pictures that cannot be learned from; {OptionError} E_OPTION; {TrainingError} E_DIVERGED;
 * {AbortError} E_ABORTED.
 */
export async function trainHere(
  pictures: readonly Blob[],
  { name = "parts", ...settings }: WebTrainSettings,
  backend: Backend,
  { onProgress, onStage, onStageProgress, signal }: TrainingListener,
): Promise<Omit<WebTrained, "device" | "fallback">> {
  const started = now();
  onStage?.("reading");
  const options = { preset: "fast", ...settings } as const;
  const prepared = prepareMethod(options, await typicalSide(pictures));
  const { planes, looks, skipped } = await readPictures(pictures, backend, prepared.options.imageSize);
  onStage?.("training");
  const kept = pictures.flatMap((_, i) => (skipped.some(({ index }) => index === i) ? [] : [i]));
  const { model, description, heldOut } = await trainDetector(planes, prepared, {
    backend,
    now,
    name,
    skipped: skipped.length,
    pictures: goodPictures(looks, usualDepth),
    software: { "radar-ad": packageVersion() },
    signal,
    onProgress,
    onStage,
    onStageProgress,
  });
  return {
    model,
    description,
    heldOut: heldOut.map(({ index, anomalyScore }) => ({ index: kept[index] ?? index, anomalyScore })),
    skipped,
    seconds: now() - started,
  };
}

const probeSteps = 3; // the first is slower than the others (ours)

/** How long a training will take on this machine, in seconds: a few steps are made and left. */
export async function estimateHere(
  pictures: readonly Blob[],
  settings: WebTrainSettings,
  backend: Backend,
): Promise<number> {
  const enough = new AbortController();
  const started = now();
  let [first, estimate] = [0, 0];
  const onProgress = ({ step, totalSteps, seconds }: WebTrainProgress): void => {
    if (step === 1) first = seconds;
    if (step < Math.min(probeSteps, totalSteps)) return;
    const perStep = step > 1 ? (seconds - first) / (step - 1) : seconds;
    estimate = now() - started + perStep * (totalSteps - step);
    enough.abort();
  };
  try {
    await trainHere(pictures, settings, backend, { onProgress, signal: enough.signal });
    return now() - started; // a method without steps has done it all
  } catch (error) {
    if (error instanceof AbortError) return estimate;
    throw error;
  }
}

interface ReadPictures {
  /** uint8 [3, S, S] each. */
  readonly planes: Uint8Array[];
  readonly looks: PictureLook[];
  readonly skipped: WebTrained["skipped"];
}

async function readPictures(
  pictures: readonly Blob[],
  backend: Backend,
  size: number,
): Promise<ReadPictures> {
  const planes: Uint8Array[] = [];
  const looks: PictureLook[] = [];
  const skipped: WebTrained["skipped"][number][] = [];
  const resizer = await imageResizer(backend, size);
  try {
    for (const [index, picture] of pictures.entries()) {
      try {
        const image = rgbImageOf(
          frameOf(await sentPicture(picture, `pictures[${index}]`)),
          `pictures[${index}]`,
        );
        planes.push(await resizer.resize(image));
        looks.push(lookOf(image));
      } catch (error) {
        if (!(error instanceof RadarError) || error.code !== "E_IMAGE") throw error;
        skipped.push({ index, reason: error.message });
      }
    }
  } finally {
    await resizer.dispose();
  }
  return { planes, looks, skipped };
}

const looksForSide = 9; // pictures looked at to tell (ours), as under Node

/** Median of the longer sides of a few pictures, evenly spread, in pixels. */
async function typicalSide(pictures: readonly Blob[]): Promise<number> {
  const count = Math.min(looksForSide, pictures.length);
  const sides: number[] = [];
  for (let i = 0; i < count; i++) {
    const picture = pictures[Math.floor((i * pictures.length) / count)];
    const bitmap = picture && (await createImageBitmap(picture).catch(() => undefined));
    if (bitmap === undefined) continue;
    sides.push(Math.max(bitmap.width, bitmap.height));
    bitmap.close();
  }
  return median(sides);
}

function now(): number {
  return performance.now() / 1000;
}
