/** What is read and written field by field, against the messages of the format. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type GraphProto, ModelProtoSchema } from "onnx-buf";
import { expect, test } from "vitest";
import { appendMetadata } from "./append-metadata.ts";
import { decodeModel } from "./decode.ts";

const value = (name: string) => ({ name, type: { denotation: "more than a name" } });
const model = create(ModelProtoSchema, {
  irVersion: 8n,
  producerName: "a program",
  opsetImport: [
    { domain: "com.microsoft", version: 1n },
    { domain: "", version: 17n },
    { domain: "ai.onnx.ml", version: 3n },
  ],
  metadataProps: [
    { key: "größe", value: "☃ 4" },
    { key: "long", value: "x".repeat(70_000) },
    { key: "empty", value: "" },
  ],
  graph: {
    input: [value("a"), value("b")],
    output: [value("c")],
    initializer: [{ name: "w", dims: [4n], rawData: new Uint8Array(16).fill(255) }],
    node: [
      { opType: "Add", input: ["a", "b"], output: ["s"] },
      {
        opType: "Loop",
        attribute: [
          {
            name: "body",
            g: { node: [{ opType: "Add" }, { opType: "Mul", attribute: [{ name: "k", i: -1n }] }] },
          },
        ],
      },
    ],
  },
});
const bytes = toBinary(ModelProtoSchema, model);

test("a summary is what the messages say", () => {
  const { producerName, graph, metadataProps } = fromBinary(ModelProtoSchema, bytes);
  expect(decodeModel(bytes)).toEqual({
    producer: producerName,
    opset: 17,
    inputs: graph?.input.map(({ name }) => name),
    outputs: graph?.output.map(({ name }) => name),
    operators: countsOf(graph),
    metadata: Object.fromEntries(metadataProps.map(({ key, value }) => [key, value])),
  });
  expect(decodeModel(bytes).operators).toEqual({ Add: 2, Loop: 1, Mul: 1 });
});

test("bytes that are cut off, no model, or one without a graph are refused", () => {
  const headless = toBinary(ModelProtoSchema, create(ModelProtoSchema, { producerName: "a program" }));
  for (const none of [
    new Uint8Array(),
    headless,
    bytes.subarray(0, bytes.length - 1),
    bytes.subarray(0, 40),
    new TextEncoder().encode("<!doctype html><title>no model</title>"),
    new Uint8Array(100).fill(0xff),
  ]) {
    expect(() => decodeModel(none)).toThrow(
      `model: expected an ONNX file, got ${none.length} bytes that are none`,
    );
  }
});

test("an entry is appended as the messages would write it", () => {
  const appended = appendMetadata(bytes, "schlüssel", "☃");
  const entry = toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, { metadataProps: [{ key: "schlüssel", value: "☃" }] }),
  );
  expect(Buffer.compare(appended, Buffer.concat([bytes, entry]))).toBe(0);
});

function countsOf(
  graph: GraphProto | undefined,
  counts: Record<string, number> = {},
): Record<string, number> {
  for (const { opType, attribute } of graph?.node ?? []) {
    counts[opType] = (counts[opType] ?? 0) + 1;
    for (const { g } of attribute) countsOf(g, counts);
  }
  return counts;
}
