import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  GraphProtoSchema,
  ModelProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType,
} from "onnx-buf";
import { describe, expect, test } from "vitest";
import { floats, type HandNode, handModel, int64s } from "../../test/support/onnx-model.ts";
import { tinyBackbone } from "../../test/support/tiny-backbone.ts";
import { Random } from "../base/random.ts";
import { nodeBackend } from "../runtime/node.ts";
import { readNetwork } from "./index.ts";

const backend = nodeBackend({ threads: 1 });

/** What a model makes of random values of a shape; the same ones every time. */
async function run(model: Uint8Array, shape: readonly number[], name = "x") {
  const session = await backend.load(model);
  const data = new Random(7).normals(shape.reduce((product, extent) => product * extent, 1));
  const outputs = await session.run({ [name]: { dtype: "float32", shape, data } });
  await session.dispose();
  return outputs;
}

/** One node from x to y. */
function single(op: string, rest: Partial<HandNode> = {}): HandNode {
  return { op, inputs: ["x"], outputs: ["y"], ...rest };
}

function conv(from: string, to: string, weight = "w"): HandNode {
  return { op: "Conv", inputs: [from, weight], outputs: [to], attributes: { pads: [1, 1, 1, 1] } };
}

const w = floats("w", [3, 3, 3, 3], Array.from(new Random(1).normals(81)));

describe("the trunk", () => {
  test("is what everything goes through: ends of residual blocks, not their insides, nothing after the last convolution", () => {
    const nodes: HandNode[] = [
      conv("x", "a"),
      single("Relu", { inputs: ["a"], outputs: ["b"] }),
      conv("b", "inside"),
      { op: "Add", inputs: ["inside", "b"], outputs: ["end"] },
      conv("end", "left"),
      conv("end", "right"),
      { op: "Concat", inputs: ["left", "right"], outputs: ["both"], attributes: { axis: 1 } },
      { op: "Conv", inputs: ["both", "v"], outputs: ["last"] },
      single("Relu", { inputs: ["last"], outputs: ["out"] }),
      single("GlobalAveragePool", { inputs: ["out"], outputs: ["pooled"] }),
      single("Flatten", { inputs: ["pooled"], outputs: ["y"] }),
    ];
    const v = floats("v", [2, 6, 1, 1], Array.from(new Random(2).normals(12)));
    const network = readNetwork(handModel({ nodes, weights: [w, v], outputs: ["y"] }));
    expect(network.trunk).toEqual(["a", "b", "end", "both", "last", "out"]);
    expect(network.tensors).toEqual(nodes.flatMap(({ outputs }) => outputs));
  });

  test("does not count a tensor's extents as the tensor", () => {
    const nodes: HandNode[] = [
      conv("x", "a"),
      single("Shape", { inputs: ["a"], outputs: ["shape"] }),
      single("Relu", { inputs: ["a"], outputs: ["b"] }),
      { op: "Reshape", inputs: ["b", "shape"], outputs: ["c"] },
      conv("c", "y"),
    ];
    const network = readNetwork(handModel({ nodes, weights: [w], outputs: ["y"] }));
    expect(network.trunk).toEqual(["a", "b", "c", "y"]);
    expect(network.tensors).not.toContain("shape");
  });

  test("does not count a border as a stage", () => {
    const pads = int64s("pads", [0, 0, 0, 0, 0, 0, 1, 1]);
    const nodes: HandNode[] = [
      conv("x", "a"),
      { op: "Pad", inputs: ["a", "pads"], outputs: ["wider"] },
      conv("wider", "y"),
    ];
    expect(readNetwork(handModel({ nodes, weights: [w, pads], outputs: ["y"] })).trunk).toEqual(["a", "y"]);
  });

  test("ends before what cannot be put into a model of ours", () => {
    const nodes: HandNode[] = [
      conv("x", "a"),
      single("Softmax", { inputs: ["a"], outputs: ["attention"] }),
      conv("attention", "y"),
    ];
    const network = readNetwork(handModel({ opset: 11, nodes, weights: [w], outputs: ["y"] }));
    expect([network.trunk, network.tensors]).toEqual([["a"], ["a", "attention", "y"]]);
  });

  test("ends nowhere in a network that does not convolve", () => {
    const network = readNetwork(handModel({ nodes: [single("Relu")], outputs: ["y"] }));
    expect([network.trunk, network.tensors]).toEqual([[], ["y"]]);
  });
});

