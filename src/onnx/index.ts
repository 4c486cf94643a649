/** ONNX files: written from graphs, and read for what they say of themselves. */
export { appendMetadata } from "./append-metadata.ts";
export { decodeModel, type ModelSummary } from "./decode.ts";
export { encodeModel } from "./encode.ts";
export { type ForeignNetwork, readNetwork } from "./foreign-network.ts";
export { type NetworkConstant, NetworkFile, type NetworkNode } from "./network-file.ts";
export { newestOpset, opsetVersion } from "./opsets.ts";
export {
  type QuantizableConvolution,
  type QuantizedNetwork,
  quantizableConvolutions,
  quantizeNetwork,
  type TensorFacts,
  withOutputs,
} from "./quantize.ts";
export { type ConstantChange, replaceConstants } from "./replace-constants.ts";
