/** Endless training batches of random patches. */
import { checkInteger } from "../base/check.ts";
import { DataError, OptionError, ShapeError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { modelRangeOfByte } from "./range.ts";
import { type Symmetry, sourceWalk } from "./symmetry.ts";

const channels = 3;
const placesTried = 20; // for a patch whose middle is looked at (ours)

/** Settings of {@link PatchSampler}. */
export interface PatchSamplerOptions {
  /** Side S of the images, pixels. */
  readonly imageSize: number;
  /** Side P of the patches, pixels, 1 .. S. */
  readonly patchSize: number;
  /** Each patch undergoes one of these, drawn evenly. Default: identity alone. */
  readonly symmetries?: readonly Symmetry[];
  /** What is looked at of each image, uint8 [S, S], 0 where it is ignored: middles of patches are. Default: all. */
  readonly looked?: readonly Uint8Array[] | undefined;
  /** Draws images, places and symmetries through its own stream "patches"; the generator itself does not move. */
  readonly random: Random;
}

/** All that determines the batches to come; plain numbers, fit for JSON. */
export interface PatchSamplerState {
  /** State of the random numbers. */
  readonly random: readonly number[];
  /** Images in the order of this epoch. */
  readonly order: readonly number[];
  /** How many of `order` are used up. */
  readonly position: number;
}

/**
 * Draws patches from images of one size: every image once an epoch, in random order, at a random place, under a random symmetry.
 *
 * @example
 * const sampler = new PatchSampler(images, { imageSize: 128, patchSize: 64, random: new Random(0) });
 * const batch = new Float32Array(8 * 3 * 64 * 64);
 * sampler.next(batch); // eight patches in [-1, 1]
 */
export class PatchSampler {
  readonly #images: readonly Uint8Array[];
  readonly #imageSize: number;
  readonly #patchSize: number;
  readonly #symmetries: readonly Symmetry[];
  readonly #looked: readonly Uint8Array[] | undefined;
  #random: Random;
  #order: Uint32Array;
  #position = 0;

  /**
   * @param images - At least one, each uint8 [3, S, S].
   * @throws {DataError} E_DATA if there is no image.
   * @throws {ShapeError} E_SHAPE if an image has another size.
   * @throws {OptionError} E_OPTION if a size is out of range or no symmetry is given.
   */
  constructor(images: readonly Uint8Array[], options: PatchSamplerOptions) {
    const { imageSize, patchSize, symmetries = ["identity"] } = options;
    checkInteger("imageSize", imageSize, { minimum: 1 });
    checkInteger("patchSize", patchSize, { minimum: 1, maximum: imageSize });
    if (symmetries.length === 0) throw new OptionError("symmetries: expected at least one, got none.");
    if (images.length === 0)
      throw new DataError("E_DATA", "PatchSampler: expected at least one image, got none.");
    const values = channels * imageSize * imageSize;
    const misfit = images.findIndex((image) => image.length !== values);
    if (misfit >= 0) {
      throw new ShapeError(
        "E_SHAPE",
        `PatchSampler: expected uint8[3, ${imageSize}, ${imageSize}] (${values} values), got ${images[misfit]?.length} in image ${misfit}.`,
      );
    }
    this.#images = images;
    this.#imageSize = imageSize;
    this.#patchSize = patchSize;
    this.#symmetries = symmetries;
    this.#looked = options.looked;
    this.#random = options.random.split("patches");
    this.#order = this.#random.permutation(images.length);
  }

  /**
   * Fills `batch` with the next patches.
   *
   * @param batch - float32 [N, 3, P, P]; receives values in [-1, 1]. N follows from its length.
   * @param looked - uint8 [N, P, P]; receives 1 where a patch is looked at, 0 where it is ignored.
   * @throws {ShapeError} E_SHAPE if its length is no multiple of 3 P P.
   */
  next(batch: Float32Array, looked?: Uint8Array): void {
    const values = channels * this.#patchSize ** 2;
    if (batch.length % values !== 0) {
      throw new ShapeError(
        "E_SHAPE",
        `PatchSampler.next: expected float32[N, 3, ${this.#patchSize}, ${this.#patchSize}], a multiple of ${values} values, got ${batch.length}.`,
      );
    }
    for (let start = 0; start < batch.length; start += values) this.#fill(batch, start, looked);
  }

  /** What {@link PatchSampler.restore} needs to go on exactly here. */
  state(): PatchSamplerState {
    return { random: this.#random.state(), order: Array.from(this.#order), position: this.#position };
  }

  /**
   * Goes on from a saved state, bit for bit.
   *
   * @throws {DataError} E_DATA if the state is of another number of images.
   */
  restore(state: PatchSamplerState): void {
    const isOrder =
      state.order.length === this.#images.length &&
      new Set(state.order).size === state.order.length &&
      state.order.every((image) => Number.isInteger(image) && image >= 0 && image < this.#images.length);
    if (!isOrder) {
      throw new DataError(
        "E_DATA",
        `PatchSampler.restore: expected the state of a training on ${this.#images.length} images, got one on ${state.order.length}. ` +
          "Continue with the same images.",
      );
    }
    this.#random = Random.fromState(state.random);
    this.#order = Uint32Array.from(state.order);
    this.#position = state.position;
  }

  #fill(batch: Float32Array, start: number, looked: Uint8Array | undefined): void {
    const index = this.#nextImage();
    const image = this.#images[index] ?? new Uint8Array();
    const area = this.#looked?.[index];
    const { top, left } = this.#place(area);
    const symmetry = this.#symmetries[this.#random.integer(this.#symmetries.length)] ?? "identity";
    const walk = sourceWalk(symmetry, this.#patchSize, this.#imageSize);
    if (looked !== undefined) {
      let at = start / channels;
      for (let y = 0; y < this.#patchSize; y++) {
        let from = top * this.#imageSize + left + walk.start + y * walk.perRow;
        for (let x = 0; x < this.#patchSize; x++, from += walk.perColumn)
          looked[at++] = area?.[from] === 0 ? 0 : 1;
      }
    }
    let to = start;
    for (let channel = 0; channel < channels; channel++) {
      const origin = (channel * this.#imageSize + top) * this.#imageSize + left + walk.start;
      for (let y = 0; y < this.#patchSize; y++) {
        let from = origin + y * walk.perRow;
        for (let x = 0; x < this.#patchSize; x++, from += walk.perColumn) {
          batch[to++] = modelRangeOfByte[image[from] ?? 0] ?? 0;
        }
      }
    }
  }

  /** Where a patch lies that shows something that is looked at; after some tries, anywhere. */
  #place(area: Uint8Array | undefined): { readonly top: number; readonly left: number } {
    const places = this.#imageSize - this.#patchSize + 1;
    for (let tries = 1; ; tries++) {
      const [top, left] = [this.#random.integer(places), this.#random.integer(places)];
      const middle = Math.floor(this.#patchSize / 2);
      if (
        area?.[(top + middle) * this.#imageSize + left + middle] !== 0 ||
        tries === placesTried ||
        places === 1
      ) {
        return { top, left };
      }
    }
  }

  /** Place of the image whose turn it is. */
  #nextImage(): number {
    if (this.#position === this.#order.length) {
      this.#order = this.#random.permutation(this.#images.length);
      this.#position = 0;
    }
    return this.#order[this.#position++] ?? 0;
  }
}
