/** A detector that takes pictures in any form: files and encoded bytes are decoded first. */
import { checkAborted } from "../base/abort.ts";
import { abortSignal, checkOptions, text, texts } from "../base/check-options.ts";
import type { SampleDepth } from "../data/sample-depth.ts";
import type {
  Detection,
  DetectOneOptions,
  DetectOptions,
  Detector,
  DetectorDescription,
} from "../detectors/index.ts";
import { checkPictures, isFrame, namedImage, type Picture } from "./picture.ts";

/** A {@link Detector} under Node. */
export interface PictureDetector extends Detector {
  /**
   * Scores pictures in one network call.
   *
   * @param pictures - At least one, all of one size: paths, URLs, bytes of encoded images, frames.
   * @throws as {@link Detector.detect}; {FileError} E_FILE and {DataError} E_IMAGE if one cannot be read.
   */
  detect(pictures: readonly Picture[], options?: DetectOptions): Promise<Detection[]>;
  /** Scores one picture; see {@link PictureDetector.detect}. */
  detectOne(picture: Picture, options?: DetectOneOptions): Promise<Detection>;
}

/** Gives a detector the means to decode. */
export function pictureDetector(detector: Detector): PictureDetector {
  return new DecodingDetector(detector);
}

class DecodingDetector implements PictureDetector {
  readonly #detector: Detector;

  constructor(detector: Detector) {
    this.#detector = detector;
  }

  get description(): DetectorDescription {
    return this.#detector.description;
  }

  get parallel(): number {
    return this.#detector.parallel ?? 1;
  }

  get #depth(): SampleDepth | undefined {
    return this.#detector.description.pictures?.depth;
  }

  async detect(pictures: readonly Picture[], options: DetectOptions = {}): Promise<Detection[]> {
    checkOptions("detect", options, { names: texts, signal: abortSignal });
    checkPictures("images", pictures);
    if (pictures.every(isFrame)) return this.#detector.detect(pictures, options); // at once: their memory may be written to after it
    const { names = [], signal } = options;
    const found = await Promise.all(
      pictures.map((picture, i) => namedImage(picture, names[i] ?? `images[${i}]`, this.#depth)),
    );
    return this.#detector.detect(
      found.map(({ image }) => image),
      { names: found.map(({ name }, i) => names[i] ?? name), signal },
    );
  }

  async detectOne(picture: Picture, options: DetectOneOptions = {}): Promise<Detection> {
    checkOptions("detectOne", options, { name: text, signal: abortSignal });
    if (isFrame(picture)) return this.#detector.detectOne(picture, options);
    const { signal } = options;
    checkAborted(signal, "detect");
    const { name, image } = await namedImage(picture, options.name ?? "image", this.#depth);
    return this.#detector.detectOne(image, { name: options.name ?? name, signal });
  }

  dispose(): Promise<void> {
    return this.#detector.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#detector.dispose();
  }
}
