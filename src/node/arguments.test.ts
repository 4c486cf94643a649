import { expect, test } from "vitest";
import { mapScaleOf } from "../evaluation/index.ts";
import { overlay } from "../report/index.ts";
import { openDataset } from "./dataset-folder.ts";
import { detectFiles } from "./detect.ts";
import { encodePng, encodeWebp } from "./image-codec.ts";
import { loadDetectorFile } from "./load-detector.ts";
import { train } from "./train.ts";

const image = { width: 2, height: 1, data: new Uint8Array(6) };
const map = { width: 1, height: 1, data: Float32Array.of(0) };
const scale = { scaleMaximum: 1, threshold: 1 };

/** A value as JavaScript may give it, whatever the types say. */
const odd = (value: unknown): never => value as never;

// What calls of a public function with a wrong argument are answered with: our errors, never a TypeError.
test.each<[string, () => unknown, string, string]>([
  [
    "detectFiles with a model's path",
    () => detectFiles(odd("m.onnx"), "x").next(),
    "E_OPTION",
    'detector: expected a loaded detector, got "m.onnx" (string). loadDetector makes one',
  ],
  [
    "mapScaleOf with nothing",
    () => mapScaleOf(odd({})),
    "E_OPTION",
    "detector: expected a loaded detector, got object",
  ],
  [
    "overlay without options",
    () => overlay(image, map, odd(undefined)),
    "E_OPTION",
    "overlay: expected its options as one object, got undefined",
  ],
  [
    "overlay with a misspelt option",
    () => overlay(image, map, odd({ ...scale, opacty: 1 })),
    "E_OPTION",
    'got "opacty". Did you mean opacity?',
  ],
  [
    "overlay without a threshold",
    () => overlay(image, map, odd({ scaleMaximum: 1 })),
    "E_OPTION",
    "threshold: expected a number or Infinity, got undefined",
  ],
  [
    "overlay without a map",
    () => overlay(image, odd(null), scale),
    "E_OPTION",
    "map: expected { width, height, data }, got null",
  ],
  [
    "overlay of a picture without pixels",
    () => overlay(odd({ width: 2, height: 1 }), map, scale),
    "E_SHAPE",
    "image.data: expected 2 x 1 x 3 = 6 values, got undefined",
  ],
  [
    "encodePng of nothing",
    () => encodePng(odd(null)),
    "E_OPTION",
    "image: expected a picture { width, height, data }, got null",
  ],
  [
    "encodePng of floats",
    () => encodePng(odd({ ...image, data: new Float32Array(6) })),
    "E_DTYPE",
    "image.data: expected bytes (Uint8Array or Uint8ClampedArray), got Float32Array",
  ],
  [
    "encodeWebp of nothing",
    () => encodeWebp(odd(null)),
    "E_OPTION",
    "image: expected a picture { width, height, data }, got null",
  ],
  [
    "openDataset of a number",
    () => openDataset(odd(4)),
    "E_OPTION",
    "path: expected a path or a file: URL, got 4",
  ],
  [
    "openDataset with a misspelt option",
    () => openDataset("x", odd({ purpos: "testing" })),
    "E_OPTION",
    "Did you mean purpose?",
  ],
  [
    "openDataset for something else",
    () => openDataset("x", odd({ purpose: "test" })),
    "E_OPTION",
    'purpose: expected one of "training", "testing", got "test"',
  ],
  [
    "loadDetector with no threads",
    () => loadDetectorFile("m.onnx", { threads: 0 }),
    "E_OPTION",
    "threads: expected an integer >= 1 and <= 1024, got 0",
  ],
  [
    "loadDetector with millions of threads",
    () => loadDetectorFile("m.onnx", { threads: 2 ** 31 }),
    "E_OPTION",
    "threads: expected an integer >= 1 and <= 1024",
  ],
  [
    "loadDetector with several pictures at a time on a card",
    () => loadDetectorFile("m.onnx", { parallel: 2, device: "webgpu" }),
    "E_OPTION",
    'parallel: expected 1 with the device "webgpu", which makes one call at a time, got 2.',
  ],
  [
    "train with a number as store",
    () => train("x", odd({ networks: 4 })),
    "E_OPTION",
    "networks: expected a store { load, save }, got 4",
  ],
])("%s is refused by name", async (_name, call, code, message) => {
  await expect(async () => call()).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
});

test("a worker's file that is not there is an error of the backend, also by a relative path", async () => {
  await expect(
    train([image, image], { worker: "none/worker.mjs", method: "gaussian" }),
  ).rejects.toMatchObject({
    code: "E_BACKEND",
    message: expect.stringContaining(
      "worker: expected an answer of the worker thread, got Cannot find module",
    ),
  });
});
