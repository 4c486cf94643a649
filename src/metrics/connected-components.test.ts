import fc from "fast-check";
import { expect, test } from "vitest";
import { spreadRegions } from "../../test/support/reference-metrics.ts";
import { connectedComponents } from "./connected-components.ts";

function maskOf(...rows: string[]): [Uint8Array, number, number] {
  return [Uint8Array.from(rows.join(""), Number), rows[0]?.length ?? 0, rows.length];
}

test("regions touch by edges and corners and are numbered by their first pixel", () => {
  const { regions, sizes } = connectedComponents(
    ...maskOf(
      "10010", //
      "01000",
      "00011",
    ),
  );
  expect(Array.from(regions)).toEqual([1, 0, 0, 2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 3]);
  expect(sizes).toEqual([2, 1, 2]);
});

test("regions do not wrap around the edges of the image", () => {
  expect(connectedComponents(...maskOf("001", "100", "001")).sizes).toEqual([1, 1, 1]);
});

test("a spiral is one region and any non-zero value is inside", () => {
  const [mask, width, height] = maskOf("99999", "00001", "11101", "10001", "11111");
  expect(connectedComponents(mask, width, height).sizes).toEqual([17]);
});

test("a mask of one value is no region or one region of a million pixels", () => {
  const mask = new Uint8Array(1 << 20);
  expect(connectedComponents(mask, 1 << 10, 1 << 10).sizes).toEqual([]);
  expect(connectedComponents(mask.fill(1), 1 << 10, 1 << 10).sizes).toEqual([1 << 20]);
});

test("regions equal those of label spreading", () => {
  const masks = fc
    .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }))
    .chain(([width, height]) =>
      fc.record({
        width: fc.constant(width),
        height: fc.constant(height),
        mask: fc.uint8Array({ minLength: width * height, maxLength: width * height, max: 1 }),
      }),
    );
  fc.assert(
    fc.property(masks, ({ mask, width, height }) => {
      const { regions, sizes } = connectedComponents(mask, width, height);
      const expected = spreadRegions(mask, width, height);
      expect(sizes).toEqual(expected.map((pixels) => pixels.length));
      for (const [r, pixels] of expected.entries()) {
        for (const pixel of pixels) expect(regions[pixel]).toBe(r + 1);
      }
      expect(regions.filter((region) => region > 0).length).toBe(expected.flat().length);
    }),
  );
});

test("connectedComponents refuses a mask that does not fit its extents", () => {
  expect(() => connectedComponents(new Uint8Array(5), 2, 3)).toThrow(
    expect.objectContaining({
      name: "ShapeError",
      code: "E_SHAPE",
      message: "connectedComponents: expected a mask of 2 x 3 = 6 pixels, got 5.",
    }),
  );
  expect(() => connectedComponents(new Uint8Array(0), 0, 3)).toThrow(
    expect.objectContaining({ code: "E_OPTION", message: "width: expected an integer >= 1, got 0." }),
  );
  expect(() => connectedComponents(new Uint8Array(1), 1, 1.5)).toThrow(
    expect.objectContaining({ code: "E_OPTION", message: "height: expected an integer >= 1, got 1.5." }),
  );
});
