import fc from "fast-check";
import { expect, test } from "vitest";
import { sortedKeys, sortedPairs } from "./radix-sort.ts";

const chunks = fc.array(fc.uint32Array({ maxLength: 30 }), { maxLength: 5 });

test("sortedKeys orders the keys of all chunks and leaves the chunks alone", () => {
  fc.assert(
    fc.property(chunks, (list) => {
      const all = list.flatMap((chunk) => Array.from(chunk));
      expect(Array.from(sortedKeys(list))).toEqual(all.toSorted((a, b) => a - b));
      expect(list.flatMap((chunk) => Array.from(chunk))).toEqual(all);
    }),
  );
});

test("sortedPairs keeps values with their keys and equal keys in order", () => {
  const few = fc.array(fc.uint32Array({ maxLength: 30, max: 5 }), { maxLength: 5 });
  fc.assert(
    fc.property(fc.oneof(chunks, few), (list) => {
      let next = 0;
      const pairs = list.map((keys) => ({ keys, values: Uint32Array.from(keys, () => next++) }));
      const expected = pairs
        .flatMap(({ keys, values }) => Array.from(keys, (key, i) => [key, values[i]] as const))
        .toSorted((a, b) => a[0] - b[0]);
      const sorted = sortedPairs(pairs);
      expect(Array.from(sorted.keys, (key, i) => [key, sorted.values[i]])).toEqual(expected);
    }),
  );
});
