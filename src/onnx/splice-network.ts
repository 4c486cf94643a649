/** Putting a network from elsewhere into a file of ours, under names of its own. */
import { create, fromBinary } from "@bufbuild/protobuf";
import {
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from "onnx-buf";
import { invariant } from "../base/check.ts";
import type { EmbeddedNetwork } from "../graph/op.ts";

/** Nodes of a graph in order, and the constants that came with them. */
export interface GraphPart {
  readonly nodes: NodeProto[];
  readonly initializers: TensorProto[];
}

/**
 * A network's nodes and weights with other names.
 *
 * @param network - Its model is one that `readNetwork` made.
 * @param names - The tensor that is its input, those that its outputs are to be, and a source of names for the rest.
 */
export function spliceNetwork(
  network: EmbeddedNetwork,
  names: { readonly input: string; readonly outputs: readonly string[]; readonly fresh: () => string },
): GraphPart {
  const { node, initializer } = graphOf(network);
  const renamed = new Map([
    ["", ""],
    [network.input, names.input],
  ]);
  for (const [i, { name }] of network.outputs.entries()) renamed.set(name, names.outputs[i] ?? "");
  const nameOf = (name: string): string => {
    const known = renamed.get(name);
    if (known !== undefined) return known;
    const fresh = names.fresh();
    renamed.set(name, fresh);
    return fresh;
  };
  const initializers = initializer.map((tensor) =>
    create(TensorProtoSchema, { ...tensor, name: nameOf(tensor.name), docString: "" }),
  );
  const nodes = node.map(({ opType, domain, input, output, attribute }) =>
    create(NodeProtoSchema, {
      name: `${opType}_${nameOf(output[0] ?? "")}`,
      opType,
      domain,
      input: input.map(nameOf),
      output: output.map(nameOf),
      attribute,
    }),
  );
  return { nodes, initializers };
}

/** Version of ai.onnx that a network's nodes are of. */
export function versionOf(network: EmbeddedNetwork): number {
  return Number(modelOf(network).opsetImport.find(({ domain }) => domain === "")?.version ?? 0);
}

function graphOf(network: EmbeddedNetwork): GraphProto {
  const { graph } = modelOf(network);
  invariant(graph !== undefined, "an embedded network without a graph");
  return graph;
}

function modelOf({ model }: EmbeddedNetwork): ModelProto {
  return fromBinary(ModelProtoSchema, model);
}
