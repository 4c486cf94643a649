/** Random outlines of synthetic defects: blots, clouds, scratches, bars and specks. */
import type { Random } from "../base/random.ts";
import { fractalNoise } from "../base/smooth-noise.ts";
import { weightedChoice } from "./weighted-choice.ts";

/** Pixels that a defect covers, and how much of each. */
export interface DefectShape {
  /** Places y · size + x. */
  readonly places: readonly number[];
  /** Coverage of each place, in (0, 1]: below 1 at soft edges. */
  readonly coverage: readonly number[];
}

/** Draws one kind of outline. `size` is the image's side in pixels. */
type Draw = (canvas: Canvas, size: number, random: Random) => void;

/** Kinds with the share of defects that have them (ours). */
const kinds: readonly { readonly share: number; readonly draw: Draw }[] = [
  { share: 0.3, draw: drawBlot },
  { share: 0.15, draw: drawCloud },
  { share: 0.25, draw: drawScratch },
  { share: 0.14, draw: drawBar },
  { share: 0.16, draw: drawSpecks },
];

/**
 * A random outline.
 *
 * @param size - Side of the square image in pixels.
 * @returns The covered pixels; none if the outline fell outside the image.
 */
export function randomDefectShape(size: number, random: Random): DefectShape {
  const canvas = new Canvas(size);
  weightedChoice(kinds, random).draw(canvas, size, random);
  return canvas.shape();
}

/** Coverage so far; where strokes overlap the larger one counts. */
class Canvas {
  readonly #size: number;
  readonly #coverage: Float64Array; // of every pixel
  readonly #places: number[] = []; // that are covered, in the order in which they came

  constructor(size: number) {
    this.#size = size;
    this.#coverage = new Float64Array(size * size);
  }

  /** Calls `coverage` for all pixels of a square around (x, y) and keeps what is above 0. */
  paint(x: number, y: number, reach: number, coverage: (x: number, y: number) => number): void {
    const first = (center: number) => Math.max(0, Math.floor(center - reach));
    const last = (center: number) => Math.min(this.#size - 1, Math.ceil(center + reach));
    const [left, right, bottom] = [first(x), last(x), last(y)];
    for (let row = first(y); row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const value = Math.min(1, coverage(column, row));
        const place = row * this.#size + column;
        const before = this.#coverage[place] ?? 0;
        if (!(value > before)) continue;
        if (before === 0) this.#places.push(place);
        this.#coverage[place] = value;
      }
    }
  }

  shape(): DefectShape {
    return { places: this.#places, coverage: this.#places.map((place) => this.#coverage[place] ?? 0) };
  }
}

/** An ellipse with a ragged edge. */
function drawBlot(canvas: Canvas, size: number, random: Random): void {
  const noise = fractalNoise(2 + 6 * random.uniform(), 3, random);
  const [x0, y0] = [random.uniform() * size, random.uniform() * size];
  const radius = size * (0.03 + 0.22 * random.uniform() ** 2);
  const stretch = 0.5 + random.uniform();
  const turn = rotation(random);
  canvas.paint(x0, y0, 2 * radius * Math.max(stretch, 1 / stretch), (x, y) => {
    const [u, v] = turn(x - x0, y - y0);
    const distance = (u / (radius * stretch)) ** 2 + ((v * stretch) / radius) ** 2;
    return distance < 4 ? 4 * (1 - distance + 0.9 * noise(x / size, y / size)) : 0;
  });
}

/** Patches where slow noise is high, anywhere in the image. */
function drawCloud(canvas: Canvas, size: number, random: Random): void {
  const noise = fractalNoise(2 ** (1 + random.integer(4)), 2, random);
  const threshold = 0.45 + 0.3 * random.uniform();
  canvas.paint(size / 2, size / 2, size / 2, (x, y) => 12 * (noise(x / size, y / size) - threshold));
}

/** One or two wandering lines of varying width. */
function drawScratch(canvas: Canvas, size: number, random: Random): void {
  for (let line = 0; line <= random.integer(2); line++) {
    let [x, y, angle] = [random.uniform() * size, random.uniform() * size, 2 * Math.PI * random.uniform()];
    const length = size * (0.05 + 0.5 * random.uniform());
    const width = 0.6 + 0.015 * size * random.uniform() ** 2;
    const wobble = 0.15 * random.uniform();
    for (let walked = 0; walked < length; walked += 0.5) {
      const half = width * (0.7 + 0.6 * random.uniform());
      canvas.paint(x, y, half + 1, (px, py) => half + 0.5 - Math.hypot(px - x, py - y));
      angle += (random.uniform() - 0.5) * wobble;
      x += 0.5 * Math.cos(angle);
      y += 0.5 * Math.sin(angle);
    }
  }
}

/** A rectangle at any angle. */
function drawBar(canvas: Canvas, size: number, random: Random): void {
  const [x0, y0] = [random.uniform() * size, random.uniform() * size];
  const width = size * (0.02 + 0.12 * random.uniform());
  const height = size * (0.02 + 0.12 * random.uniform() ** 2);
  const turn = rotation(random);
  canvas.paint(x0, y0, Math.hypot(width, height) + 1, (x, y) => {
    const [u, v] = turn(x - x0, y - y0);
    return 0.5 + Math.min(width - Math.abs(u), height - Math.abs(v));
  });
}

/** A few dots close together. */
function drawSpecks(canvas: Canvas, size: number, random: Random): void {
  const [x0, y0] = [random.uniform() * size, random.uniform() * size];
  const spread = 0.12 * size * random.uniform();
  for (let speck = 0; speck <= random.integer(8); speck++) {
    const [x, y] = [x0 + spread * random.normal(), y0 + spread * random.normal()];
    const radius = 0.5 + size * (0.004 + 0.025 * random.uniform() ** 2);
    canvas.paint(x, y, radius + 1, (px, py) => radius + 0.5 - Math.hypot(px - x, py - y));
  }
}

/** Coordinates turned by an angle drawn from [0, π). */
export function rotation(random: Random): (x: number, y: number) => [number, number] {
  const angle = Math.PI * random.uniform();
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return (x, y) => [x * cos + y * sin, y * cos - x * sin];
}
