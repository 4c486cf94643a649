/** Where a map marks something: its regions above a threshold, in the picture's own pixels. */
import { checkNumber } from "../base/check.ts";
import { type AnomalyMap, checkRaster, type Size } from "../base/raster.ts";
import { connectedComponents } from "./connected-components.ts";

/** A place in a picture, in its pixels from the upper left corner; the middle of the first pixel is at 0.5, 0.5. */
export interface PicturePoint {
  /** To the right. */
  readonly x: number;
  /** Downwards. */
  readonly y: number;
}

/** A connected part of a map above a threshold. */
export interface MapRegion {
  /** The smallest box of whole pixels around it. */
  readonly box: PicturePoint & Size;
  /** Its size in pixels of the picture; not whole where the map is coarser or finer. */
  readonly area: number;
  /** Its highest score, and where that is. */
  readonly peak: PicturePoint & { readonly score: number };
  /** The mean of its places. */
  readonly centroid: PicturePoint;
}

/**
 * Connected regions (8-connectivity) of a map with scores above a threshold, the highest peak first.
 *
 * They are found on the map's own grid and then scaled, so that borders are as exact as one place of the map.
 *
 * @param map - Of any size, e.g. a detection's `anomalyMap`.
 * @param threshold - E.g. the description's `calibration.pixelThreshold`; score > threshold is inside.
 * @param size - The picture's size in pixels. Default: the map's.
 * @throws {OptionError} E_OPTION if the threshold is not finite or a size is not a positive integer.
 * @throws {ShapeError} E_SHAPE if the map's data does not fit its size.
 * @example
 * const map = { width: 2, height: 2, data: Float32Array.of(0, 3, 0, 2) };
 * regions(map, 1, { width: 20, height: 10 })[0]?.box; //=> { x: 10, y: 0, width: 10, height: 10 }
 */
export function regions(map: AnomalyMap, threshold: number, size: Size = map): MapRegion[] {
  checkRaster("map", map, 1);
  checkNumber("threshold", threshold);
  checkRaster("size", { ...size, data: { length: size.width * size.height } }, 1);
  const { width, height, data } = map;
  const inside = Uint8Array.from(data, (score) => (score > threshold ? 1 : 0));
  const components = connectedComponents(inside, width, height);
  const parts = components.sizes.map(() => new Extent());
  components.regions.forEach((region, at) => {
    parts[region - 1]?.add(at % width, Math.floor(at / width), data[at] ?? 0);
  });
  const scale = { x: size.width / width, y: size.height / height };
  return parts.map((part) => part.scaled(scale)).sort((a, b) => b.peak.score - a.peak.score);
}

/** What is known of a region while its places are gone through. */
class Extent {
  #count = 0;
  #sum = { x: 0, y: 0 };
  #first = { x: Infinity, y: Infinity };
  #last = { x: -Infinity, y: -Infinity };
  #peak = { x: 0, y: 0, score: -Infinity };

  add(x: number, y: number, score: number): void {
    this.#count++;
    this.#sum = { x: this.#sum.x + x, y: this.#sum.y + y };
    this.#first = { x: Math.min(this.#first.x, x), y: Math.min(this.#first.y, y) };
    this.#last = { x: Math.max(this.#last.x, x), y: Math.max(this.#last.y, y) };
    if (score > this.#peak.score) this.#peak = { x, y, score };
  }

  /** @param scale - Pixels of the picture for a place of the map. */
  scaled(scale: PicturePoint): MapRegion {
    const middle = (x: number, y: number): PicturePoint => ({
      x: (x + 0.5) * scale.x,
      y: (y + 0.5) * scale.y,
    });
    const [left, top] = [Math.floor(this.#first.x * scale.x), Math.floor(this.#first.y * scale.y)];
    const [right, bottom] = [
      Math.ceil((this.#last.x + 1) * scale.x),
      Math.ceil((this.#last.y + 1) * scale.y),
    ];
    return {
      box: { x: left, y: top, width: right - left, height: bottom - top },
      area: this.#count * scale.x * scale.y,
      peak: { ...middle(this.#peak.x, this.#peak.y), score: this.#peak.score },
      centroid: middle(this.#sum.x / this.#count, this.#sum.y / this.#count),
    };
  }
}
