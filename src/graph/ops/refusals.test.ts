/** Operands that do not fit are refused at the line that wrote the operator, in full sentences. */
import { describe, expect, test } from "vitest";
import * as g from "../index.ts";

/** A float32 tensor of that shape. */
function x(...shape: (number | string)[]): g.Tensor {
  return g.input("x", "float32", shape);
}

type Refusal = [message: string, build: () => unknown];

const rules = "expected shapes that broadcast (equal extents or 1, aligned right)";

const elementwise: Refusal[] = [
  [`Add: ${rules}, got [2, 3] and [2].`, () => g.add(x(2, 3), x(2))],
  [`Pow: ${rules}, got [N] and [3].`, () => g.pow(x("N"), x(3))],
  [
    "Mul: expected operands of one dtype, got float32[2] and int64[2]. Cast one of them.",
    () => g.mul(x(2), g.input("i", "int64", [2])),
  ],
  ["where: expected a bool condition, got float32[2].", () => g.where(x(2), x(2), x(2))],
  [`where: ${rules}, got [3] and [2].`, () => g.where(g.input("c", "bool", [3]), x(2), x(1))],
];

const reduction: Refusal[] = [
  ["ReduceSum: expected an axis in [-2, 1] for rank 2, got 2.", () => g.reduceSum(x(2, 3), { axes: [2] })],
  ["softmax: expected an axis in [-2, 1] for rank 2, got -3.", () => g.softmax(x(2, 3), -3)],
  ["topK: expected k within 1 and the extent of axis 1 (3), got 4.", () => g.topK(x(2, 3), 4)],
  ["topK: expected k within 1 and the extent of axis 0 (2), got 0.", () => g.topK(x(2, 3), 0, 0)],
];

const movement: Refusal[] = [
  ["reshape: expected as many elements as float32[2, 3] has, got [4, 2].", () => g.reshape(x(2, 3), [4, 2])],
  ["reshape: expected as many elements as float32[N, 3] has, got [6].", () => g.reshape(x("N", 3), [6])],
  ["transpose: expected a permutation of 2 axes, got [0, 0].", () => g.transpose(x(2, 3), [0, 0])],
  ["transpose: expected a permutation of 3 axes, got [1, 0].", () => g.transpose(x(2, 3, 4), [1, 0])],
  [`expand: ${rules}, got [2, 3] and [2, 4].`, () => g.expand(x(2, 3), [2, 4])],
  [
    "slice: expected an axis in [-1, 0] for rank 1, got 1.",
    () => g.slice(x(4), { axis: 1, start: 0, end: 1 }),
  ],
  [
    "slice: expected a step other than 0, got 0.",
    () => g.slice(x(4), { axis: 0, start: 0, end: 1, step: 0 }),
  ],
  [
    "slice: expected extents known when the graph is built, got [N] with the run-time extent N.",
    () => g.slice(x("N"), { axis: 0, start: 0, end: 1 }),
  ],
  [
    "concat: expected shapes equal but for axis 1, got float32[2, 3] and float32[3, 3].",
    () => g.concat([x(2, 3), x(3, 3)], 1),
  ],
  [
    "concat: expected shapes equal but for axis 1, got float32[2, 3] and float32[2].",
    () => g.concat([x(2, 3), x(2)], 1),
  ],
  [
    "concat: expected operands of one dtype, got float32[2] and bool[2]. Cast one of them.",
    () => g.concat([x(2), g.input("c", "bool", [2])], 0),
  ],
  ["concat: expected known extents along axis 0, got float32[N].", () => g.concat([x("N"), x(2)], 0)],
  [
    "pad: expected before and after with one number an axis of float32[2, 3], got 2 numbers in all.",
    () => g.pad(x(2, 3), [1], [1]),
  ],
  ["pad: expected known extents, got float32[N].", () => g.pad(x("N"), [1], [0])],
  ["gather: expected int64 indices, got float32[3]. Cast them.", () => g.gather(x(4), x(3))],
  [
    "gatherElements: expected int32 or int64 indices of x's shape but for axis 1, got int64[3, 2] and x float32[2, 4].",
    () => g.gatherElements(x(2, 4), g.input("i", "int64", [3, 2]), 1),
  ],
  [
    "spaceToDepth: expected x [N, C, H, W] with H and W divisible by 2, got float32[1, 1, 3, 2].",
    () => g.spaceToDepth(x(1, 1, 3, 2), 2),
  ],
  [
    "depthToSpace: expected x [N, C, H, W] with C divisible by 4, got float32[1, 2, 3, 3].",
    () => g.depthToSpace(x(1, 2, 3, 3), 2),
  ],
];

