import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  ModelProtoSchema,
  TensorProto_DataType,
  type ValueInfoProtoSchema,
} from "onnx-buf";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { Random } from "../base/random.ts";
import { fitIsolationForest, type IsolationForest, isolationForestScores } from "./isolation-forest.ts";
import { decodeForest, encodeForest, forestToTreeEnsemble } from "./isolation-forest-encoding.ts";
import { averagePathLength } from "./isolation-tree.ts";

/** An ONNX attribute; `kind` decides between ints and floats for lists of numbers. */
function attribute(name: string, value: string | number | readonly (string | number)[]) {
  const utf8 = new TextEncoder();
  const { INT, INTS, FLOATS, STRING, STRINGS } = AttributeProto_AttributeType;
  if (typeof value === "string")
    return create(AttributeProtoSchema, { name, type: STRING, s: utf8.encode(value) });
  if (typeof value === "number") return create(AttributeProtoSchema, { name, type: INT, i: BigInt(value) });
  const numbers = value.filter((item) => typeof item === "number");
  if (numbers.length < value.length) {
    return create(AttributeProtoSchema, {
      name,
      type: STRINGS,
      strings: value.map((item) => utf8.encode(`${item}`)),
    });
  }
  return name === "nodes_values" || name === "target_weights"
    ? create(AttributeProtoSchema, { name, type: FLOATS, floats: numbers })
    : create(AttributeProtoSchema, { name, type: INTS, ints: numbers.map(BigInt) });
}

function matrix(name: string, columns: number): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = [
    { value: { case: "dimParam" as const, value: "N" } },
    { value: { case: "dimValue" as const, value: BigInt(columns) } },
  ];
  const value = { elemType: TensorProto_DataType.FLOAT, shape: { dim } };
  return { name, type: { value: { case: "tensorType", value } } };
}

/** points [N, dimensions] -> TreeEnsembleRegressor -> E[h] -> Exp(E[h] · -ln 2 / c) = score [N, 1]. */
function scoreModel(forest: IsolationForest): Uint8Array {
  const attributes = Object.entries(forestToTreeEnsemble(forest)).map(([name, value]) =>
    attribute(name, value),
  );
  const scale = {
    name: "scale",
    dims: [1n],
    dataType: TensorProto_DataType.FLOAT,
    floatData: [-Math.LN2 / averagePathLength(forest.sampleSize)],
  };
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [
      { domain: "", version: 17n },
      { domain: "ai.onnx.ml", version: 3n },
    ],
    graph: {
      name: "forest",
      input: [matrix("points", forest.dimensions)],
      output: [matrix("score", 1)],
      initializer: [scale],
      node: [
        {
          opType: "TreeEnsembleRegressor",
          domain: "ai.onnx.ml",
          input: ["points"],
          output: ["pathLength"],
          attribute: attributes,
        },
        { opType: "Mul", input: ["pathLength", "scale"], output: ["exponent"] },
        { opType: "Exp", input: ["exponent"], output: ["score"] },
      ],
    },
  });
  return toBinary(ModelProtoSchema, model);
}

async function onnxScores(forest: IsolationForest, points: Float32Array): Promise<ArrayLike<number>> {
  const session = await InferenceSession.create(scoreModel(forest), { intraOpNumThreads: 1 });
  const feed = new Tensor("float32", points, [points.length / forest.dimensions, forest.dimensions]);
  const { score } = await session.run({ points: feed });
  await session.release();
  if (!(score?.data instanceof Float32Array)) throw new Error("no float32 score");
  return score.data;
}

function smallForest(): IsolationForest {
  const random = new Random(11);
  const features = Float64Array.from({ length: 120 }, () => random.normal());
  return fitIsolationForest(features, 3, { trees: 4, sampleSize: 16, random });
}

test.each([
  [1, 20],
  [2, 256],
  [7, 64],
])("onnxruntime gives our scores for %d features and %d samples", async (dimensions, sampleSize) => {
  const random = new Random(dimensions);
  const features = Float64Array.from({ length: 400 * dimensions }, () => random.normal());
  const forest = fitIsolationForest(features, dimensions, { sampleSize, random });
  // every threshold of the first trees as a point: equality must go left on both sides
  const edges = forest.trees.slice(0, 5).flatMap((tree) => Array.from(tree.thresholds));
  const onEdges = edges.flatMap((edge) => new Array<number>(dimensions).fill(edge));
  const points = Float32Array.from([...features, ...onEdges]);
  const scores = isolationForestScores(forest, Float64Array.from(points));
  expectAllClose(await onnxScores(forest, points), scores, { atol: 1e-6 });
});

test("onnxruntime gives 1/2 for a forest of bare leaves", async () => {
  const forest = fitIsolationForest(new Float64Array(20).fill(1), 2, { trees: 3, random: new Random(0) });
  expectAllClose(await onnxScores(forest, Float32Array.of(1, 1, 8, 9)), [0.5, 0.5], { atol: 1e-6 });
});

