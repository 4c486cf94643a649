/** All pixels of a test set in order of their score, with class and region: what the pixel metrics are read from. */
import { checkInteger } from "../base/check.ts";
import { DataError, ShapeError } from "../base/errors.ts";
import { connectedComponents } from "./connected-components.ts";
import { KeyCounts } from "./key-counts.ts";
import { type KeyedValues, sortedPairs } from "./radix-sort.ts";
import type { ClassCounts } from "./tie-groups.ts";

/** An anomaly map with its ground truth. */
export interface ScoredMap {
  /** Anomaly scores, float32 [height * width], row-major; higher is more anomalous. */
  readonly map: Float32Array;
  /** uint8 [height * width], non-zero inside defects; null where the whole image is normal. */
  readonly mask: Uint8Array | null;
  /** uint8 [height * width], 0 where pixels do not count. Default: all count. */
  readonly looked?: Uint8Array | null | undefined;
  /** Pixels per row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** The same with a map that need not be kept: a function makes it anew each time. */
export interface MapSource extends Omit<ScoredMap, "map"> {
  readonly map: Float32Array | (() => Float32Array);
}

/**
 * Called from high to low for each score of anomalous pixels with all pixels that have it, and once for the normal pixels
 * between two of them, if there are any, with the highest of their scores.
 *
 * `overlap` is Σ 1 / (size of the pixel's region) over the anomalous ones: how much per-region overlap they add.
 */
export type PixelGroupVisitor = (score: number, anomalous: number, normal: number, overlap: number) => void;

/** Sort keys of pixels image by image; they ascend as scores descend. The arrays must not be changed. */
export interface PerImageKeys {
  /** How many images have no defect. */
  readonly normalImages: number;
  /** All pixels of each of them, made when they are asked for. */
  readonly normal: Iterable<Uint32Array>;
  /** The anomalous pixels of each image with a defect. */
  readonly anomalous: readonly Uint32Array[];
}

/** An image of which only the anomalous pixels are kept. */
interface RankedImage {
  /** Its scores, once more. */
  readonly map: () => Float32Array;
  /** Where its normal pixels lie: first, past the last, first, past the last ... */
  readonly runs: Uint32Array;
  /** How many normal pixels it has. */
  readonly normal: number;
  readonly hasDefect: boolean;
}

/** Pixels collected map by map: 8 bytes for an anomalous one; normal ones are read again from their map. */
export class PixelRanking {
  readonly #images: RankedImage[] = [];
  readonly #anomalous: KeyedValues[] = []; // sort keys with regions
  readonly #regionSizes: number[] = [];
  #counts: ClassCounts = { anomalous: 0, normal: 0 };

  /** Pixels so far. */
  get counts(): ClassCounts {
    return this.#counts;
  }

  /** 8-connected defect regions so far; regions never span images. */
  get regionCount(): number {
    return this.#regionSizes.length;
  }

  /** Pixels so far, image by image. */
  get perImage(): PerImageKeys {
    const whole = this.#images.filter(({ hasDefect }) => !hasDefect);
    return {
      normalImages: whole.length,
      normal: { [Symbol.iterator]: () => keysOf(whole) },
      anomalous: this.#anomalous.map(({ keys }) => keys),
    };
  }

  /** Takes a map, and keeps it, or what makes it. @throws {ShapeError} E_SHAPE. @throws {DataError} E_DATA if a score is NaN. */
  add(where: string, image: MapSource): void {
    const { looked, width, height, map: given } = image;
    const map = typeof given === "function" ? given : () => given;
    const scores = map();
    checkExtents(where, { ...image, map: scores });
    checkNumbers(where, scores);
    const mask = looked ? (image.mask?.map((value, p) => (looked[p] === 0 ? 0 : value)) ?? null) : image.mask;
    const { regions, sizes } =
      mask === null ? { regions: null, sizes: [] } : connectedComponents(mask, width, height);
    const anomalous = sizes.reduce((sum, size) => sum + size, 0);
    const runs = runsWhere(scores.length, (p) => looked?.[p] !== 0 && (regions?.[p] ?? 0) === 0);
    const normal = lengthOf(runs);
    this.#counts = { anomalous: this.#counts.anomalous + anomalous, normal: this.#counts.normal + normal };
    this.#images.push({ map, runs, normal, hasDefect: anomalous > 0 });
    if (regions === null || anomalous === 0) return;
    const inside = { keys: new Uint32Array(anomalous), values: new Uint32Array(anomalous) };
    const bits = bitsOf(scores);
    for (let i = 0, p = 0; p < regions.length; p++) {
      const region = regions[p] ?? 0;
      if (region === 0) continue;
      inside.keys[i] = keyOf(bits[p] ?? 0);
      inside.values[i++] = this.#regionSizes.length + region - 1;
    }
    this.#anomalous.push(inside);
    for (const size of sizes) this.#regionSizes.push(size);
  }

