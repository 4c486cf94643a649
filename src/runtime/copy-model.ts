/** A model that gives back what it is fed. */
import { buildGraph, input, reshape } from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";

/**
 * Bytes of a model with the input `x` and the output `y`, float32 [N]: the same bits. To be loaded without optimisation, which
 * would leave nothing of it.
 */
export function copyModel(): Uint8Array {
  const x = input("x", "float32", ["N"]);
  return encodeModel(buildGraph({ name: "copy", inputs: [x], outputs: { y: reshape(x, ["M"]) } }));
}
