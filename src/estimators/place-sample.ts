/** A random sample of the places of many images, taken as the images come. */
import type { Random } from "../base/random.ts";

/** Keeps `most` feature vectors, every one seen so far with the same chance. @see Vitter 1985, Algorithm R */
export class PlaceSample {
  readonly #dimensions: number;
  readonly #most: number;
  readonly #random: Random;
  readonly #rows: Float32Array;
  #seen = 0;

  /** @param dimensions - D. */
  constructor(dimensions: number, most: number, random: Random) {
    this.#dimensions = dimensions;
    this.#most = most;
    this.#random = random;
    this.#rows = new Float32Array(most * dimensions);
  }

  /** @param features - float32 [D, L] of one image. */
  add(features: Float32Array): void {
    const size = this.#dimensions;
    const places = features.length / size;
    for (let place = 0; place < places; place++) {
      const row = this.#seen < this.#most ? this.#seen : this.#random.integer(this.#seen + 1);
      this.#seen++;
      if (row >= this.#most) continue;
      for (let i = 0; i < size; i++) this.#rows[row * size + i] = features[i * places + place] ?? 0;
    }
  }

  /** What was kept, float32 [n, D]. */
  rows(): Float32Array {
    return this.#rows.subarray(0, Math.min(this.#seen, this.#most) * this.#dimensions);
  }
}
