import { expect, test } from "vitest";
import { float32Array } from "../base/array.ts";
import { BackendError } from "../base/errors.ts";
import { add, buildGraph, input, neg, scalar } from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import { nodeBackend } from "./node.ts";

const x = input("x", "float32", ["N"]);
const model: Uint8Array = encodeModel(
  buildGraph({ name: "net", inputs: [x], outputs: { y: neg(x), z: add(x, scalar(1)) } }),
);
const backend = nodeBackend({ threads: 1 });

test("a session names its inputs and outputs and runs on any batch", async () => {
  const session = await backend.load(model);
  expect([session.inputNames, session.outputNames]).toEqual([["x"], ["y", "z"]]);
  for (const values of [[1], [1, 2, 3]]) {
    const { y, z } = await session.run({ x: float32Array([values.length], values) });
    expect(Array.from(y?.data ?? [], Number)).toEqual(values.map((value) => -value));
    expect(Array.from(z?.data ?? [], Number)).toEqual(values.map((value) => value + 1));
    expect([y?.dtype, y?.shape]).toEqual(["float32", [values.length]]);
  }
  await session.dispose();
});

test("an output that is carried is the next run's input, and only it is kept", async () => {
  const session = await backend.load(model, { carry: { x: "z" } });
  expect(await session.carried()).toEqual({});
  const x = float32Array([2], [3, 4]);
  const log: string[] = [];
  expect(await session.run({ x }, () => log.push("meanwhile"))).toEqual({ y: float32Array([2], [-3, -4]) });
  expect(log).toEqual(["meanwhile"]);
  const early = await session.carried();
  for (const first of [4, 5, 6])
    expect((await session.run({})).y?.data).toEqual(Float32Array.of(-first, -first - 1));
  expect(early).toEqual({ x: float32Array([2], [4, 5]) });
  expect(await session.carried()).toEqual({ x: float32Array([2], [7, 8]) });
  await session.run({ x });
  expect(await session.carried()).toEqual(early);
  expect(x.data).toEqual(Float32Array.of(3, 4));
  await session.dispose();
});

test("the backend says what it is", () => {
  expect(backend.name).toMatch(/^onnxruntime-node \d+\.\d+\.\d+ \(cpu\)$/);
});

test("bytes that are no model are refused with the runtime's own error", async () => {
  const error: unknown = await backend.load(Uint8Array.of(1, 2, 3)).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BackendError);
  expect(error).toMatchObject({
    code: "E_BACKEND",
    message: expect.stringMatching(/^load: expected a model that ONNX Runtime can run on cpu, got: /),
    cause: expect.any(Error),
  });
});

test.skipIf(process.platform !== "linux" || process.arch !== "x64")(
  "CUDA without its libraries is refused with the page that says how they get there (offered on Linux, x64 only)",
  async () => {
    const error: unknown = await nodeBackend({ device: "cuda" })
      .load(Uint8Array.of(1, 2, 3))
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: "E_BACKEND",
      message: expect.stringMatching(/^load: .* can run on cuda, got: .*docs\/devices\.md/s),
      cause: expect.any(Error),
    });
  },
);

test("binary names in a model are not printed", async () => {
  const bytes = model.slice();
  const operator = [0x22, 3, ...new TextEncoder().encode("Add")]; // the field op_type of a node
  const at = bytes.findIndex((_, i) => operator.every((byte, k) => bytes[i + k] === byte));
  bytes.set([27, 7, 1], at + 2);
  const error: unknown = await backend.load(bytes).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BackendError);
  const { message } = error as BackendError;
  expect(message).toContain("\ufffd");
  expect(message).not.toMatch(/(?![\n\t])\p{Cc}/u);
});

test("feeds that do not fit are refused with the runtime's own error", async () => {
  const session = await backend.load(model);
  const error: unknown = await session
    .run({ x: float32Array([1, 2], [1, 2]) })
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: "E_BACKEND",
    message: expect.stringMatching(/^run: expected the model to run on these feeds, got: .*x/s),
    cause: expect.any(Error),
  });
  await expect(session.run({})).rejects.toThrow(/^run: expected the model to run on these feeds/);
  await session.dispose();
});

test.skipIf(process.platform === "darwin")(
  "a device that this machine lacks is refused with those it has",
  () => {
    expect(() => nodeBackend({ device: "coreml" })).toThrow(
      /^device: expected one that this machine offers \(.*cpu.*\), got "coreml"\.$/,
    );
  },
);
