import { expect, test } from "vitest";
import { CountingBackend } from "../../test/support/counting-backend.ts";
import { float32Array } from "../base/array.ts";
import { buildGraph, input, neg } from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import { abortable } from "./abortable.ts";
import { nodeBackend } from "./node.ts";

const x = input("x", "float32", [1]);
const model = encodeModel(buildGraph({ name: "net", inputs: [x], outputs: { y: neg(x) } }));

test("a backend that may be stopped loads and runs until then, and frees after", async () => {
  const counted = new CountingBackend(nodeBackend({ threads: 1 }));
  const controller = new AbortController();
  const backend = abortable(counted, controller.signal, "work");
  expect(backend.name).toBe(counted.name);
  const session = await backend.load(model);
  const { y } = await session.run({ x: float32Array([1], [2]) });
  expect(y?.data).toEqual(Float32Array.of(-2));
  controller.abort("enough");
  const stopped = { code: "E_ABORTED", cause: "enough", message: "work: stopped by the abort signal." };
  await expect(session.run({ x: float32Array([1], [2]) })).rejects.toMatchObject(stopped);
  await expect(backend.load(model)).rejects.toMatchObject(stopped);
  await session.dispose();
  expect([counted.loads, counted.runs, counted.open]).toEqual([1, 1, 0]);
});

test("without a signal it is the backend itself", () => {
  const backend = nodeBackend({ threads: 1 });
  expect(abortable(backend, undefined, "work")).toBe(backend);
});