  /** Walks the scores from high to low. Sorts the anomalous pixels and reads all others on each call. */
  visit(visitor: PixelGroupVisitor): void {
    const { keys, values } = sortedPairs(this.#anomalous);
    const weights = Float64Array.from(this.#regionSizes, (size) => 1 / size);
    const counts = new KeyCounts(keys.filter((key, i) => key !== keys[i - 1]));
    counts.addAll(keysOf(this.#images));
    const visitBetween = (level: number): void => {
      const normal = counts.between[level] ?? 0;
      if (normal > 0) visitor(scoreOfKey(counts.firstBetween[level] ?? 0), 0, normal, 0);
    };
    for (let level = 0, start = 0, end = 0; start < keys.length; level++, start = end) {
      visitBetween(level);
      const key = keys[start] ?? 0;
      let overlap = 0;
      for (; end < keys.length && keys[end] === key; end++) overlap += weights[values[end] ?? 0] ?? 0;
      visitor(scoreOfKey(key), end - start, counts.equal[level] ?? 0, overlap);
    }
    visitBetween(counts.equal.length);
  }
}

/** Keys of the normal pixels, image by image. */
function* keysOf(images: readonly RankedImage[]): Generator<Uint32Array> {
  for (const image of images) yield normalKeys(image);
}

function normalKeys({ map, runs, normal }: RankedImage): Uint32Array {
  const bits = bitsOf(map());
  const keys = new Uint32Array(normal);
  let at = 0;
  for (let run = 0; run < runs.length; run += 2) {
    const end = runs[run + 1] ?? 0;
    for (let p = runs[run] ?? 0; p < end; p++) keys[at++] = keyOf(bits[p] ?? 0);
  }
  return keys;
}

/** Where something holds: first place, place past the last, first ... */
function runsWhere(length: number, holds: (at: number) => boolean): Uint32Array {
  const runs: number[] = [];
  for (let at = 0; at < length; at++) if (holds(at) !== (runs.length % 2 === 1)) runs.push(at);
  if (runs.length % 2 === 1) runs.push(length);
  return Uint32Array.from(runs);
}

function lengthOf(runs: Uint32Array): number {
  let length = 0;
  for (let run = 0; run < runs.length; run += 2) length += (runs[run + 1] ?? 0) - (runs[run] ?? 0);
  return length;
}

function checkExtents(where: string, { map, mask, looked, width, height }: ScoredMap): void {
  checkInteger(`${where}: width`, width, { minimum: 1 });
  checkInteger(`${where}: height`, height, { minimum: 1 });
  const lengths = {
    map: map.length,
    mask: mask?.length ?? map.length,
    "map of what counts": looked?.length ?? map.length,
  };
  for (const [name, length] of Object.entries(lengths)) {
    if (length === width * height) continue;
    throw new ShapeError(
      "E_SHAPE",
      `${where}: expected a ${name} of ${width} x ${height} = ${width * height} pixels, got ${length}.`,
    );
  }
}

/** Throws at the first NaN. */
function checkNumbers(where: string, map: Float32Array): void {
  const at = map.findIndex((score) => Number.isNaN(score));
  if (at < 0) return;
  throw new DataError("E_DATA", `${where}: expected map scores to be numbers, got NaN at pixel ${at}.`);
}

function bitsOf(map: Float32Array): Uint32Array {
  return new Uint32Array(map.buffer, map.byteOffset, map.length);
}

/** uint32 that ascends as the score with these bits descends; equal scores (-0 and 0 too) have equal keys. */
function keyOf(word: number): number {
  // IEEE 754 words order like their values once positive ones are reversed; -0 (0x80000000) joins 0.
  return word >= 0x80000000 && word !== 0x80000000 ? word : (word ^ 0x7fffffff) & 0x7fffffff;
}

const keyBits: Uint32Array<ArrayBuffer> = new Uint32Array(1);
const keyScore: Float32Array = new Float32Array(keyBits.buffer);

function scoreOfKey(key: number): number {
  keyBits[0] = key >= 0x80000000 ? key : key ^ 0x7fffffff;
  return keyScore[0] ?? 0;
}
