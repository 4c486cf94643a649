/** What JPEG takes from a picture, without writing a file: the quantised cosine transform of its brightness and colour differences. */
import type { Size } from "../base/raster.ts";

const side = 8; // of a block, in pixels

/** Quantisation steps of brightness at quality 50, row by row. @see ITU-T T.81 (1992), table K.1 */
const brightnessSteps: readonly number[] = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22,
  29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103,
  121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];

/** The same of colour differences: 99 but for the slowest. @see ITU-T T.81, table K.2 */
const colourSteps: readonly number[] = brightnessSteps.map((_, i) => {
  const slow = [
    [17, 18, 24, 47],
    [18, 21, 26, 66],
    [24, 26, 56, 99],
    [47, 66, 99, 99],
  ];
  return slow[Math.floor(i / side)]?.[i % side] ?? 99;
});

/** Rows of the orthonormal cosine transform of 8 values. @see ITU-T T.81, A.3.3 */
const cosines = Float64Array.from({ length: side * side }, (_, i) => {
  const [frequency, place] = [Math.floor(i / side), i % side];
  return (frequency === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * place + 1) * frequency * Math.PI) / 16);
});

const inverse = cosines.map((_, i) => cosines[(i % side) * side + Math.floor(i / side)] ?? 0);

/**
 * A picture as it comes back from a JPEG file that keeps colour differences at half the resolution (4:2:0).
 *
 * @param levels - float32 [3, height, width]: red, green and blue in [0, 255].
 * @param quality - 1 .. 100, counted as libjpeg does.
 * @returns A new array of the same shape, neither rounded nor clamped.
 */
export function jpegLoss(levels: Float32Array, { width, height }: Size, quality: number): Float32Array {
  const plane = width * height;
  const [brightness, blue, red] = [new Float32Array(plane), new Float32Array(plane), new Float32Array(plane)];
  for (let i = 0; i < plane; i++) {
    const [r = 0, g = 0, b = 0] = [levels[i], levels[plane + i], levels[2 * plane + i]];
    const y = 0.299 * r + 0.587 * g + 0.114 * b; // ITU-T T.871, section 7
    brightness[i] = y - 128;
    blue[i] = (b - y) / 1.772;
    red[i] = (r - y) / 1.402;
  }
  const scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  const stepsOf = (table: readonly number[]) =>
    table.map((step) => Math.min(255, Math.max(1, Math.floor((step * scale + 50) / 100))));
  const y = quantized(brightness, { width, height }, stepsOf(brightnessSteps));
  const colour = (difference: Float32Array) => {
    const half = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
    return doubled(quantized(halved(difference, { width, height }), half, stepsOf(colourSteps)), half, {
      width,
      height,
    });
  };
  const [cb, cr] = [colour(blue), colour(red)];
  const result = new Float32Array(3 * plane);
  for (let i = 0; i < plane; i++) {
    const [bright, b = 0, r = 0] = [128 + (y[i] ?? 0), cb[i], cr[i]];
    result[i] = bright + 1.402 * r;
    result[plane + i] = bright - (0.114 * 1.772 * b + 0.299 * 1.402 * r) / 0.587;
    result[2 * plane + i] = bright + 1.772 * b;
  }
  return result;
}

/** A plane with the cosine transform of each block rounded to multiples of the steps; blocks over the edge repeat it. */
function quantized(plane: Float32Array, { width, height }: Size, steps: readonly number[]): Float32Array {
  const result = new Float32Array(plane.length);
  const block = new Float64Array(side * side);
  const rows = new Float64Array(side * side);
  for (let top = 0; top < height; top += side) {
    for (let left = 0; left < width; left += side) {
      for (let i = 0; i < block.length; i++) {
        const y = Math.min(height - 1, top + Math.floor(i / side));
        const x = Math.min(width - 1, left + (i % side));
        block[i] = plane[y * width + x] ?? 0;
      }
      transformed(block, rows, cosines);
      transformed(rows, block, cosines);
      for (let i = 0; i < block.length; i++) {
        const step = steps[i] ?? 1;
        block[i] = step * Math.round((block[i] ?? 0) / step);
      }
      transformed(block, rows, inverse);
      transformed(rows, block, inverse);
      for (let i = 0; i < block.length; i++) {
        const [y, x] = [top + Math.floor(i / side), left + (i % side)];
        if (y < height && x < width) result[y * width + x] = block[i] ?? 0;
      }
    }
  }
  return result;
}

/** One dimension of the cosine transform of all rows of a block, written into columns: twice, and both dimensions are done. */
function transformed(from: Float64Array, to: Float64Array, matrix: Float64Array): void {
  for (let line = 0; line < side; line++) {
    for (let k = 0; k < side; k++) {
      let sum = 0;
      for (let n = 0; n < side; n++) sum += (matrix[k * side + n] ?? 0) * (from[line * side + n] ?? 0);
      to[k * side + line] = sum;
    }
  }
}

/** Means of 2 × 2 pixels; the edge is repeated. */
function halved(plane: Float32Array, { width, height }: Size): Float32Array {
  const size = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
  const result = new Float32Array(size.width * size.height);
  for (let y = 0; y < size.height; y++) {
    const [top, bottom] = [2 * y, Math.min(height - 1, 2 * y + 1)];
    for (let x = 0; x < size.width; x++) {
      const [left, right] = [2 * x, Math.min(width - 1, 2 * x + 1)];
      const at = (row: number, column: number) => plane[row * width + column] ?? 0;
      result[y * size.width + x] =
        (at(top, left) + at(top, right) + at(bottom, left) + at(bottom, right)) / 4;
    }
  }
  return result;
}

/** Twice the resolution: each pixel three parts its own value and one part its neighbour's, along both sides ("fancy" in libjpeg). */
function doubled(plane: Float32Array, small: Size, { width, height }: Size): Float32Array {
  const result = new Float32Array(width * height);
  const neighbour = (i: number, length: number) =>
    Math.max(0, Math.min(length - 1, (i >> 1) + (i % 2 === 0 ? -1 : 1)));
  for (let y = 0; y < height; y++) {
    const [near, far] = [(y >> 1) * small.width, neighbour(y, small.height) * small.width];
    for (let x = 0; x < width; x++) {
      const [here, beside] = [x >> 1, neighbour(x, small.width)];
      const row = (start: number) => 0.75 * (plane[start + here] ?? 0) + 0.25 * (plane[start + beside] ?? 0);
      result[y * width + x] = 0.75 * row(near) + 0.25 * row(far);
    }
  }
  return result;
}
