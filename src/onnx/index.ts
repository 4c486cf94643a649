/** ONNX files: writing graphs, reading what a model says of itself. */
export { encodeModel } from "./encode.ts";
