import { expect, test } from "vitest";
import { float32Array } from "../base/array.ts";
import { add, buildGraph, input, mul, scalar } from "../graph/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { decodeModel } from "./decode.ts";
import { encodeModel } from "./encode.ts";
import { replaceConstants } from "./replace-constants.ts";

const x = input("x", "float32", ["N"]);
const two = scalar(2); // read twice: only one of the readings changes
const model = encodeModel(buildGraph({ name: "g", inputs: [x], outputs: { y: add(mul(x, two), two) } }), {
  a: "1",
  b: "2",
});
const five = float32Array([], [5]);

async function run(bytes: Uint8Array, values: readonly number[]): Promise<number[]> {
  const session = await nodeBackend({ threads: 1 }).load(bytes);
  try {
    const { y } = await session.run({ x: float32Array([values.length], values) });
    return Array.from(y?.data ?? [], Number);
  } finally {
    await session.dispose();
  }
}

test("the constant at the end of the way is another one; the rest is as it was, but for the metadata", async () => {
  const added = replaceConstants(model, [{ output: "y", way: [["Add", 1]], value: five }], { c: "3" });
  const way = [
    ["Add", 0],
    ["Mul", 1],
  ] as const;
  const multiplied = replaceConstants(model, [{ output: "y", way, value: five }], {});
  expect(await run(model, [1, 10])).toEqual([4, 22]);
  expect(await run(added, [1, 10])).toEqual([7, 25]);
  expect(await run(multiplied, [1, 10])).toEqual([7, 52]);
  expect(decodeModel(added)).toEqual({ ...decodeModel(model), metadata: { c: "3" } });
});

test("a way that is not there is refused, and so are bytes that are no model", () => {
  for (const way of [[["Mul", 1]], [["Add", 0]], [["Add", 7]], []] as const) {
    expect(() => replaceConstants(model, [{ output: "y", way, value: five }], {})).toThrow(
      expect.objectContaining({ code: "E_ONNX" }),
    );
  }
  expect(() => replaceConstants(Uint8Array.of(1, 2), [], {})).toThrow("model: expected an ONNX file");
});