test("a tree ensemble lists nodes and leaves in parallel", () => {
  const forest = fitIsolationForest(Float64Array.of(0, 1), 1, { trees: 2, random: new Random(3) });
  const thresholds = forest.trees.map((tree) => tree.thresholds[0]);
  expect(forestToTreeEnsemble(forest)).toEqual({
    aggregate_function: "AVERAGE",
    n_targets: 1,
    nodes_treeids: [0, 0, 0, 1, 1, 1],
    nodes_nodeids: [0, 1, 2, 0, 1, 2],
    nodes_featureids: [0, 0, 0, 0, 0, 0],
    nodes_modes: ["BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"],
    nodes_values: [thresholds[0], 0, 0, thresholds[1], 0, 0],
    nodes_truenodeids: [1, 0, 0, 1, 0, 0],
    nodes_falsenodeids: [2, 0, 0, 2, 0, 0],
    nodes_missing_value_tracks_true: [0, 0, 0, 0, 0, 0],
    target_treeids: [0, 0, 1, 1],
    target_nodeids: [1, 2, 1, 2],
    target_ids: [0, 0, 0, 0],
    target_weights: [1, 1, 1, 1],
  });
});

test("a forest survives JSON unchanged", () => {
  const forest = smallForest();
  expect(decodeForest(JSON.parse(JSON.stringify(encodeForest(forest))))).toEqual(forest);
});

const tree = {
  featureIndices: [1, -1, -1],
  thresholds: [0.5, 0, 0],
  left: [1, -1, -1],
  right: [2, -1, -1],
  sampleCounts: [2, 1, 1],
};
const remedy = "Fit the forest again or restore the file.";

test.each([
  ["null", null, `dimensions to be an integer >= 1, got undefined`],
  ["dimensions of 0", { dimensions: 0 }, "dimensions to be an integer >= 1, got 0"],
  ["a sample of one", { sampleSize: 1 }, "sampleSize to be an integer >= 2, got 1"],
  ["no trees", { trees: [] }, "trees to be a list of at least one tree, got []"],
  [
    "a tree that is a number",
    { trees: [3] },
    "trees[0].featureIndices to be a list of numbers, got undefined",
  ],
  [
    "a feature out of range",
    { trees: [{ ...tree, featureIndices: [2, -1, -1] }] },
    "trees[0].featureIndices[0] to be a feature below 2, or -1 for a leaf, got 2",
  ],
  [
    "a threshold that is no float32",
    { trees: [tree, { ...tree, thresholds: [0.1, 0, 0] }] },
    "trees[1].thresholds[0] to be a finite float32 number, got 0.1",
  ],
  [
    "a text for a child",
    { trees: [{ ...tree, left: ["1", -1, -1] }] },
    'trees[0].left[0] to be a node number, or -1 at a leaf, got "1" (string)',
  ],
  [
    "an empty node",
    { trees: [{ ...tree, sampleCounts: [2, 2, 0] }] },
    "trees[0].sampleCounts[2] to be an integer >= 1, got 0",
  ],
  [
    "lists of unequal length",
    { trees: [{ ...tree, right: [2, -1] }] },
    "trees[0].right to be as long as featureIndices (3) and not empty, got 2 entries",
  ],
  [
    "a tree without nodes",
    { trees: [{ featureIndices: [], thresholds: [], left: [], right: [], sampleCounts: [] }] },
    "trees[0].featureIndices to be as long as featureIndices (0) and not empty, got 0 entries",
  ],
  [
    "a loop",
    { trees: [{ ...tree, right: [0, -1, -1] }] },
    "trees[0].right[0] to be a later node without another parent, got 0",
  ],
  [
    "a child with two parents",
    { trees: [{ ...tree, right: [1, -1, -1] }] },
    "trees[0].right[0] to be a later node without another parent, got 1",
  ],
  [
    "a child outside the tree",
    { trees: [{ ...tree, right: [3, -1, -1] }] },
    "trees[0].right[0] to be a later node without another parent, got 3",
  ],
  [
    "a leaf with a child",
    { trees: [{ ...tree, left: [1, 2, -1] }] },
    "trees[0].left[1] to be -1, since the node is a leaf, got 2",
  ],
  [
    "a node without a parent",
    {
      trees: [
        {
          featureIndices: [-1, -1],
          thresholds: [0, 0],
          left: [-1, -1],
          right: [-1, -1],
          sampleCounts: [1, 1],
        },
      ],
    },
    "trees[0] to be a tree in which all nodes but the first have a parent, got none for node 1",
  ],
])("decodeForest refuses %s", (_, change, complaint) => {
  const data = change && { dimensions: 2, sampleSize: 2, trees: [tree], ...change };
  expect(() => decodeForest(data)).toThrow(
    expect.objectContaining({
      name: "DataError",
      code: "E_DATA",
      message: `decodeForest: expected ${complaint}. ${remedy}`,
    }),
  );
});
