import { pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { bytesOf, bytesOrPath, type FileInput, type FilePath, filePath, pathOf } from "./file-input.ts";

const url = pathToFileURL("/parts/a b.png");
const bytes = Uint8Array.of(9, 1, 2, 3);

test("a path or a file: URL is where a file is", () => {
  expect(pathOf("model", "parts.onnx")).toBe("parts.onnx");
  expect(pathOf("model", url)).toBe("/parts/a b.png");
  expect(filePath("output", url)).toBeUndefined();
});

test("bytes of any kind are the same bytes, of another realm too", () => {
  const part = bytes.subarray(1);
  const foreign: Uint8Array = runInNewContext("Uint8Array.of(1, 2, 3)");
  for (const input of [part, Buffer.from(part), part.slice().buffer, foreign]) {
    expect(bytesOrPath("model", input)).toEqual(Uint8Array.of(1, 2, 3));
    expect(bytesOf("model", input)).toEqual(Uint8Array.of(1, 2, 3));
  }
  expect(bytesOrPath("model", url)).toBe("/parts/a b.png");
});

test.each<[unknown, string]>([
  ["", 'model: expected a path or a file: URL, got "" (string).'],
  [
    new URL("https://example.org/a.onnx"),
    "model: expected a path or a file: URL, got one of https: Fetch it, and give the bytes.",
  ],
  [42, "model: expected a path, a file: URL, a Uint8Array or an ArrayBuffer, got 42."],
  [undefined, "model: expected a path, a file: URL, a Uint8Array or an ArrayBuffer, got undefined."],
  [new Float32Array(2), "model: expected a path, a file: URL, a Uint8Array or an ArrayBuffer, got object."],
])("%s is no file", (input, message) => {
  const refusal = expect.objectContaining({ code: "E_OPTION", message });
  expect(() => bytesOrPath("model", input as FileInput)).toThrow(refusal);
});

test("what is no path and what are no bytes is refused by its name", () => {
  expect(() => pathOf("data", 3 as unknown as FilePath)).toThrow(
    "data: expected a path or a file: URL, got 3.",
  );
  expect(() => filePath("output", 3)).toThrow("output: expected a path or a file: URL, got 3.");
  expect(() => bytesOf("image", "a.png" as unknown as Uint8Array)).toThrow(
    'image: expected bytes (Uint8Array or ArrayBuffer), got "a.png" (string). A file is read first.',
  );
});
