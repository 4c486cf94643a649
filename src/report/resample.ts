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
  const samples = resample(image, 3, size);
  const data = new Uint8Array(samples.length);
  for (let i = 0; i < data.length; i++) data[i] = Math.round(samples[i] ?? 0);
  return { width, height, data };
}

/**
 * Mask on another grid, 1 inside defects.
 *
 * A shrinking mask keeps every pixel that a defect touches, so that the smallest one stays visible.
 *
 * @throws {ShapeError} E_SHAPE if `mask.data` does not fit its size.
 */
export function resizeMask(mask: DefectMask, size: Size): DefectMask {
  const { width, height } = size;
  const shrinks = width < mask.width || height < mask.height;
  const coverage = maskCoverage(mask, size);
  const data = new Uint8Array(coverage.length);
  for (let i = 0; i < data.length; i++) {
    const share = coverage[i] ?? 0;
    if (shrinks ? share > 0 : share >= 0.5) data[i] = 1;
  }
  return { width, height, data };
}

/** How much of each pixel of another grid is inside a mask, float32 in [0, 1]. @throws {ShapeError} E_SHAPE as {@link resizeMask}. */
export function maskCoverage(mask: DefectMask, size: Size): Float32Array {
  checkRaster("mask", mask, 1);
  const inside = mask.data.map((value) => (value === 0 ? 0 : 1));
  return resample({ ...mask, data: inside }, 1, size);
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

/** What pixels are kept in; one loop for each would be compiled anew for every kind, so there are no more than these. */
type Samples = Uint8Array | Float32Array;

/** float32 [height, width, channels] of the new size: one pass along the rows, one along the columns. */
function resample(raster: Size & { data: Samples }, channels: number, size: Size): Float32Array {
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

function resampleAxis(values: Samples, { outer, length, inner }: Axis, to: number): Float32Array {
  const result = new Float32Array(outer * to * inner);
  const { taps, offsets, weights } = filtersOf(length, to, inner);
  let at = 0;
  for (let row = 0; row < outer; row++) {
    const begin = row * length * inner;
    for (let first = 0; first < weights.length; first += taps) {
      for (let i = begin; i < begin + inner; i++) {
        let sum = 0;
        for (let tap = first; tap < first + taps; tap++)
          sum += (weights[tap] ?? 0) * (values[i + (offsets[tap] ?? 0)] ?? 0);
        result[at++] = sum;
      }
    }
  }
  return result;
}

/** For each target in turn as many source elements, by their offset, and their weights. */
interface Filters {
  readonly taps: number;
  /** int32 [to, taps]. */
  readonly offsets: Int32Array;
  /** float64 [to, taps]; those of a target sum to 1. */
  readonly weights: Float64Array;
}

/** Triangles one source pixel wide, or one target pixel where that is wider; the border is repeated. */
function filtersOf(from: number, to: number, inner: number): Filters {
  const scale = from / to;
  const radius = Math.max(1, scale);
  const taps = Math.ceil(2 * radius);
  const offsets = new Int32Array(to * taps);
  const weights = new Float64Array(to * taps);
  for (let target = 0; target < to; target++) {
    const center = (target + 0.5) * scale - 0.5;
    const first = Math.floor(center - radius) + 1;
    const triangle = Array.from({ length: taps }, (_, i) =>
      Math.max(0, 1 - Math.abs(first + i - center) / radius),
    );
    const sum = triangle.reduce((total, weight) => total + weight, 0);
    triangle.forEach((weight, i) => {
      offsets[target * taps + i] = inner * Math.max(0, Math.min(from - 1, first + i));
      weights[target * taps + i] = weight / sum;
    });
  }
  return { taps, offsets, weights };
}
