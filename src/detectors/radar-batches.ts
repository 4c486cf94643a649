/** Batches of the diffusion objective: random patches, fresh noise, random timesteps. */
import { TrainingError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { PatchSampler, type PatchSamplerState, type Symmetry } from "../data/index.ts";
import type { Feeds } from "../runtime/backend.ts";
import type { BatchSource } from "../train/index.ts";

/** Options of {@link NoiseBatches}. */
export interface NoiseBatchesOptions {
  readonly imageSizePx: number;
  readonly patchSizePx: number;
  readonly batchSize: number;
  readonly symmetries: readonly Symmetry[];
  /** Timesteps are drawn evenly from 0 .. timestepLimit - 1. */
  readonly timestepLimit: number;
  readonly random: Random;
}

/** Feeds of `noiseObjective`: `x0`, `noise` and `timesteps`. The arrays are filled anew for each batch. */
export class NoiseBatches implements BatchSource {
  readonly #sampler: PatchSampler;
  readonly #options: NoiseBatchesOptions;
  readonly #shape: readonly number[];
  readonly #x0: Float32Array;
  readonly #noise: Float32Array;
  #random: Random;

  /** @param images - uint8 [3, S, S] each. */
  constructor(images: readonly Uint8Array[], options: NoiseBatchesOptions) {
    const { batchSize, patchSizePx, imageSizePx, symmetries, random } = options;
    const values = batchSize * 3 * patchSizePx ** 2;
    this.#options = options;
    this.#shape = [batchSize, 3, patchSizePx, patchSizePx];
    this.#sampler = new PatchSampler(images, {
      imageSize: imageSizePx,
      patchSize: patchSizePx,
      symmetries,
      random,
    });
    this.#x0 = new Float32Array(values);
    this.#noise = new Float32Array(values);
    this.#random = random.split("noise");
  }

  next(): Feeds {
    this.#sampler.next(this.#x0);
    this.#random.fillNormal(this.#noise);
    const { batchSize, timestepLimit } = this.#options;
    const timesteps = BigInt64Array.from({ length: batchSize }, () =>
      BigInt(this.#random.integer(timestepLimit)),
    );
    return {
      x0: { dtype: "float32", shape: this.#shape, data: this.#x0 },
      noise: { dtype: "float32", shape: this.#shape, data: this.#noise },
      timesteps: { dtype: "int64", shape: [batchSize], data: timesteps },
    };
  }

  state(): string {
    return JSON.stringify({ sampler: this.#sampler.state(), random: this.#random.state() });
  }

  restore(state: string): void {
    const { sampler, random } = parseState(state);
    this.#sampler.restore(sampler);
    this.#random = Random.fromState(random);
  }
}

function parseState(text: string): { sampler: PatchSamplerState; random: number[] } {
  try {
    const { sampler, random }: { sampler: PatchSamplerState; random: number[] } = JSON.parse(text);
    if (Array.isArray(random) && Array.isArray(sampler.order) && Array.isArray(sampler.random)) {
      return { sampler, random };
    }
  } catch (cause) {
    throw noState({ cause });
  }
  throw noState();
}

function noState(options?: { cause?: unknown }): TrainingError {
  const message = "checkpoint: expected the state of its batches, got none. Train again without --resume.";
  return new TrainingError("E_CHECKPOINT", message, options);
}
