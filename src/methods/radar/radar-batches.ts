/** Batches for RADAR's training: random patches, some with planted defects, the others with noise. */
import { Random } from "../../base/random.ts";
import { PatchSampler, plantDefect, type Symmetry } from "../../data/index.ts";
import type { Feeds } from "../../runtime/backend.ts";
import type { BatchSource } from "../../train/index.ts";
import { formatBatchState, parseBatchState } from "../batch-state.ts";

/** Options of {@link RadarBatches}. */
export interface RadarBatchesOptions {
  readonly imageSizePx: number;
  readonly patchSizePx: number;
  readonly batchSize: number;
  /** Images a batch that get a planted defect instead of noise; 0 for the plain diffusion objective. */
  readonly plantedCount: number;
  readonly symmetries: readonly Symmetry[];
  /** As in `LearningContext`: defects are planted there only. */
  readonly looked?: readonly Uint8Array[] | undefined;
  /** Timesteps of noised images are drawn evenly from 0 .. timestepLimit - 1. */
  readonly timestepLimit: number;
  /** Timestep of planted images: the one that scoring uses. */
  readonly scoringTimestep: number;
  readonly random: Random;
}

const soundShare = 0.2; // of the images to be planted that stay as they are, for the network to see (ours)

/**
 * Feeds of `noiseObjective` - `x0`, `noise` and `timesteps` - and, with planted images, of `defectObjective`: `mask` too.
 * The arrays are filled anew for each batch.
 */
export class RadarBatches implements BatchSource {
  readonly #sampler: PatchSampler;
  readonly #options: RadarBatchesOptions;
  readonly #x0: Float32Array;
  readonly #noise: Float32Array;
  readonly #mask: Float32Array;
  readonly #looked: Uint8Array | undefined;
  #random: Random;

  /** @param images - uint8 [3, S, S] each. */
  constructor(images: readonly Uint8Array[], options: RadarBatchesOptions) {
    const { batchSize, plantedCount, patchSizePx, imageSizePx, symmetries, random } = options;
    const plane = patchSizePx ** 2;
    this.#options = options;
    this.#sampler = new PatchSampler(images, {
      imageSize: imageSizePx,
      patchSize: patchSizePx,
      symmetries,
      looked: options.looked,
      random,
    });
    if (options.looked !== undefined) this.#looked = new Uint8Array(batchSize * plane);
    this.#x0 = new Float32Array(batchSize * 3 * plane);
    this.#noise = new Float32Array(batchSize * 3 * plane);
    this.#mask = new Float32Array(plantedCount * plane);
    this.#random = random.split("noise");
  }

  next(): Feeds {
    const { batchSize, plantedCount, patchSizePx: side, timestepLimit, scoringTimestep } = this.#options;
    this.#sampler.next(this.#x0, this.#looked);
    this.#plant();
    this.#random.fillNormal(this.#noise.subarray(plantedCount * 3 * side * side));
    const timesteps = BigInt64Array.from({ length: batchSize }, (_, i) =>
      BigInt(i < plantedCount ? scoringTimestep : this.#random.integer(timestepLimit)),
    );
    const shape = [batchSize, 3, side, side];
    return {
      x0: { dtype: "float32", shape, data: this.#x0 },
      noise: { dtype: "float32", shape, data: this.#noise },
      timesteps: { dtype: "int64", shape: [batchSize], data: timesteps },
      ...(plantedCount > 0 && {
        mask: { dtype: "float32", shape: [plantedCount, 1, side, side], data: this.#mask },
      }),
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

  /** Plants defects in the first images of the batch, made from the image after each. */
  #plant(): void {
    const { batchSize, plantedCount, patchSizePx: side } = this.#options;
    const plane = side * side;
    const image = (i: number) => this.#x0.subarray(i * 3 * plane, (i + 1) * 3 * plane);
    for (let i = 0; i < plantedCount; i++) {
      const mask = this.#mask.subarray(i * plane, (i + 1) * plane).fill(0);
      if (this.#random.uniform() < soundShare) continue;
      const looked = this.#looked?.subarray(i * plane, (i + 1) * plane);
      plantDefect(image(i), image((i + 1) % batchSize), mask, side, this.#random, looked);
    }
  }
}
