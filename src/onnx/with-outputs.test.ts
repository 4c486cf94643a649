import { expect, test } from "vitest";
import { float32Array } from "../base/array.ts";
import { add, buildGraph, input, neg } from "../graph/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { encodeModel } from "./encode.ts";
import { withInner, withOutputs } from "./with-outputs.ts";

const x = input("x", "float32", ["N"]);
const twice = add(x, x);
const outputs = { y: neg(twice), twice };
const graph = buildGraph({ name: "net", inputs: [x], outputs });
const model = encodeModel(graph, {}, { inner: ["twice"] });

async function said(bytes: Uint8Array): Promise<Record<string, number[]>> {
  const session = await nodeBackend({ threads: 1 }).load(bytes);
  const found = await session.run({ x: float32Array([2], [1, 3]) });
  await session.dispose();
  return Object.fromEntries(
    Object.entries(found).map(([name, { data }]) => [name, Array.from(data, Number)]),
  );
}

test("a model gives a tensor within it, if it is asked for", async () => {
  expect(await said(model)).toEqual({ y: [-2, -6] });
  expect(await said(withOutputs(model, ["twice", "y"]))).toEqual({ y: [-2, -6], twice: [2, 6] });
  expect(withInner(model, "twice")).toEqual(withOutputs(model, ["twice"]));
});

test("a tensor that a model does not compute cannot be asked for", () => {
  expect(withInner(model, "thrice")).toBeNull();
  expect(withInner(model, "x")).toBeNull();
});
