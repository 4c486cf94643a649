/** Smooth noise: random values on an integer lattice, blended between the lattice points. */
import type { Random } from "./random.ts";

const period = 256;

/**
 * Band-limited random functions of one or two variables with features of about one unit; they repeat after 256 units.
 *
 * @see Perlin 1985, "An image synthesizer" (value noise on a permuted lattice, cubic blending)
 */
export class SmoothNoise {
  readonly #values: Float32Array;
  readonly #order: Uint32Array;

  /** @param random - Source of the lattice; moved by what it takes to fill it. */
  constructor(random: Random) {
    this.#values = Float32Array.from({ length: period }, () => 2 * random.uniform() - 1);
    this.#order = random.permutation(period);
  }

  /** Value in [-1, 1] at `x`; `row` selects one of 256 unrelated functions. */
  along(x: number, row: number): number {
    const cell = Math.floor(x);
    const base = this.#order[row & 255] ?? 0;
    const left = this.#values[(this.#order[(cell + base) & 255] ?? 0) & 255] ?? 0;
    const right = this.#values[(this.#order[(cell + 1 + base) & 255] ?? 0) & 255] ?? 0;
    return left + ease(x - cell) * (right - left);
  }

  /** Value in [-1, 1] at the point (x, y). */
  at(x: number, y: number): number {
    const row = Math.floor(y);
    const upper = this.along(x, row);
    return upper + ease(y - row) * (this.along(x, row + 1) - upper);
  }
}

/**
 * Noise of several octaves over the unit square, each twice as fine and half as high as the one before.
 *
 * @param cells - Features along a side in the first octave, > 0.
 * @param octaves - Number of octaves, integer >= 1.
 * @returns Value at (u, v) in [0, 1]; in (-2, 2), mostly within [-1, 1].
 */
export function fractalNoise(
  cells: number,
  octaves: number,
  random: Random,
): (u: number, v: number) => number {
  const layers = Array.from({ length: octaves }, (_, i) => ({
    noise: new SmoothNoise(random),
    scale: cells * 2 ** i,
    height: 0.5 ** i,
    shift: period * random.uniform(),
  }));
  return (u, v) =>
    layers.reduce(
      (sum, { noise, scale, height, shift }) => sum + height * noise.at(u * scale + shift, v * scale + shift),
      0,
    );
}

/** Cubic from (0, 0) to (1, 1), flat at both ends. */
export function ease(t: number): number {
  return t * t * (3 - 2 * t);
}

/** 0 below `from`, 1 above `to`, {@link ease} between; `from` > `to` runs the other way. */
export function smoothStep(from: number, to: number, value: number): number {
  return ease(Math.min(1, Math.max(0, (value - from) / (to - from))));
}

/** Uniform number in [minimum, maximum). */
export function between(random: Random, minimum: number, maximum: number): number {
  return minimum + (maximum - minimum) * random.uniform();
}