const products: Refusal[] = [
  [
    "matmul: expected equal inner extents, got 3 and 2 in float32[2, 3] and float32[2, 3].",
    () => g.matmul(x(2, 3), x(2, 3)),
  ],
  [
    "matmul: expected equal inner extents, got 2 and 3 in float32[2, 3] and float32[3, 4].",
    () => g.matmul(x(2, 3), x(3, 4), { transposeA: true }),
  ],
  ["matmul: expected operands of rank >= 2, got float32[3].", () => g.matmul(x(2, 3), x(3))],
  [`matmul: ${rules}, got [2] and [3].`, () => g.matmul(x(2, 4, 3), x(3, 3, 4))],
  ["treeEnsemble: expected x [N, features], got float32[4].", () => g.treeEnsemble(x(4), emptyEnsemble)],
];

const images: Refusal[] = [
  [
    "conv2d: expected x [N, C, H, W] with C = 4 (weight.shape[1] x groups = 4 x 1), got x float32[8, 3, 32, 32] and weight float32[16, 4, 3, 3].",
    () => g.conv2d(x(8, 3, 32, 32), x(16, 4, 3, 3)),
  ],
  [
    "conv2d: expected x [N, C, H, W] and weight [O, C / groups, kh, kw], got float32[3] and float32[16, 3, 3, 3].",
    () => g.conv2d(x(3), x(16, 3, 3, 3)),
  ],
  [
    "conv2d: expected bias [2], got float32[3].",
    () => g.conv2d(x(1, 1, 4, 4), x(2, 1, 3, 3), { bias: x(3) }),
  ],
  [
    "conv2d: expected the kernel to fit into the padded image, got x float32[1, 1, 2, 4], weight float32[1, 1, 3, 3] and pads [0, 0, 0, 0]. Pad more.",
    () => g.conv2d(x(1, 1, 2, 4), x(1, 1, 3, 3)),
  ],
  [
    "convTranspose2d: expected x [N, C, H, W] and weight [C, O, kh, kw], got float32[1, 2, 4, 4] and float32[3, 2, 3, 3].",
    () => g.convTranspose2d(x(1, 2, 4, 4), x(3, 2, 3, 3)),
  ],
  [
    "groupNorm: expected x [N, C, H, W] with C divisible by groups = 2, got float32[1, 3, 4, 4].",
    () => g.groupNorm(x(1, 3, 4, 4), x(3), x(3), { groups: 2 }),
  ],
  [
    "groupNorm: expected x [N, C, H, W] with C divisible by groups = 1, got float32[4].",
    () => g.groupNorm(x(4), x(4), x(4), { groups: 1 }),
  ],
  [
    "groupNorm: expected scale and bias [4], got float32[4] and float32[2].",
    () => g.groupNorm(x(1, 4, 2, 2), x(4), x(2), { groups: 2 }),
  ],
  [
    "upsampleNearest: expected x [N, C, H, W] and a whole scale >= 1, got float32[1, 1, 2, 2] and 1.5.",
    () => g.upsampleNearest(x(1, 1, 2, 2), 1.5),
  ],
  [
    "averageCells: expected x [N, C, H, W] with H and W divisible by 2, got float32[1, 1, 5, 4].",
    () => g.averageCells(x(1, 1, 5, 4), 2),
  ],
];

const emptyEnsemble: g.TreeEnsembleAttributes = {
  aggregate_function: "SUM",
  n_targets: 1,
  nodes_treeids: [],
  nodes_nodeids: [],
  nodes_featureids: [],
  nodes_modes: [],
  nodes_values: [],
  nodes_truenodeids: [],
  nodes_falsenodeids: [],
  nodes_missing_value_tracks_true: [],
  target_treeids: [],
  target_nodeids: [],
  target_ids: [],
  target_weights: [],
};

describe.each([
  ["elementwise operators", elementwise],
  ["reductions", reduction],
  ["movements", movement],
  ["products and trees", products],
  ["image operators", images],
])("%s refuse", (_, refusals) => {
  test.each(refusals)("%s", (message, build) => {
    expect(build).toThrow(expect.objectContaining({ name: "ShapeError", message }));
  });
});

test("a refusal of a shape has code E_SHAPE, one of a dtype E_DTYPE", () => {
  expect(() => g.add(x(2), x(3))).toThrow(expect.objectContaining({ code: "E_SHAPE" }));
  expect(() => g.gather(x(4), x(3))).toThrow(expect.objectContaining({ code: "E_DTYPE" }));
});
