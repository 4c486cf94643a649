/** Batches of whole pictures, with random numbers beside them for the methods that draw some at every step. */
import { Random } from "../../base/random.ts";
import { sizeOf } from "../../base/shape.ts";
import { PatchSampler, type Symmetry } from "../../data/index.ts";
import type { Feeds } from "../../runtime/backend.ts";
import type { BatchSource } from "../../train/index.ts";
import { formatBatchState, parseBatchState } from "../batch-state.ts";

/** Random numbers fed with a batch: standard normal, or uniform in [0, 1). */
export interface Draw {
  readonly distribution: "normal" | "uniform";
  readonly shape: readonly number[];
}

/** Options of {@link PictureBatches}. */
export interface PictureBatchesOptions {
  readonly imageSizePx: number;
  readonly batchSize: number;
  readonly symmetries: readonly Symmetry[];
  /** Further feeds, by name. */
  readonly draws?: Readonly<Record<string, Draw>>;
  readonly random: Random;
}

/** Feeds `pictures`, float32 [N, 3, S, S] in [-1, 1], and the draws, float32. The arrays are filled anew for each batch. */
export class PictureBatches implements BatchSource {
  readonly #sampler: PatchSampler;
  readonly #pictures: Float32Array;
  readonly #shape: readonly number[];
  readonly #draws: readonly (readonly [string, Draw])[];
  #random: Random;

  /** @param images - uint8 [3, S, S] each. */
  constructor(images: readonly Uint8Array[], options: PictureBatchesOptions) {
    const { imageSizePx, batchSize, symmetries, draws = {}, random } = options;
    this.#sampler = new PatchSampler(images, {
      imageSize: imageSizePx,
      patchSize: imageSizePx,
      symmetries,
      random,
    });
    this.#shape = [batchSize, 3, imageSizePx, imageSizePx];
    this.#pictures = new Float32Array(sizeOf(this.#shape));
    this.#draws = Object.entries(draws);
    this.#random = random.split("draws");
  }

  next(): Feeds {
    this.#sampler.next(this.#pictures);
    const drawn = this.#draws.map(([name, { distribution, shape }]) => {
      const data = new Float32Array(sizeOf(shape));
      if (distribution === "normal") this.#random.fillNormal(data);
      else for (let i = 0; i < data.length; i++) data[i] = this.#random.uniform();
      return [name, { dtype: "float32", shape, data }] as const;
    });
    return {
      pictures: { dtype: "float32", shape: this.#shape, data: this.#pictures },
      ...Object.fromEntries(drawn),
    };
  }

  state(): string {
    return formatBatchState(this.#sampler, this.#random);
  }

  restore(state: string): void {
    const { sampler, random } = parseBatchState(state);
    this.#sampler.restore(sampler);
    this.#random = Random.fromState(random);
  }
}
