import { describe, expect, test } from "vitest";
import { RadarError } from "../base/errors.ts";
import { decodeBmp } from "./bmp.ts";

interface BmpParts {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  /** Bytes of the rows in stored order, padding included. */
  readonly rows: readonly number[];
  readonly compression?: number;
  /** Bytes between header and rows: masks or palette. */
  readonly extra?: readonly number[];
  readonly colors?: number;
  readonly headerBytes?: number;
}

function bmp(parts: BmpParts): Uint8Array {
  const { headerBytes = 40, extra = [], rows } = parts;
  const offset = 14 + headerBytes + extra.length;
  const bytes = new Uint8Array(offset + rows.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, offset, true);
  view.setUint32(14, headerBytes, true);
  if (headerBytes === 12) {
    view.setUint16(18, parts.width, true);
    view.setUint16(20, parts.height, true);
    view.setUint16(24, parts.bits, true);
  } else {
    view.setInt32(18, parts.width, true);
    view.setInt32(22, parts.height, true);
    view.setUint16(28, parts.bits, true);
    view.setUint32(30, parts.compression ?? 0, true);
    view.setUint32(46, parts.colors ?? 0, true);
  }
  bytes.set(extra, 14 + headerBytes);
  bytes.set(rows, offset);
  return bytes;
}

const decode = (parts: BmpParts): number[] => Array.from(decodeBmp(bmp(parts), "a.bmp", 1e6).data);
const word = (value: number): number[] => [
  value & 255,
  (value >>> 8) & 255,
  (value >>> 16) & 255,
  value >>> 24,
];

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof RadarError) return `${error.code} ${error.message}`;
  }
  return "no RadarError";
}

describe("decodeBmp", () => {
  test("24 bits: blue-green-red rows from the bottom up, padded to 4 bytes", () => {
    const rows = [1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0];
    expect(decode({ width: 2, height: 2, bits: 24, rows })).toEqual([9, 8, 7, 12, 11, 10, 3, 2, 1, 6, 5, 4]);
  });

  test("a negative height means rows from the top down", () => {
    const rows = [1, 2, 3, 0, 4, 5, 6, 0];
    expect(decode({ width: 1, height: -2, bits: 24, rows })).toEqual([3, 2, 1, 6, 5, 4]);
  });

  test("8 bits: indices into the palette, indices past its end are black", () => {
    const extra = [30, 20, 10, 0, 60, 50, 40, 0];
    const parts = { width: 3, height: 1, bits: 8, colors: 2, extra, rows: [1, 0, 7, 0] };
    expect(decode(parts)).toEqual([40, 50, 60, 10, 20, 30, 0, 0, 0]);
  });

  test("4 bits: an odd width leaves half a byte unused in every row", () => {
    const extra = Array.from({ length: 16 }, (_, i) => [i, i, i, 0]).flat();
    const rows = [0x12, 0x30, 0, 0, 0x45, 0x60, 0, 0];
    const gray = (values: number[]): number[] => values.flatMap((value) => [value, value, value]);
    expect(decode({ width: 3, height: 2, bits: 4, extra, rows })).toEqual(gray([4, 5, 6, 1, 2, 3]));
  });

  test("1 bit: the leftmost pixel is the highest bit", () => {
    const extra = [0, 0, 0, 0, 255, 255, 255, 0];
    const rows = [0b10100000, 0b10000000, 0, 0];
    const data = decode({ width: 9, height: 1, bits: 1, extra, rows });
    expect(data.filter((_, i) => i % 3 === 0)).toEqual([255, 0, 255, 0, 0, 0, 0, 0, 255]);
  });

  test("16 bits without masks are 5-5-5 and reach 255", () => {
    const rows = [0x00, 0x7c, 0x1f, 0x00];
    expect(decode({ width: 2, height: 1, bits: 16, rows })).toEqual([255, 0, 0, 0, 0, 255]);
  });

  test("16 bits with masks 5-6-5", () => {
    const extra = [...word(0xf800), ...word(0x07e0), ...word(0x001f)];
    const parts = { width: 2, height: 1, bits: 16, compression: 3, extra, rows: [0xe0, 0x07, 0x1f, 0xf8] };
    expect(decode(parts)).toEqual([0, 255, 0, 255, 0, 255]);
  });

  test("32 bits without masks ignore the fourth byte", () => {
    expect(decode({ width: 1, height: 1, bits: 32, rows: [1, 2, 3, 0] })).toEqual([3, 2, 1]);
  });

  test("declared alpha is composited on black, unless it is 0 everywhere", () => {
    const extra = [...word(0xff0000), ...word(0xff00), ...word(0xff), ...word(0xff000000)];
    const parts = { width: 2, height: 1, bits: 32, compression: 6, extra };
    expect(decode({ ...parts, rows: [100, 150, 200, 255, 100, 150, 200, 51] })).toEqual([
      200, 150, 100, 40, 30, 20,
    ]);
    expect(decode({ ...parts, rows: [100, 150, 200, 0, 7, 8, 9, 0] })).toEqual([200, 150, 100, 9, 8, 7]);
  });

  test("the old 12-byte header has a palette of three bytes a colour", () => {
    const extra = Array.from({ length: 256 }, (_, i) => [i, i, 255 - i]).flat();
    expect(decode({ width: 1, height: 1, bits: 8, headerBytes: 12, extra, rows: [9, 0, 0, 0] })).toEqual([
      246, 9, 9,
    ]);
  });

  test("run-length coding, odd depths and absurd sizes are refused by name", () => {
    const parts = { width: 2, height: 1, bits: 8, rows: [0, 0, 0, 0] };
    expect(messageOf(() => decode({ ...parts, compression: 1 }))).toBe(
      "E_IMAGE a.bmp: expected an uncompressed BMP, got compression RLE8. Save it as PNG.",
    );
    expect(messageOf(() => decode({ ...parts, bits: 7 }))).toMatch(
      /^E_IMAGE a.bmp: expected 1, 4, .* got 7\.$/,
    );
    expect(messageOf(() => decode({ ...parts, width: 100_000, height: 100_000 }))).toBe(
      "E_IMAGE a.bmp: expected 1 to 1000000 pixels, got 100000 x 100000.",
    );
    expect(messageOf(() => decode({ ...parts, width: 0 }))).toMatch(/got 0 x 1/);
  });

  test("a file cut at any length is refused", () => {
    const whole = bmp({ width: 2, height: 2, bits: 24, rows: new Array(16).fill(5) });
    for (let length = 2; length < whole.length; length++) {
      expect(messageOf(() => decodeBmp(whole.subarray(0, length), "a.bmp", 1e6))).toMatch(
        /^E_IMAGE .*truncated/,
      );
    }
  });
});