describe("a part of a network", () => {
  test("gives what the whole gives, without what it does not need, at sizes that the file does not know", async () => {
    const nodes: HandNode[] = [
      conv("x", "a"),
      single("Relu", { inputs: ["a"], outputs: ["b"] }),
      single("Flatten", { inputs: ["b"], outputs: ["flat"] }),
      { op: "MatMul", inputs: ["flat", "dense"], outputs: ["y"] },
    ];
    const dense = floats("dense", [3 * 16, 2], Array.from(new Random(3).normals(96)));
    const bytes = handModel({ nodes, weights: [w, dense], input: [1, 3, 4, 4], outputs: ["y", "b"] });
    const part = readNetwork(bytes).upTo(["b"]);
    expect((await run(part, [1, 3, 4, 4])).b).toEqual((await run(bytes, [1, 3, 4, 4])).b);
    const { graph } = fromBinary(ModelProtoSchema, part);
    expect(graph?.node.map(({ opType }) => opType)).toEqual(["Conv", "Relu"]);
    expect(graph?.initializer.map(({ name }) => name)).toEqual(["w"]);
    expect((await run(part, [2, 3, 9, 6])).b?.shape).toEqual([2, 3, 9, 6]);
  });

  test("of our own networks is read back", async () => {
    const network = readNetwork(tinyBackbone());
    expect([network.input, network.layout]).toEqual(["picture", "NCHW"]);
    const outputs = await run(network.upTo(network.trunk), [2, 3, 32, 32], "picture");
    const sizes = Object.values(outputs).map(({ shape }) => shape.join("x"));
    expect(sizes).toEqual(expect.arrayContaining(["2x16x8x8", "2x24x4x4", "2x32x2x2"]));
  });
});

describe("older forms mean the same afterwards", () => {
  const forms: [name: string, opset: number, node: HandNode, outputs?: string[]][] = [
    ["ReduceMean 13", 13, single("ReduceMean", { attributes: { axes: [2, 3], keepdims: 1 } })],
    ["ReduceMax 11, all axes", 11, single("ReduceMax", { attributes: { keepdims: 0 } })],
    ["ReduceSum 11", 11, single("ReduceSum", { attributes: { axes: [1] } })],
    ["Squeeze 11", 11, single("Squeeze", { attributes: { axes: [0] } })],
    ["Unsqueeze 11", 11, single("Unsqueeze", { attributes: { axes: [0, 5] } })],
    ["Clip 6", 9, single("Clip", { attributes: { min: { float: -0.5 }, max: { float: 0.25 } } })],
    ["Clip 6 from above", 9, single("Clip", { attributes: { max: { float: 0.25 } } })],
    ["Clip 11 without bounds", 11, single("Clip")],
    ["Pad 2", 9, single("Pad", { attributes: { pads: [0, 0, 1, 2, 0, 0, 0, 1], value: { float: 2 } } })],
    ["Pad 2, reflect", 9, single("Pad", { attributes: { pads: [0, 0, 1, 1, 0, 0, 1, 1], mode: "reflect" } })],
    ["Slice 1", 9, single("Slice", { attributes: { starts: [1, 0], ends: [3, 9], axes: [1, 2] } })],
    [
      "Split 11",
      11,
      single("Split", { outputs: ["y", "z"], attributes: { axis: 1, split: [1, 2] } }),
      ["y", "z"],
    ],
    [
      "Split 13 in equal parts",
      13,
      single("Split", { outputs: ["y", "z"], attributes: { axis: 2 } }),
      ["y", "z"],
    ],
    ["Dropout 7", 9, single("Dropout", { attributes: { ratio: { float: 0.5 } } })],
    ["Softmax 13", 13, single("Softmax", { attributes: { axis: 1 } })],
    ["Softmax 11 over the last axis", 11, single("Softmax", { attributes: { axis: -1 } })],
    ["LeakyRelu 6", 9, single("LeakyRelu", { attributes: { alpha: { float: 0.1 } } })],
    ["AveragePool 7", 9, single("AveragePool", { attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] } })],
    ["MaxPool 8", 9, single("MaxPool", { attributes: { kernel_shape: [2, 2], strides: [2, 2] } })],
  ];
  test.each(forms)("%s", async (_name, opset, node, outputs = ["y"]) => {
    const bytes = handModel({ opset, nodes: [node], outputs });
    const part = readNetwork(bytes).upTo(outputs);
    expect(await run(part, [1, 3, 4, 6])).toEqual(await run(bytes, [1, 3, 4, 6]));
    expect(fromBinary(ModelProtoSchema, part).opsetImport[0]?.version).toBe(18n);
  });

  test("BatchNormalization 9 with what training needs", async () => {
    const names = ["scale", "bias", "mean", "variance"];
    const weights = names.map((name, i) => floats(name, [3], [1 + i, 2, 0.5 + i]));
    const attributes = { epsilon: { float: 0.01 }, momentum: { float: 0.9 } };
    const node = single("BatchNormalization", { inputs: ["x", ...names], attributes });
    const bytes = handModel({ opset: 9, nodes: [node], weights, outputs: ["y"] });
    const part = readNetwork(bytes).upTo(["y"]);
    expect(await run(part, [1, 3, 4, 6])).toEqual(await run(bytes, [1, 3, 4, 6]));
  });

  test("a newer operator set is kept", () => {
    const part = readNetwork(handModel({ opset: 21, nodes: [single("Relu")], outputs: ["y"] })).upTo(["y"]);
    expect(fromBinary(ModelProtoSchema, part).opsetImport[0]?.version).toBe(21n);
  });
});

