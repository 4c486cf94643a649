import { describe, expect, test } from "vitest";
import { expectAllClose } from "../../../test/support/allclose.ts";
import { reference, runOnce } from "../../../test/support/run-graph.ts";
import { Random } from "../../base/random.ts";
import { buildGraph, gradient, input, matmul, reshape, type Tensor } from "../../graph/index.ts";
import { bindParameters, initialValues, namedParameters, parameterCount } from "../../nn/index.ts";
import { nodeBackend } from "../../runtime/node.ts";
import { evaluateGraph } from "../../runtime/reference.ts";
import { ConvEncoder } from "./conv-coder.ts";
import { gradientPenalty } from "./gradient-penalty.ts";

const side = 8;
const shape = [2, 3, side, side] as const;
const [a, b] = [input("a", "float32", shape), input("b", "float32", shape)];
const mix = input("mix", "float32", [2, 1, 1, 1]);
const random = new Random(4);
const size = 2 * 3 * side * side;
const feeds = {
  a: reference(shape, random.normals(size)),
  b: reference(shape, random.normals(size)),
  mix: reference([2, 1, 1, 1], [0.25, 0.75]),
};

function criticOf(groups: number | null) {
  const options = { imageSizePx: side, widths: [4, 4], neckChannels: 2, latentSize: 1, groups };
  return new ConvEncoder(options);
}

describe("the gradient penalty", () => {
  const critic = criticOf(null);
  const parameters = namedParameters(critic);
  const count = parameterCount(parameters);
  const values = Float64Array.from(initialValues(parameters, random));
  const penalty = gradientPenalty((x) => critic.apply(x), { a, b, mix });
  // the last bias moves no slope, so the penalty does not depend on it
  const moving = parameters.filter(({ name }) => name !== "head.bias" && name !== "neck.bias");
  const slopes = gradient(
    penalty,
    moving.map(({ parameter }) => parameter),
  );
  const flat = input("flat", "float32", [count]);

  function graphOf(outputs: readonly Tensor[]) {
    const bound = bindParameters(outputs, parameters, flat);
    const entries = bound.map((tensor, i) => [`o${i}`, tensor] as const);
    return buildGraph({
      name: "penalty",
      inputs: [flat, a, b, mix],
      outputs: Object.fromEntries(entries),
    });
  }

  test("has the gradient that differences of it give: the gradient of a gradient", () => {
    const graph = graphOf([penalty, ...slopes]);
    const results = evaluateGraph(graph, { ...feeds, flat: reference([count], values) });
    const found = new Map(moving.map(({ name }, i) => [name, Array.from(results[`o${i + 1}`]?.data ?? [])]));
    const all = parameters.flatMap(({ name, parameter }) => {
      const length = parameter.shape.reduce((product, extent) => product * extent, 1);
      return found.get(name) ?? new Array<number>(length).fill(0);
    });
    const alone = graphOf([penalty]);
    for (let round = 0; round < 3; round++) {
      const direction = random.normals(count);
      const at = (h: number) =>
        evaluateGraph(alone, {
          ...feeds,
          flat: reference(
            [count],
            values.map((value, i) => value + h * (direction[i] ?? 0)),
          ),
        }).o0?.data[0] ?? Number.NaN;
      const expected = (at(1e-5) - at(-1e-5)) / 2e-5;
      const slope = all.reduce((sum, value, i) => sum + value * (direction[i] ?? 0), 0);
      expectAllClose([slope], [expected], { rtol: 1e-5 });
    }
  });

  test("is the same in ONNX Runtime", async () => {
    const graph = graphOf([penalty, ...slopes]);
    const fed = { ...feeds, flat: reference([count], values) };
    const expected = evaluateGraph(graph, fed);
    const actual = await runOnce(nodeBackend({ threads: 1 }), graph, fed);
    for (const name of Object.keys(expected))
      expectAllClose(Array.from(actual[name]?.data ?? [], Number), expected[name]?.data ?? [], {
        rtol: 1e-3,
        atol: 1e-6,
      });
  });

  test("of a plane is the squared distance of its slope from 1", () => {
    const slope = reference([3 * side * side, 1], random.normals(3 * side * side));
    const weight = input("weight", "float32", slope.shape);
    const plane = (x: Tensor) => matmul(reshape(x, [2, 3 * side * side]), weight);
    const outputs = { penalty: gradientPenalty(plane, { a, b, mix }) };
    const graph = buildGraph({ name: "plane", inputs: [a, b, mix, weight], outputs });
    const norm = Math.hypot(...slope.data);
    const results = evaluateGraph(graph, { ...feeds, weight: slope });
    expect(results.penalty?.data[0]).toBeCloseTo((norm - 1) ** 2, 8);
  });

  test("is refused for a critic with group normalisation, whose gradient has none", () => {
    const normalised = criticOf(2);
    const own = namedParameters(normalised).map(({ parameter }) => parameter);
    expect(() =>
      gradient(
        gradientPenalty((x) => normalised.apply(x), { a, b, mix }),
        own.slice(0, 1),
      ),
    ).toThrow(
      expect.objectContaining({
        code: "E_NO_GRADIENT",
        message:
          "groupNorm: expected to be differentiated once, got a gradient of its gradient. Leave the normalisation out of what is differentiated twice.",
      }),
    );
  });
});
