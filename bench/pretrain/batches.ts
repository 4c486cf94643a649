/** Batches of rendered families with planted defects: what a network learns from before it has seen any part. */
import { TrainingError } from "../../src/base/errors.ts";
import { Random } from "../../src/base/random.ts";
import { applySymmetry, plantDefect, symmetries } from "../../src/data/index.ts";
import type { Feeds } from "../../src/runtime/backend.ts";
import type { BatchSource } from "../../src/train/index.ts";
import { photographed } from "./camera.ts";
import { randomFamily } from "./families.ts";

/** Settings of {@link RenderedBatches}. */
export interface RenderedBatchesOptions {
  /** Side of the pictures, pixels. */
  readonly sizePx: number;
  /** Families a batch: one picture of each gets a defect, another is noised. */
  readonly families: number;
  /** As of `RadarBatches`. */
  readonly timestepLimit: number;
  readonly scoringTimestep: number;
  readonly seed: number;
}

const soundShare = 0.2; // of the pictures to be planted that stay as they are
const strangerShare = 0.25; // of defects that are made from a picture of another family

/**
 * Feeds of `defectObjective`. Every batch is of families that no batch before had, and depends on the seed and its number alone:
 * that number is its state.
 */
export class RenderedBatches implements BatchSource {
  readonly #options: RenderedBatchesOptions;
  #made = 0;

  constructor(options: RenderedBatchesOptions) {
    this.#options = options;
  }

  next(): Feeds {
    const { sizePx: size, families, timestepLimit, scoringTimestep, seed } = this.#options;
    const random = new Random(seed).split(`batch ${this.#made++}`);
    const [plane, values] = [size * size, 3 * size * size];
    const x0 = new Float32Array(2 * families * values);
    const noise = new Float32Array(x0.length);
    const mask = new Float32Array(families * plane);
    const change = new Float32Array(families * values);
    const picture = (i: number) => x0.subarray(i * values, (i + 1) * values);
    for (let i = 0; i < families; i++) {
      const family = photographed(random.split(`camera ${i}`), randomFamily(random.split(`family ${i}`)));
      const symmetry = symmetries[random.integer(symmetries.length)] ?? "identity";
      for (const at of [i, families + i]) {
        const upright = new Float32Array(values);
        family(random.split(`picture ${at}`), upright, size);
        picture(at).set(applySymmetry(symmetry, upright, size, 3));
      }
    }
    for (let i = 0; i < families; i++) {
      if (random.uniform() < soundShare) continue;
      const sound = picture(i).slice();
      const other = random.uniform() < strangerShare ? (i + 1) % families : i;
      plantDefect(
        picture(i),
        picture(families + other),
        mask.subarray(i * plane, (i + 1) * plane),
        size,
        random,
      );
      change
        .subarray(i * values, (i + 1) * values)
        .set(picture(i).map((value, at) => value - (sound[at] ?? 0)));
    }
    random.fillNormal(noise.subarray(families * values));
    const timesteps = BigInt64Array.from({ length: 2 * families }, (_, i) =>
      BigInt(i < families ? scoringTimestep : random.integer(timestepLimit)),
    );
    const shape = [2 * families, 3, size, size];
    return {
      x0: { dtype: "float32", shape, data: x0 },
      noise: { dtype: "float32", shape, data: noise },
      timesteps: { dtype: "int64", shape: [2 * families], data: timesteps },
      mask: { dtype: "float32", shape: [families, 1, size, size], data: mask },
      change: { dtype: "float32", shape: [families, 3, size, size], data: change },
    };
  }

  state(): string {
    return String(this.#made);
  }

  restore(state: string): void {
    const made = Number(state);
    if (!/^\d+$/.test(state)) {
      throw new TrainingError("E_CHECKPOINT", `checkpoint: expected a number of batches, got "${state}".`);
    }
    this.#made = made;
  }
}
