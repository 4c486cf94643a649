import fc from "fast-check";
import { expect, test } from "vitest";
import {
  broadcastShapes,
  fixedShape,
  formatTensor,
  normalizeAxis,
  sameShape,
  sizeOf,
  stridesOf,
} from "./shape.ts";

test("broadcasting aligns right and stretches 1", () => {
  expect(broadcastShapes([2, 1, 3], [4, 1], "add")).toEqual([2, 4, 3]);
  expect(broadcastShapes([], [5], "add")).toEqual([5]);
  expect(broadcastShapes(["N", 3], [1, 3], "add")).toEqual(["N", 3]);
  expect(broadcastShapes([0], [1], "add")).toEqual([0]);
});

test("shapes that do not broadcast are named", () => {
  expect(() => broadcastShapes([2, 3], [2], "add")).toThrow(
    "add: expected shapes that broadcast (equal extents or 1, aligned right), got [2, 3] and [2].",
  );
  expect(() => broadcastShapes(["N"], ["M"], "add")).toThrow("got [N] and [M].");
});

/** Three shapes that broadcast together: a common one, with some extents 1 and some leading ones left out. */
const together = fc
  .array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 })
  .chain((shape) =>
    fc.tuple(
      ...[0, 1, 2].map(() =>
        fc
          .tuple(
            fc.integer({ min: 0, max: shape.length }),
            fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
          )
          .map(([drop, ones]) => shape.map((dim, i) => (ones[i] ? 1 : dim)).slice(drop)),
      ),
    ),
  );

test("broadcasting is commutative and associative, and a shape with itself is itself", () => {
  const both = (a: readonly (number | string)[], b: readonly (number | string)[]) =>
    broadcastShapes(a, b, "law");
  fc.assert(
    fc.property(together, ([a = [], b = [], c = []]) => {
      expect(both(a, b)).toEqual(both(b, a));
      expect(both(both(a, b), c)).toEqual(both(a, both(b, c)));
      expect(both(a, a)).toEqual(a);
    }),
  );
});

test("strides count elements, the last axis fastest", () => {
  expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1]);
  expect(stridesOf([])).toEqual([]);
});

test("a run-time extent has no size", () => {
  expect(sizeOf([2, 3, 4])).toBe(24);
  expect(sizeOf([])).toBe(1);
  expect(() => sizeOf(["N", 3])).toThrow(
    "sizeOf: expected extents known when the graph is built, got [N, 3] with the run-time extent N.",
  );
  expect(() => fixedShape([2, "H"], "expand")).toThrow("expand: expected extents known");
});

test("axes count from both ends", () => {
  expect([0, 2, -1, -3].map((axis) => normalizeAxis(axis, 3, "concat"))).toEqual([0, 2, 2, 0]);
  for (const axis of [3, -4, 0.5]) {
    expect(() => normalizeAxis(axis, 3, "concat")).toThrow(
      `concat: expected an axis in [-3, 2] for rank 3, got ${axis}.`,
    );
  }
});

test("equal shapes have equal extents, names included", () => {
  expect(sameShape(["N", 3], ["N", 3])).toBe(true);
  expect(sameShape(["N", 3], ["M", 3])).toBe(false);
  expect(sameShape([1, 3], [3])).toBe(false);
});

test("a type is written as dtype and extents", () => {
  expect(formatTensor("float32", ["N", 3, 32, 32])).toBe("float32[N, 3, 32, 32]");
  expect(formatTensor("bool", [])).toBe("bool[]");
});
