/** ONNX files: written from graphs, and read for what they say of themselves. */
export { appendMetadata } from "./append-metadata.ts";
export { decodeModel, type ModelSummary } from "./decode.ts";
export { type EncodeOptions, encodeModel } from "./encode.ts";
export { type ForeignNetwork, readNetwork } from "./foreign-network.ts";
export { type NetworkConstant, NetworkFile, type NetworkNode } from "./network-file.ts";
export { newestOpset, opsetVersion } from "./opsets.ts";
export {
  type QuantizableConvolution,
  type QuantizedNetwork,
  quantizableConvolutions,
  quantizeNetwork,
  type TensorFacts,
} from "./quantize.ts";
export { type ConstantChange, replaceConstants } from "./replace-constants.ts";
export { withInner, withOutputs } from "./with-outputs.ts";
