/** A network from elsewhere as one operator: its own model is put in its place when the graph is encoded. */
import { GraphError, ShapeError } from "../base/errors.ts";
import { defineOp, type EmbeddedNetwork } from "./op.ts";
import { formatType, type Tensor } from "./tensor.ts";

/**
 * A network that was made elsewhere, applied to `x`. It has no gradient, and no meaning in float64: only a runtime can run it.
 *
 * @param x - The network's input, float32, of a shape that it takes.
 * @param network - Its model; the caller vouches for the outputs' types.
 * @returns One tensor for each of its outputs, in their order.
 * @throws {ShapeError} E_DTYPE if `x` is not float32.
 */
export function embedNetwork(x: Tensor, network: EmbeddedNetwork): readonly Tensor[] {
  const op = defineOp({
    type: "radar.EmbeddedNetwork",
    attributes: {},
    network,
    infer: ([given = x]) => {
      if (given.dtype === "float32") return network.outputs.map(({ type }) => type);
      throw new ShapeError("E_DTYPE", `embedNetwork: expected a float32 input, got ${formatType(given)}.`);
    },
    evaluate: () => {
      throw new GraphError(
        "E_GRAPH",
        "embedNetwork: expected a runtime to run a network from elsewhere, got the reference evaluation. Encode the graph.",
      );
    },
  });
  return op.apply([x], {});
}
