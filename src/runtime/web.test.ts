import * as ort from "onnxruntime-web";
import { expect, test } from "vitest";
import { float32Array } from "../base/array.ts";
import { BackendError } from "../base/errors.ts";
import { add, buildGraph, input, neg, scalar } from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import { webBackend } from "./web.ts";

const x = input("x", "float32", ["N"]);
const model = encodeModel(
  buildGraph({ name: "net", inputs: [x], outputs: { y: neg(x), z: add(x, scalar(1)) } }),
);

test("WebAssembly computes under Node too, and carries outputs to the next run", async () => {
  const backend = webBackend(ort, { threads: 1 });
  expect(backend.name).toMatch(/^onnxruntime-web \d+\.\d+\.\d+ \(wasm\)$/);
  const session = await backend.load(model, { carry: { x: "z" } });
  expect([session.inputNames, session.outputNames]).toEqual([["x"], ["y", "z"]]);
  const results = await session.run({ x: float32Array([2], [3, 4]) });
  expect(results).toEqual({ y: { dtype: "float32", shape: [2], data: Float32Array.of(-3, -4) } });
  for (const first of [4, 5])
    expect((await session.run({})).y?.data).toEqual(Float32Array.of(-first, -first - 1));
  expect(await session.carried()).toEqual({ x: float32Array([2], [6, 7]) });
  await session.dispose();
});

test("feeds that do not fit are refused with the runtime's own error", async () => {
  const session = await webBackend(ort, { threads: 1 }).load(model);
  await expect(session.run({})).rejects.toThrow(/^run: expected the model to run on these feeds, got: /);
  await session.dispose();
});

test("bytes that are no model are refused with the runtime's own error", async () => {
  const backend = webBackend(ort, { threads: 1 });
  const error: unknown = await backend.load(Uint8Array.of(1, 2, 3)).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BackendError);
  expect(error).toMatchObject({
    message: expect.stringMatching(/^load: expected a model that ONNX Runtime can run on wasm, got: /),
  });
});
