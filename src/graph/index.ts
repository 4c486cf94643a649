/** Typed tensor graphs with gradients: build, differentiate, hand to a backend. */

export { float32Array, type HostArrays, int64Array, type NdArray, ndArray } from "../base/array.ts";
export type { Dim, DType, Shape } from "../base/shape.ts";
export { embedNetwork } from "./embedded-network.ts";
export { gradient } from "./gradient.ts";
export { buildGraph, type Graph } from "./graph.ts";
export { foldConstants, lowerGraph, substitute } from "./lower.ts";
export {
  type AnyOp,
  type AttributeKind,
  type Attributes,
  defineOp,
  type EmbeddedNetwork,
  type EvaluateGraph,
  type Op,
  type OpDefinition,
  type VjpContext,
} from "./op.ts";
export { attention } from "./ops/attention.ts";
export * from "./ops/cells.ts";
export { matmul } from "./ops/contraction.ts";
export { type Conv2dOptions, conv2d, convTranspose2d } from "./ops/convolution.ts";
export * from "./ops/elementwise.ts";
export * from "./ops/gather.ts";
export { gridSample } from "./ops/grid-sample.ts";
export { collect, loop } from "./ops/loop.ts";
export * from "./ops/movement.ts";
export { groupNorm } from "./ops/normalization.ts";
export { extentOf, placesOf, range } from "./ops/places.ts";
export {
  type ReduceOptions,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceSum,
  reduceSumSquare,
  softmax,
  topK,
} from "./ops/reduction.ts";
export * from "./ops/resample.ts";
export { resizeImageLinear, resizeLinear, scaleLinear } from "./ops/resize-linear.ts";
export { type TreeEnsembleAttributes, treeEnsemble } from "./ops/tree-ensemble.ts";
export { upsampleConv2d } from "./ops/upsample-convolution.ts";
export * from "./ops/window.ts";
export type { Reference } from "./reference-array.ts";
export {
  type AttributeValue,
  type Constant,
  constant,
  formatType,
  type Input,
  input,
  int64s,
  type Node,
  type Producer,
  scalar,
  type Tensor,
  type TensorType,
} from "./tensor.ts";
