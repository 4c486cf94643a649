import { expect, test } from "vitest";
import { depthOf, toBytes } from "./sample-depth.ts";

test("the fewest usual bits that hold the largest value are taken", () => {
  const bits = [0, 255, 256, 1023, 1024, 4095, 4096, 16383, 16384, 65535].map(
    (integer) => depthOf({ integer, float: 0 }).bits,
  );
  expect(bits).toEqual([8, 8, 10, 10, 12, 12, 14, 14, 16, 16]);
});

test("floating-point numbers up to 1 have their white there, larger ones that of their bits", () => {
  expect(depthOf({ integer: 0, float: 0.9 })).toEqual({ bits: 8, floatWhite: 1 });
  expect(depthOf({ integer: 0, float: 3000.5 })).toEqual({ bits: 12, floatWhite: 4095 });
  expect(depthOf({ integer: 300, float: 1 })).toEqual({ bits: 10, floatWhite: 1 });
});

test("what the user says of the bits stands, and is checked", () => {
  expect(depthOf({ integer: 100, float: 0 }, 12)).toEqual({ bits: 12, floatWhite: 1 });
  for (const bits of [7, 17, 12.5]) {
    expect(() => depthOf({ integer: 0, float: 0 }, bits)).toThrow(
      expect.objectContaining({ code: "E_OPTION" }),
    );
  }
});

test("every value of b bits becomes its upper 8", () => {
  for (const bits of [8, 9, 12, 16]) {
    const values = Uint16Array.from({ length: 2 ** bits }, (_, i) => i);
    const bytes = toBytes(
      { width: values.length, height: 1, channels: 1, data: values },
      { bits, floatWhite: 1 },
      "a",
    );
    expect(bytes).toHaveLength(3 * values.length);
    for (let i = 0; i < values.length; i += 37) expect(bytes[3 * i]).toBe(Math.floor(i / 2 ** (bits - 8)));
    expect(bytes.at(-1)).toBe(255);
  }
});

test("bytes stay what they are", () => {
  const data = Uint8Array.of(1, 2, 3);
  expect(toBytes({ width: 1, height: 1, channels: 3, data }, { bits: 12, floatWhite: 1 }, "a")).toBe(data);
});
