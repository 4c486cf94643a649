/**
 * Radix sort of 32-bit keys: linear time for the tens of millions of pixels of a test set.
 * Least significant digit first, three digits of 11, 11 and 10 bits (Knuth, TAOCP vol. 3, section 5.2.5).
 */

const digitBits = 11;
const buckets = 1 << digitBits;
const digitMask = buckets - 1;

/**
 * All keys, ascending.
 *
 * Takes twice the keys' memory while it runs and returns half of that; the chunks stay as they are.
 *
 * @param chunks - uint32 keys in pieces of any length.
 */
export function sortedKeys(chunks: readonly Uint32Array[]): Uint32Array {
  const digits = digitOffsets(chunks);
  const first = new Uint32Array(totalLength(chunks));
  for (const chunk of chunks) scatterKeys(chunk, first, digits[0], 0);
  const second = new Uint32Array(first.length);
  scatterKeys(first, second, digits[1], digitBits);
  scatterKeys(second, first, digits[2], 2 * digitBits);
  return first;
}

/** Keys with a value each. */
export interface KeyedValues {
  /** uint32 [n]. */
  readonly keys: Uint32Array;
  /** uint32 [n]; entry i belongs to key i. */
  readonly values: Uint32Array;
}

/**
 * All keys, ascending, with their values; equal keys keep their order.
 *
 * @param chunks - Pairs in pieces of any length.
 */
export function sortedPairs(chunks: readonly KeyedValues[]): KeyedValues {
  const keyChunks = chunks.map((chunk) => chunk.keys);
  const digits = digitOffsets(keyChunks);
  const length = totalLength(keyChunks);
  const first = { keys: new Uint32Array(length), values: new Uint32Array(length) };
  for (const chunk of chunks) scatterPairs(chunk, first, digits[0], 0);
  const second = { keys: new Uint32Array(length), values: new Uint32Array(length) };
  scatterPairs(first, second, digits[1], digitBits);
  scatterPairs(second, first, digits[2], 2 * digitBits);
  return first;
}

type Offsets = [Uint32Array, Uint32Array, Uint32Array];

/** For each of the three digits, where each bucket begins in the sorted array. */
function digitOffsets(chunks: readonly Uint32Array[]): Offsets {
  const offsets: Offsets = [new Uint32Array(buckets), new Uint32Array(buckets), new Uint32Array(buckets)];
  const [low, middle, high] = offsets;
  for (const chunk of chunks) {
    for (let i = 0; i < chunk.length; i++) {
      const key = chunk[i] ?? 0;
      increment(low, key & digitMask);
      increment(middle, (key >>> digitBits) & digitMask);
      increment(high, key >>> (2 * digitBits));
    }
  }
  for (const counts of offsets) {
    let begin = 0;
    for (let digit = 0; digit < buckets; digit++) {
      const count = counts[digit] ?? 0;
      counts[digit] = begin;
      begin += count;
    }
  }
  return offsets;
}

function increment(counts: Uint32Array, index: number): number {
  const before = counts[index] ?? 0;
  counts[index] = before + 1;
  return before;
}

function scatterKeys(from: Uint32Array, to: Uint32Array, offsets: Uint32Array, shift: number): void {
  for (let i = 0; i < from.length; i++) {
    const key = from[i] ?? 0;
    to[increment(offsets, (key >>> shift) & digitMask)] = key;
  }
}

function scatterPairs(from: KeyedValues, to: KeyedValues, offsets: Uint32Array, shift: number): void {
  for (let i = 0; i < from.keys.length; i++) {
    const key = from.keys[i] ?? 0;
    const position = increment(offsets, (key >>> shift) & digitMask);
    to.keys[position] = key;
    to.values[position] = from.values[i] ?? 0;
  }
}

function totalLength(chunks: readonly Uint32Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}
