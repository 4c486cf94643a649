/** All pixels of a test set in order of their score, with class and region: what the pixel metrics are read from. */
import { checkInteger } from "../base/check.ts";
import { DataError, ShapeError } from "../base/errors.ts";
import { connectedComponents } from "./connected-components.ts";
import { type KeyedValues, sortedKeys, sortedPairs } from "./radix-sort.ts";
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

/**
 * Called for each distinct score, from high to low, with the pixels that have it.
 *
 * `overlap` is Σ 1 / (size of the pixel's region) over the anomalous ones: how much per-region overlap they add.
 */
export type PixelGroupVisitor = (score: number, anomalous: number, normal: number, overlap: number) => void;

/** Sort keys of pixels image by image; they ascend as scores descend. The arrays must not be changed. */
export interface PerImageKeys {
  /** All pixels of each image without a defect. */
  readonly normal: readonly Uint32Array[];
  /** The anomalous pixels of each image with a defect. */
  readonly anomalous: readonly Uint32Array[];
}

/** Pixels collected map by map: 4 bytes for a normal one, 8 for an anomalous one. The maps are not kept. */
export class PixelRanking {
  readonly #normal: Uint32Array[] = []; // sort keys
  readonly #anomalous: KeyedValues[] = []; // sort keys with regions
  readonly #normalImages: Uint32Array[] = []; // those of #normal that are whole images
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

  /** Pixels so far, image by image: a view of what is kept, not a copy. */
  get perImage(): PerImageKeys {
    return { normal: this.#normalImages, anomalous: this.#anomalous.map(({ keys }) => keys) };
  }

  /** Takes a map. @throws {ShapeError} E_SHAPE. @throws {DataError} E_DATA if a score is NaN. */
  add(where: string, image: ScoredMap): void {
    checkExtents(where, image);
    const { looked } = image;
    const counts = (_: number, p: number) => looked?.[p] !== 0;
    const all = descendingKeys(where, image.map);
    const keys = looked ? all.filter(counts) : all;
    const mask = looked ? (image.mask?.map((value, p) => (looked[p] === 0 ? 0 : value)) ?? null) : image.mask;
    const { regions: everywhere, sizes } =
      mask === null
        ? { regions: new Int32Array(0), sizes: [] }
        : connectedComponents(mask, image.width, image.height);
    const regions = looked && mask !== null ? everywhere.filter(counts) : everywhere;
    const anomalous = sizes.reduce((sum, size) => sum + size, 0);
    const normal = keys.length - anomalous;
    this.#counts = { anomalous: this.#counts.anomalous + anomalous, normal: this.#counts.normal + normal };
    if (anomalous === 0) {
      this.#normal.push(keys);
      this.#normalImages.push(keys);
      return;
    }
    const inside = { keys: new Uint32Array(anomalous), values: new Uint32Array(anomalous) };
    const outside = new Uint32Array(normal);
    for (let i = 0, o = 0, p = 0; p < keys.length; p++) {
      const region = regions[p] ?? 0;
      if (region === 0) {
        outside[o++] = keys[p] ?? 0;
      } else {
        inside.keys[i] = keys[p] ?? 0;
        inside.values[i++] = this.#regionSizes.length + region - 1;
      }
    }
    this.#normal.push(outside);
    this.#anomalous.push(inside);
    for (const size of sizes) this.#regionSizes.push(size);
  }

  /** Walks all distinct scores from high to low. Sorts on each call. */
  visit(visitor: PixelGroupVisitor): void {
    const normal = sortedKeys(this.#normal);
    const anomalous = sortedPairs(this.#anomalous);
    const weights = Float64Array.from(this.#regionSizes, (size) => 1 / size);
    const pastEnd = 0x100000000; // above all keys
    let n = 0;
    let a = 0;
    while (n < normal.length || a < anomalous.keys.length) {
      const key = Math.min(normal[n] ?? pastEnd, anomalous.keys[a] ?? pastEnd);
      const firstNormal = n;
      const firstAnomalous = a;
      while (n < normal.length && normal[n] === key) n++;
      let overlap = 0;
      for (; a < anomalous.keys.length && anomalous.keys[a] === key; a++) {
        overlap += weights[anomalous.values[a] ?? 0] ?? 0;
      }
      visitor(scoreOfKey(key), a - firstAnomalous, n - firstNormal, overlap);
    }
  }
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

/** uint32 keys that ascend as the scores descend; equal scores (-0 and 0 too) have equal keys. */
function descendingKeys(where: string, map: Float32Array): Uint32Array {
  const bits = new Uint32Array(map.buffer, map.byteOffset, map.length);
  const keys = new Uint32Array(map.length);
  for (let i = 0; i < keys.length; i++) {
    const word = bits[i] ?? 0;
    if ((word & 0x7fffffff) > 0x7f800000) {
      throw new DataError("E_DATA", `${where}: expected map scores to be numbers, got NaN at pixel ${i}.`);
    }
    // IEEE 754 words order like their values once positive ones are reversed; -0 (0x80000000) joins 0.
    keys[i] = word >= 0x80000000 && word !== 0x80000000 ? word : (word ^ 0x7fffffff) & 0x7fffffff;
  }
  return keys;
}

const keyBits: Uint32Array<ArrayBuffer> = new Uint32Array(1);
const keyScore: Float32Array = new Float32Array(keyBits.buffer);

function scoreOfKey(key: number): number {
  keyBits[0] = key >= 0x80000000 ? key : key ^ 0x7fffffff;
  return keyScore[0] ?? 0;
}
