/** Which good images belong together: copies, and what a name says; they must not be learned from and calibrated with at once. */

const thumbnailSide = 16;
const sameLevels = 1; // root mean square of thumbnails, grey levels: sensor noise and JPEG leave less (ours)
const sameShare = 0.2; // of the distance to the images that are not the nearest tenth (ours)
const nearestShare = 0.1;

/**
 * Pairs of images that are the same once more: a plain copy, or the same part photographed again from the same place.
 *
 * Two are if their thumbnails differ by less than a grey level, and by less than a fifth of what lies between either and the
 * images beyond its nearest tenth: where all good images are that much alike, none is a copy.
 *
 * @param images - uint8 [3, S, S] each.
 * @param sizePx - S.
 * @returns Pairs (i, j), i < j.
 */
export function nearCopies(images: readonly Uint8Array[], sizePx: number): [number, number][] {
  const thumbnails = images.map((image) => thumbnailOf(image, sizePx));
  const distances = thumbnails.map((a) => Float64Array.from(thumbnails, (b) => distance(a, b)));
  const usual = distances.map((row) => {
    const rising = row.slice().sort();
    return rising[Math.min(rising.length - 1, Math.ceil(nearestShare * rising.length) + 1)] ?? 0;
  });
  const pairs: [number, number][] = [];
  for (const [i, row] of distances.entries()) {
    for (let j = i + 1; j < row.length; j++) {
      const limit = Math.min(sameLevels, sameShare * Math.min(usual[i] ?? 0, usual[j] ?? 0));
      if ((row[j] ?? Infinity) <= limit) pairs.push([i, j]);
    }
  }
  return pairs;
}

/**
 * The group of each image: images that a chain of pairs or the same name connects have the same.
 *
 * @param count - Number of images.
 * @param pairs - Images that belong together.
 * @param names - One for each image; null belongs to no other. Default: none.
 * @returns Number of a group for each image, in [0, groups), counted from the first image on.
 */
export function groupsOf(
  count: number,
  pairs: readonly (readonly [number, number])[],
  names: readonly (string | null)[] = [],
): number[] {
  const first = Array.from({ length: count }, (_, i) => i);
  const root = (i: number): number => (first[i] === i ? i : root(first[i] ?? i));
  const join = (a: number, b: number) => {
    const [low, high] = [root(a), root(b)].sort((x, y) => x - y);
    if (low !== undefined && high !== undefined) first[high] = low;
  };
  for (const [a, b] of pairs) join(a, b);
  const byName = new Map<string, number>();
  names.forEach((name, i) => {
    if (name === null) return;
    const before = byName.get(name);
    if (before === undefined) byName.set(name, i);
    else join(before, i);
  });
  const numbers = new Map<number, number>();
  return first.map((_, i) => {
    const top = root(i);
    const number = numbers.get(top) ?? numbers.size;
    numbers.set(top, number);
    return number;
  });
}

function thumbnailOf(image: Uint8Array, sizePx: number): Float32Array {
  const side = Math.min(thumbnailSide, sizePx);
  const sums = new Float32Array(3 * side * side);
  const counts = new Float32Array(sums.length);
  image.forEach((value, i) => {
    const [x, y] = [i % sizePx, Math.floor(i / sizePx) % sizePx];
    const channel = Math.floor(i / (sizePx * sizePx));
    const cell = (channel * side + Math.floor((y * side) / sizePx)) * side + Math.floor((x * side) / sizePx);
    sums[cell] = (sums[cell] ?? 0) + value;
    counts[cell] = (counts[cell] ?? 0) + 1;
  });
  return sums.map((sum, i) => sum / (counts[i] ?? 1));
}

/** Root mean square of the differences. */
function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return Math.sqrt(sum / a.length);
}
