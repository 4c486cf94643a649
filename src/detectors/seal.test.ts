import { expect, test } from "vitest";
import { fakeDescription } from "../../test/support/fake-detector.ts";
import { Random } from "../base/random.ts";
import { buildGraph, input, neg } from "../graph/index.ts";
import { decodeModel, encodeModel } from "../onnx/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { fileHash } from "./content-hash.ts";
import { descriptionKey } from "./description.ts";
import { checkModel } from "./load-detector.ts";
import { checkSeal, sealed, sealKey } from "./seal.ts";

const x = input("x", "float32", ["N"]);
const graph = buildGraph({ name: "net", inputs: [x], outputs: { y: neg(x) } });

function described(format: 1 | 2): Uint8Array {
  return encodeModel(graph, { [descriptionKey]: JSON.stringify({ ...fakeDescription, format }) });
}

test("a seal is the SHA-256 of the bytes before it, as an entry of the metadata that the runtime reads over", async () => {
  const plain = described(2);
  const model = await sealed(plain);
  expect(model.subarray(0, plain.length)).toEqual(plain);
  const { metadata } = decodeModel(model);
  expect(Object.keys(metadata)).toEqual([descriptionKey, sealKey]);
  expect(metadata[sealKey]).toBe(await fileHash(plain));
  const session = await nodeBackend({ threads: 1 }).load(model);
  expect(session.outputNames).toEqual(["y"]);
  await session.dispose();
  await checkSeal(model);
});

test("no byte of a sealed model can be changed, none taken away and none added", async () => {
  const model = await sealed(described(2));
  const refused = (bytes: Uint8Array): Promise<void> =>
    expect(checkModel(bytes)).rejects.toMatchObject({ name: "OnnxFormatError", code: "E_ONNX" });
  const random = new Random(3);
  for (let at = 0; at < model.length; at++) {
    const bytes = model.slice();
    bytes[at] = ((bytes[at] ?? 0) + 1 + random.integer(255)) % 256;
    await refused(bytes);
  }
  await refused(model.subarray(0, -1));
  await refused(model.subarray(1));
  await refused(Uint8Array.of(...model, 0));
});

test("a model of the format before may lack the seal, but not have a wrong one", async () => {
  const old = described(1);
  expect(await checkModel(old)).toEqual(fakeDescription);
  const model = await sealed(old);
  expect(await checkModel(model)).toEqual(fakeDescription);
  model[model.length - 1] = 48 + (((model.at(-1) ?? 0) + 1) % 10);
  await expect(checkModel(model)).rejects.toThrow(/^model: expected the bytes that were written, sealed/);
  await expect(checkModel(described(2))).rejects.toThrow(
    /^model: expected the bytes that were written, sealed/,
  );
});
