/** Graphs and values of the rows of test/numeric/op-cases.ts. */
import { Random } from "../../src/base/random.ts";
import { fixedShape } from "../../src/base/shape.ts";
import {
  buildGraph,
  type Graph,
  gradient,
  input,
  mul,
  reduceSum,
  type Tensor,
} from "../../src/graph/index.ts";
import type { Reference } from "../../src/graph/reference-array.ts";
import type { OpCase } from "../numeric/op-cases.ts";
import { reference } from "./run-graph.ts";

/** A case with its operands `x0`, `x1`, ... as graph inputs. */
export interface BuiltCase {
  readonly operands: readonly Tensor[];
  /** Operands that a gradient is asked for: the float32 ones. */
  readonly parameters: readonly Tensor[];
  readonly output: Tensor;
}

/** Builds a case's tensor. */
export function buildCase({ inputs, build }: OpCase): BuiltCase {
  const operands = inputs.map(({ dtype, shape }, i) => input(`x${i}`, dtype, shape));
  // A case takes exactly the operands it lists, so the missing ones are never touched.
  const output = build(...(operands as [Tensor, Tensor, Tensor]));
  return { operands, parameters: operands.filter(({ dtype }) => dtype === "float32"), output };
}

/** Outputs `y`. */
export function forwardGraph({ operands, output }: BuiltCase): Graph {
  return buildGraph({ name: "forward", inputs: operands, outputs: { y: output } });
}

/** Input `cotangent` of y's shape beside the operands; outputs `g0`, `g1`, ...: the gradients of Σ cotangent · y. */
export function gradientGraph({ operands, parameters, output }: BuiltCase): Graph {
  const cotangent = input("cotangent", "float32", output.shape);
  const loss = reduceSum(mul(output, cotangent), { keepDims: false });
  const outputs = Object.fromEntries(gradient(loss, parameters).map((tensor, i) => [`g${i}`, tensor]));
  return buildGraph({ name: "gradient", inputs: [...operands, cotangent], outputs });
}

/** Seeded values of the operands and of `cotangent`, all exact in float32. */
export function drawFeeds(opCase: OpCase, output: Tensor): Record<string, Reference> {
  const random = new Random(20250819).split(`${opCase.op}, ${opCase.name}`);
  const drawn = opCase.inputs.map(({ dtype, shape, draw }, i): [string, Reference] => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return [
      `x${i}`,
      reference(
        shape,
        Array.from({ length: size }, () => Math.fround(draw(random))),
        dtype,
      ),
    ];
  });
  const shape = fixedShape(output.shape, "drawFeeds");
  const size = shape.reduce((product, extent) => product * extent, 1);
  return { ...Object.fromEntries(drawn), cotangent: reference(shape, random.normals(size)) };
}
