/** Changing the size of pictures, maps and masks: bilinear when they grow, antialiased when they shrink. */
import {
  type AnomalyMap,
  checkRaster,
  type DefectMask,
  type LabelMap,
  type RgbImage,
  type Size,
} from "../base/raster.ts";

/**
 * Anomaly map on another grid, usually that of its image.
 *
 * Bilinear with half-pixel centres and repeated borders (the rule of ONNX `Resize`, mode linear, half_pixel).
 *
 * @returns float32 [height, width]; within the range of the input.
 * @throws {ShapeError} E_SHAPE if `map.data` does not fit its size.
 */
export function resizeMap(map: AnomalyMap, size: Size): AnomalyMap {
  checkRaster("map", map, 1);
  const { width, height } = size;
  return { width, height, data: resample(map, 1, size) };
}

/** Picture at another size, uint8 [height, width, 3]. @throws {ShapeError} E_SHAPE if `image.data` does not fit its size. */
export function resizeImage(image: RgbImage, size: Size): RgbImage {
  checkRaster("image", image, 3);
  const { width, height } = size;
  return { width, height, data: Uint8Array.from(resample(image, 3, size), Math.round) };
}

/**
 * Mask on another grid, 1 inside defects.
 *
 * A shrinking mask keeps every pixel that a defect touches, so that the smallest one stays visible.
 *
 * @throws {ShapeError} E_SHAPE if `mask.data` does not fit its size.
 */
export function resizeMask(mask: DefectMask, size: Size): DefectMask {
  checkRaster("mask", mask, 1);
  const { width, height } = size;
  const shrinks = width < mask.width || height < mask.height;
  const inside = { ...mask, data: mask.data.map((value) => (value === 0 ? 0 : 1)) };
  const coverage = resample(inside, 1, size);
  return { width, height, data: Uint8Array.from(coverage, (share) => +(shrinks ? share > 0 : share >= 0.5)) };
}

/** Labels on another grid: each pixel has that of the place in which its middle lies. */
export function resizeLabels(labels: LabelMap, { width, height }: Size): LabelMap {
  checkRaster("labels", labels, 1);
  const columns = Uint32Array.from({ length: width }, (_, x) =>
    Math.floor(((x + 0.5) * labels.width) / width),
  );
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * labels.height) / height) * labels.width;
    for (let x = 0; x < width; x++) data[y * width + x] = labels.data[row + (columns[x] ?? 0)] ?? 0;
  }
  return { width, height, data };
}

/** The largest size of the same proportions whose longer side is `side` pixels. */
export function fitWithin(size: Size, side: number): Size {
  const scale = side / Math.max(size.width, size.height);
  const scaled = (pixels: number) => Math.max(1, Math.round(pixels * scale));
  return { width: scaled(size.width), height: scaled(size.height) };
}

/** float32 [height, width, channels] of the new size: one pass along the rows, one along the columns. */
function resample(raster: Size & { data: ArrayLike<number> }, channels: number, size: Size): Float32Array {
  const { width, height } = raster;
  const narrow = resampleAxis(raster.data, { outer: height, length: width, inner: channels }, size.width);
  return resampleAxis(narrow, { outer: 1, length: height, inner: size.width * channels }, size.height);
}

interface Axis {
  /** Elements before the axis. */
  readonly outer: number;
  /** Elements along the axis. */
  readonly length: number;
  /** Elements after the axis. */
  readonly inner: number;
}

function resampleAxis(values: ArrayLike<number>, { outer, length, inner }: Axis, to: number): Float32Array {
  const result = new Float32Array(outer * to * inner);
  const filters = Array.from({ length: to }, (_, target) => taps(target, length, to));
  for (let row = 0; row < outer; row++) {
    for (const [target, { first, weights }] of filters.entries()) {
      const into = (row * to + target) * inner;
      for (const [tap, weight] of weights.entries()) {
        const source = Math.max(0, Math.min(length - 1, first + tap)); // repeat the border
        const from = (row * length + source) * inner;
        for (let i = 0; i < inner; i++)
          result[into + i] = (result[into + i] ?? 0) + weight * (values[from + i] ?? 0);
      }
    }
  }
  return result;
}

/** Weights of a triangle one source pixel wide, or one target pixel where that is wider; they sum to 1. */
function taps(target: number, from: number, to: number): { first: number; weights: number[] } {
  const scale = from / to;
  const radius = Math.max(1, scale);
  const center = (target + 0.5) * scale - 0.5;
  const first = Math.floor(center - radius) + 1;
  const count = Math.ceil(center + radius) - first;
  const weights = Array.from({ length: count }, (_, i) => 1 - Math.abs(first + i - center) / radius);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { first, weights: weights.map((weight) => weight / sum) };
}
