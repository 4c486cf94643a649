import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { expect, test } from "vitest";
import { readText } from "../../test/support/repository.ts";
import { buildGraph, input, neg } from "../graph/index.ts";
import { encodeModel } from "./encode.ts";

// ONNX Runtime 1.14 reads IR 8 and ai.onnx 18, ai.onnx.ml 3: https://onnxruntime.ai/docs/reference/compatibility.html
test("our files ask for no more than ONNX Runtime 1.14 reads, as docs/library.md says", () => {
  const x = input("x", "float32", ["N"]);
  const bytes = encodeModel(buildGraph({ name: "net", inputs: [x], outputs: { y: neg(x) } }));
  const { irVersion, opsetImport } = fromBinary(ModelProtoSchema, bytes);
  expect(irVersion).toBe(8n);
  expect(opsetImport.map(({ domain, version }) => [domain, version])).toEqual([
    ["", 18n],
    ["ai.onnx.ml", 3n],
    ["com.microsoft", 1n],
  ]);
  expect(readText("docs/library.md")).toContain("IR 8, opset 18) and runs in any ONNX Runtime from 1.14 on");
});
