/** A detector on a session of a runtime: as many calls at a time as the session makes, in the order they came. */
import { checkAborted, untilAborted } from "../base/abort.ts";
import { describe, invariant } from "../base/check.ts";
import { OptionError, RadarError } from "../base/errors.ts";
import { type Frame, rgbImageOf } from "../base/frame.ts";
import { Turns } from "../base/turns.ts";
import type { Session } from "../runtime/backend.ts";
import type { DetectorDescription } from "./description.ts";
import type { Detection, DetectOneOptions, DetectOptions, Detector } from "./detector.ts";
import { lookOf, pictureWarnings } from "./good-pictures.ts";
import { runStacked, stackPictures } from "./run-detector.ts";
import { shrinkLarge, wholeSidePx } from "./shrink-picture.ts";

/** Of pictures that are read in tiles: none is distorted. */
const anyShape = [0, Infinity] as const;

/** See {@link Detector}. */
export class SessionDetector implements Detector {
  readonly description: DetectorDescription;
  readonly #session: Session;
  readonly #calls: Turns;
  #disposal: Promise<void> | undefined;

  /** @param session - Of the model file that `description` is of; it is disposed of with the detector. */
  constructor(description: DetectorDescription, session: Session) {
    this.description = description;
    this.#session = session;
    this.#calls = new Turns(this.parallel);
  }

  get parallel(): number {
    return this.#session.parallel ?? 1;
  }

  async detect(images: readonly Frame[], options: DetectOptions = {}): Promise<Detection[]> {
    if (!Array.isArray(images)) {
      throw new OptionError(
        `images: expected a list of pictures, got ${describe(images)}. For one: detectOne.`,
      );
    }
    const { names = [], signal } = options;
    if (this.#disposal !== undefined) {
      throw new RadarError(
        "E_DISPOSED",
        "detect: expected a detector in use, got one that was disposed of. Load the model again.",
      );
    }
    checkAborted(signal, "detect");
    const nameOf = (i: number): string => names[i] ?? `images[${i}]`;
    const { imageSizePx, part, pictures: good, area, tiles } = this.description;
    const pictures = good && tiles && !part ? { ...good, aspectRatio: anyShape } : good;
    const warnings: string[][] = [];
    const prepared = images.map((image, i) => {
      const whole = wholeSidePx(imageSizePx, part?.frame);
      const picture = tiles ? rgbImageOf(image, nameOf(i)) : shrinkLarge(image, whole, nameOf(i));
      warnings.push(pictures === undefined ? [] : pictureWarnings(lookOf(image), pictures));
      return picture;
    });
    // Copied at once: the caller may write the next frame into the same memory.
    const stacked = stackPictures(prepared);
    const call = this.#calls.take(async () => {
      checkAborted(signal, "detect");
      return runStacked(this.#session, stacked, nameOf, { warnings, regions: area?.regions ?? [] });
    });
    return untilAborted(call, signal, "detect");
  }

  async detectOne(image: Frame, { name, signal }: DetectOneOptions = {}): Promise<Detection> {
    const [detection] = await this.detect([image], { names: [name ?? "image"], signal });
    invariant(detection !== undefined, "a detector gave nothing for one image");
    return detection;
  }

  dispose(): Promise<void> {
    this.#disposal ??= this.#calls.ended().then(() => this.#session.dispose());
    return this.#disposal;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}
