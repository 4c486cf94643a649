/** Simplex noise: smooth random functions of the plane without a preferred direction. */
import type { Random } from "./random.ts";

const period = 256;
const skew = (Math.sqrt(3) - 1) / 2; // of the square lattice into triangles, F = (√(n+1) - 1) / n with n = 2
const unskew = (3 - Math.sqrt(3)) / 6;
const reach = 0.5; // squared distance at which a corner's influence ends: within its own triangles

/** One over the largest sum of (1/2 - d²)⁴·d over the three corners of a triangle. */
const scale = 99.2043;

/**
 * A band-limited random function of two variables with features of about one unit; it repeats after 256 lattice cells.
 *
 * Each corner of a lattice of equilateral triangles has a random direction g; the value is the sum over the three corners around
 * the point of (1/2 - |d|²)⁴·(g·d), d from corner to point.
 *
 * @see Perlin 2001, "Noise hardware", in Real-Time Shading SIGGRAPH Course Notes
 */
export class SimplexNoise {
  readonly #order: Uint32Array;
  readonly #directions: readonly (readonly [number, number])[];

  /** @param random - Source of the directions; moved by what it takes to draw them. */
  constructor(random: Random) {
    this.#order = random.permutation(period);
    this.#directions = Array.from({ length: period }, () => {
      const angle = 2 * Math.PI * random.uniform();
      return [Math.cos(angle), Math.sin(angle)] as const;
    });
  }

  /** Value in [-1, 1] at the point (x, y). */
  at(x: number, y: number): number {
    const shift = (x + y) * skew;
    const [i, j] = [Math.floor(x + shift), Math.floor(y + shift)];
    const back = (i + j) * unskew;
    const [dx, dy] = [x - i + back, y - j + back]; // from the cell's first corner
    const [stepX, stepY] = dx > dy ? [1, 0] : [0, 1];
    return (
      scale *
      (this.#corner(i, j, dx, dy) +
        this.#corner(i + stepX, j + stepY, dx - stepX + unskew, dy - stepY + unskew) +
        this.#corner(i + 1, j + 1, dx - 1 + 2 * unskew, dy - 1 + 2 * unskew))
    );
  }

  #corner(i: number, j: number, dx: number, dy: number): number {
    const influence = reach - dx * dx - dy * dy;
    if (influence <= 0) return 0;
    const place = this.#order[(i + (this.#order[j & (period - 1)] ?? 0)) & (period - 1)] ?? 0;
    const [gx, gy] = this.#directions[place] ?? [0, 0];
    return influence ** 4 * (gx * dx + gy * dy);
  }
}

/**
 * A square field of simplex noise in octaves, each twice as fine and `persistence` times as high as the one before, brought to
 * mean 0 and variance 1.
 *
 * @param sidePx - Side of the field, integer >= 2.
 * @param options - `coarsestPx`: size of the features of the first octave, > 0. `octaves`: integer >= 1. `persistence`: in (0, 1].
 * @returns float32 [sidePx · sidePx], row-major.
 * @see Wyatt et al. 2022, "AnoDDPM", CVPR Workshops: 6 octaves, persistence 0.8
 */
export function simplexField(
  sidePx: number,
  options: { readonly coarsestPx: number; readonly octaves: number; readonly persistence: number },
  random: Random,
): Float32Array {
  const { coarsestPx, octaves, persistence } = options;
  const layers = Array.from({ length: octaves }, (_, octave) => ({
    noise: new SimplexNoise(random),
    frequency: 2 ** octave / coarsestPx,
    height: persistence ** octave,
  }));
  const values = Float64Array.from({ length: sidePx * sidePx }, (_, place) => {
    const [x, y] = [place % sidePx, Math.floor(place / sidePx)];
    return layers.reduce(
      (sum, { noise, frequency, height }) => sum + height * noise.at(x * frequency, y * frequency),
      0,
    );
  });
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return Float32Array.from(values, (value) => (value - mean) / Math.sqrt(variance));
}
