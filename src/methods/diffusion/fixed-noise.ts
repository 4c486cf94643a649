/** Noise that is part of a model file: fixed by the seed, so that a picture always gets the same map. */

import type { Random } from "../../base/random.ts";
import { sizeOf } from "../../base/shape.ts";
import { simplexField } from "../../base/simplex-noise.ts";
import { add, constant, gather, type Tensor } from "../../graph/index.ts";

/** Kinds of noise that pictures can be noised with; the first is the default. */
export const noiseNames = ["gaussian", "simplex"] as const;

/** One of {@link noiseNames}. */
export type NoiseName = (typeof noiseNames)[number];

const simplex = { coarsestShare: 1 / 4, octaves: 6, persistence: 0.8 } as const; // Wyatt et al.: 64 of 256 px, 6, 0.8

/** One noise for all pictures, float32 [1, 3, S, S], of mean 0 and variance 1 in each channel. */
export function fixedNoise(kind: NoiseName, sidePx: number, random: Random): Tensor {
  const shape = [1, 3, sidePx, sidePx];
  const data = kind === "gaussian" ? random.normals(sizeOf(shape)) : simplexChannels(sidePx, random);
  return constant({ dtype: "float32", shape, data });
}

/** Octaves whose features would be finer than two pixels are left out (ours): they would be white noise. */
function simplexChannels(sidePx: number, random: Random): Float32Array {
  const { coarsestShare, octaves, persistence } = simplex;
  const coarsestPx = sidePx * coarsestShare;
  const visible = Math.min(octaves, Math.max(1, Math.floor(Math.log2(coarsestPx))));
  const data = new Float32Array(3 * sidePx * sidePx);
  for (let channel = 0; channel < 3; channel++) {
    const field = simplexField(sidePx, { coarsestPx, octaves: visible, persistence }, random);
    data.set(field, channel * field.length);
  }
  return data;
}

/**
 * Gaussian noise for each turn of a loop, nearly independent: windows at random places of one field twice as wide, since a field
 * for each of hundreds of turns would be many times the network.
 *
 * @param turns - How many, integer >= 1.
 * @returns The noise of a turn (int64 [], from 0), float32 [1, 3, S, S].
 */
export function windowedNoise(sidePx: number, turns: number, random: Random): (turn: Tensor) => Tensor {
  const shape = [1, 3, 2 * sidePx, 2 * sidePx];
  const field = constant({ dtype: "float32", shape, data: random.normals(sizeOf(shape)) });
  const indices = (length: number, value: (i: number) => number) =>
    constant({
      dtype: "int64",
      shape: [length],
      data: BigInt64Array.from({ length }, (_, i) => BigInt(value(i))),
    });
  const places = indices(sidePx, (i) => i);
  const [rows, columns] = [1, 2].map(() => indices(turns, () => random.integer(sidePx + 1)));
  return (turn) => {
    const window = (starts: Tensor = places) => add(places, gather(starts, turn));
    return gather(gather(field, window(rows), 2), window(columns), 3);
  };
}