test("an input with channels last is recognised", () => {
  const layout = (input: (number | string)[]) =>
    readNetwork(handModel({ nodes: [single("Relu")], input, outputs: ["y"] })).layout;
  expect(layout([1, 224, 224, 3])).toBe("NHWC");
  expect(layout(["N", "H", "W", 3])).toBe("NHWC");
  expect(layout([1, 3, 224, 224])).toBe("NCHW");
  expect(layout(["N", "C", "H", "W"])).toBe("NCHW");
});

describe("refused, with what to do", () => {
  const relu = { nodes: [single("Relu")], outputs: ["y"] };
  const decoded = () => fromBinary(ModelProtoSchema, handModel({ ...relu, weights: [w] }));

  function twoInputs(): Uint8Array {
    const model = decoded();
    const [first = expect.fail("no input")] = model.graph?.input ?? [];
    model.graph?.input.push({ ...first, name: "second" });
    return toBinary(ModelProtoSchema, model);
  }

  function outsideWeights(): Uint8Array {
    const model = decoded();
    const [first = expect.fail("no weight")] = model.graph?.initializer ?? [];
    first.dataLocation = TensorProto_DataLocation.EXTERNAL;
    return toBinary(ModelProtoSchema, model);
  }

  const cases: [name: string, bytes: () => Uint8Array, message: string][] = [
    [
      "no ONNX file",
      () => Uint8Array.of(1, 2, 3),
      "network: expected an ONNX file, got 3 bytes that are none, or are cut off.",
    ],
    [
      "an empty one",
      () => new Uint8Array(),
      "network: expected an ONNX file, got 0 bytes that are none, or are cut off.",
    ],
    [
      "a cut one",
      () => tinyBackbone().slice(0, 500),
      "network: expected an ONNX file, got 500 bytes that are none, or are cut off.",
    ],
    [
      "an old one",
      () => handModel({ ...relu, opset: 6 }),
      "expected operators of ONNX opset 7 to 22, got 6. Export it again with opset 18.",
    ],
    [
      "one of the future",
      () => handModel({ ...relu, opset: 23 }),
      "expected operators of ONNX opset 7 to 22, got 23.",
    ],
    ["two inputs", twoInputs, "network: expected one input, a picture, got 2: x, second."],
    [
      "half precision",
      () => handModel({ ...relu, inputType: TensorProto_DataType.FLOAT16 }),
      "expected the input x to be float32, got FLOAT16. Export the float32 network.",
    ],
    [
      "grey pictures",
      () => handModel({ ...relu, input: ["N", 1, "H", "W"] }),
      "expected the input x to be colour pictures, [N, 3, H, W] or [N, H, W, 3], got [?, 1, ?, ?].",
    ],
    [
      "no pictures",
      () => handModel({ ...relu, input: ["N", 3] }),
      "expected the input x to be colour pictures, [N, 3, H, W] or [N, H, W, 3], got [?, 3].",
    ],
    [
      "weights in another file",
      outsideWeights,
      "expected all weights in the file itself, got w in another file. Export it with external_data=False.",
    ],
    [
      "nodes out of order",
      () =>
        handModel({
          nodes: [single("Relu", { inputs: ["later"] }), single("Relu", { outputs: ["later"] })],
          outputs: ["y"],
        }),
      "got later used before it is computed. The file is damaged.",
    ],
    [
      "a tensor computed twice",
      () => handModel({ nodes: [single("Relu"), single("Relu")], outputs: ["y"] }),
      "got y computed twice.",
    ],
  ];
  test.each(cases)("%s", (_name, bytes, message) => {
    expect(() => readNetwork(bytes())).toThrow(
      expect.objectContaining({ code: "E_ONNX", message: expect.stringContaining(message) }),
    );
  });

  const parts: [name: string, opset: number, node: HandNode, message: string][] = [
    [
      "a foreign operator",
      18,
      single("Magic", { domain: "my.ops" }),
      "expected node y (Magic) to be an operator of ONNX or ONNX Runtime, got one of my.ops.",
    ],
    [
      "Upsample",
      9,
      single("Upsample", { inputs: ["x", "s"] }),
      "expected node y (Upsample) to be an operator that means the same in opset 18, got that of opset 9. Export it again with opset 18.",
    ],
    [
      "Softmax over flattened axes",
      11,
      single("Softmax"),
      "expected node y (Softmax) to be an operator that means the same in opset 18",
    ],
    [
      "normalisation that trains",
      15,
      single("BatchNormalization", { inputs: ["x", "s", "s", "s", "s"], attributes: { training_mode: 1 } }),
      "Export it for inference (eval).",
    ],
  ];
  test.each(parts)("%s, where it is needed and only there", (_name, opset, node, message) => {
    const s = floats("s", [4], [1, 1, 2, 2]);
    const nodes = [single("Relu", { outputs: ["fine"] }), node];
    const network = readNetwork(handModel({ opset, nodes, weights: [s], outputs: ["y"] }));
    expect(() => network.upTo(["y"])).toThrow(
      expect.objectContaining({ code: "E_ONNX", message: expect.stringContaining(message) }),
    );
    expect(network.upTo(["fine"]).length).toBeGreaterThan(0);
  });

  test("damaged files: an error of ours or a network, never another error", () => {
    const whole = tinyBackbone();
    const random = new Random(5);
    let refused = 0;
    for (let i = 0; i < 300; i++) {
      const bytes = whole.slice();
      // names, types and structure lie between the weights: half of the damage is done in the first kilobyte
      bytes[random.integer(i % 2 === 0 ? 1000 : bytes.length)] = random.integer(256);
      try {
        const network = readNetwork(bytes);
        network.upTo(network.trunk);
      } catch (error) {
        refused++;
        expect(error).toMatchObject({ code: "E_ONNX" });
      }
    }
    expect(refused).toBeGreaterThan(0);
  });

  test("a graph inside a node", () => {
    const model = decoded();
    const [node = expect.fail("no node")] = model.graph?.node ?? [];
    const body = create(GraphProtoSchema, { name: "body" });
    node.attribute.push({ ...attribute("then_branch"), g: body });
    const network = readNetwork(toBinary(ModelProtoSchema, model));
    expect(() => network.upTo(["y"])).toThrow(
      "no graph inside a node, got one. Export it without control flow.",
    );
  });
});

function attribute(name: string) {
  const bytes = handModel({ nodes: [single("Relu", { attributes: { [name]: 1 } })], outputs: ["y"] });
  const made =
    fromBinary(ModelProtoSchema, bytes).graph?.node[0]?.attribute[0] ?? expect.fail("no attribute");
  return { ...made, type: AttributeProto_AttributeType.GRAPH };
}
