/** How many keys are equal to each of some levels, and how many lie between: what is left of a sort where few keys matter. */
import { sortedKeys } from "./radix-sort.ts";

const sortedTogether = 1 << 22; // keys (ours: 32 MB while they are sorted)

/** Counts of uint32 keys among ascending levels. */
export class KeyCounts {
  readonly #levels: Uint32Array;
  /** uint32 [levels]: keys equal to each level. */
  readonly equal: Uint32Array;
  /** uint32 [levels + 1]: keys below the first level, between the first and the second ..., above the last. */
  readonly between: Uint32Array;
  /** uint32 [levels + 1]: the smallest key of those; 2^32 - 1 where there is none. */
  readonly firstBetween: Uint32Array;

  /** @param levels - Distinct, ascending. */
  constructor(levels: Uint32Array) {
    this.#levels = levels;
    this.equal = new Uint32Array(levels.length);
    this.between = new Uint32Array(levels.length + 1);
    this.firstBetween = new Uint32Array(levels.length + 1).fill(0xffffffff);
  }

  /** Counts keys that come in pieces, some millions at a time. */
  addAll(pieces: Iterable<Uint32Array>): void {
    let waiting: Uint32Array[] = [];
    let length = 0;
    for (const piece of pieces) {
      waiting.push(piece);
      length += piece.length;
      if (length < sortedTogether) continue;
      this.#merge(sortedKeys(waiting));
      waiting = [];
      length = 0;
    }
    this.#merge(sortedKeys(waiting));
  }

  #merge(keys: Uint32Array): void {
    const { equal, between, firstBetween } = this;
    const levels = this.#levels;
    let level = 0;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] ?? 0;
      while (level < levels.length && (levels[level] ?? 0) < key) level++;
      if (levels[level] === key) {
        equal[level] = (equal[level] ?? 0) + 1;
      } else {
        between[level] = (between[level] ?? 0) + 1;
        if (key < (firstBetween[level] ?? 0)) firstBetween[level] = key;
      }
    }
  }
}
