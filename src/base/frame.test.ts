import { expect, test } from "vitest";
import { type Frame, type PixelFormat, rgbImageOf } from "./frame.ts";

const two = { width: 2, height: 1 };

test.each<[PixelFormat, number[], number[]]>([
  ["rgb", [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]],
  ["bgr", [1, 2, 3, 4, 5, 6], [3, 2, 1, 6, 5, 4]],
  ["rgba", [10, 20, 30, 255, 10, 20, 30, 128], [10, 20, 30, 5, 10, 15]],
  ["bgra", [10, 20, 30, 255, 10, 20, 30, 0], [30, 20, 10, 0, 0, 0]],
  ["gray", [7, 9], [7, 7, 7, 9, 9, 9]],
])("a frame in %s becomes red, green and blue", (format, bytes, expected) => {
  expect(rgbImageOf({ ...two, format, data: Uint8Array.from(bytes) }, "frame")).toEqual({
    ...two,
    data: Uint8Array.from(expected),
  });
  const clamped = { ...two, format, data: Uint8ClampedArray.from(bytes) };
  expect(rgbImageOf(clamped, "frame").data).toEqual(Uint8Array.from(expected));
});

test("a frame without a format is red, green and blue, in the memory it was in", () => {
  const data = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7).subarray(1, 7);
  const { data: pixels } = rgbImageOf({ ...two, data }, "frame");
  expect([...pixels]).toEqual([1, 2, 3, 4, 5, 6]);
  expect(pixels.buffer).toBe(data.buffer);
});

const bytes = (count: number): Uint8Array => new Uint8Array(count);

test.each<[string, unknown, string, string]>([
  [
    "no object",
    "x.png",
    "E_OPTION",
    'frame: expected a picture { width, height, data }, got "x.png" (string).',
  ],
  [
    "an unknown format",
    { ...two, format: "grey", data: bytes(2) },
    "E_OPTION",
    'got "grey" (string). Did you mean "gray"?',
  ],
  ["no size", { data: bytes(6) }, "E_OPTION", "frame.width: expected an integer >= 1, got undefined."],
  [
    "no data",
    { ...two },
    "E_DTYPE",
    "frame.data: expected bytes (Uint8Array or Uint8ClampedArray), got undefined.",
  ],
  [
    "floats",
    { ...two, data: new Float32Array(6) },
    "E_DTYPE",
    "got Float32Array. Bring other values to 0 .. 255",
  ],
  ["16 bits", { ...two, data: new Uint16Array(6) }, "E_DTYPE", "got Uint16Array."],
  ["plain numbers", { ...two, data: [1, 2, 3, 4, 5, 6] }, "E_DTYPE", "got an array of numbers."],
  ["a buffer", { ...two, data: new ArrayBuffer(6) }, "E_DTYPE", "got object."],
  [
    "too few bytes",
    { ...two, data: bytes(5) },
    "E_SHAPE",
    "frame.data: expected 2 x 1 x 3 = 6 values, got 5.",
  ],
  [
    "those of a canvas",
    { ...two, data: bytes(8) },
    "E_SHAPE",
    'got 8. If they are RGBA, say format: "rgba".',
  ],
  ["grey ones", { ...two, data: bytes(2) }, "E_SHAPE", 'got 2. If they are grey, say format: "gray".'],
])("a frame of %s is refused", (_name, frame, code, message) => {
  expect(() => rgbImageOf(frame as Frame, "frame")).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  );
});
