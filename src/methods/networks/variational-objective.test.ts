import { describe, expect, test } from "vitest";
import { expectAllClose } from "../../../test/support/allclose.ts";
import { reference, runOnce } from "../../../test/support/run-graph.ts";
import { Random } from "../../base/random.ts";
import { buildGraph, constant, gradient, type Tensor } from "../../graph/index.ts";
import { bindParameters, initialValues } from "../../nn/index.ts";
import { nodeBackend } from "../../runtime/node.ts";
import { evaluateGraph } from "../../runtime/reference.ts";
import { VariationalAutoencoder } from "./variational-autoencoder.ts";
import { gaussianDivergence, variationalObjective } from "./variational-objective.ts";

const [count, side, latentSize] = [2, 8, 3];
const model = new VariationalAutoencoder({
  imageSizePx: side,
  widths: [4, 4],
  neckChannels: 2,
  latentSize,
  groups: 2,
});
const objective = variationalObjective(model, [count, 3, side, side], {
  latentSize,
  decoderDeviation: 0.5,
});
const { parameters } = objective;
const random = new Random(3);
const values = initialValues(parameters, random);
const feeds = {
  pictures: reference([count, 3, side, side], random.normals(count * 3 * side * side)),
  noise: reference([count, latentSize], random.normals(count * latentSize)),
};

function graphOf(outputs: Readonly<Record<string, Tensor>>, from: Float32Array = values) {
  const bound = bindParameters(Object.values(outputs), parameters, from);
  const entries = Object.keys(outputs).map((name, i) => [name, bound[i] as Tensor] as const);
  return buildGraph({ name: "objective", inputs: objective.inputs, outputs: Object.fromEntries(entries) });
}

const termOf = (name: string): Tensor => objective.terms?.[name] ?? expect.fail(`no term ${name}`);
const terms = graphOf({ loss: objective.loss, ...objective.terms });

/** Gradients of a term with respect to the parameters whose names begin with `prefix`, by name. */
function gradientsOf(term: Tensor, prefix: string): Map<string, number[]> {
  const chosen = parameters.filter(({ name }) => name.startsWith(prefix));
  const gradients = gradient(
    term,
    chosen.map(({ parameter }) => parameter),
  );
  const results = evaluateGraph(
    graphOf(Object.fromEntries(gradients.map((tensor, i) => [`g${i}`, tensor]))),
    feeds,
  );
  return new Map(chosen.map(({ name }, i) => [name, Array.from(results[`g${i}`]?.data ?? [])]));
}

describe("the evidence lower bound", () => {
  test("is the sum of two terms above zero", () => {
    const { loss, reconstruction, divergence } = evaluateGraph(terms, feeds);
    expect(reconstruction?.data[0]).toBeGreaterThan(0);
    expect(divergence?.data[0]).toBeGreaterThan(0);
    expect(loss?.data[0]).toBeCloseTo((reconstruction?.data[0] ?? 0) + (divergence?.data[0] ?? 0), 12);
  });

  test.each(["encoder", "decoder"])("moves every parameter of the %s by the reconstruction", (part) => {
    for (const [name, entries] of gradientsOf(termOf("reconstruction"), part))
      expect([name, entries.some((entry) => entry !== 0)]).toEqual([name, true]);
  });

  test("moves every parameter of the encoder by the divergence, for the mean and for the log-variance", () => {
    const gradients = gradientsOf(termOf("divergence"), "encoder");
    for (const [name, entries] of gradients)
      expect([name, entries.some((entry) => entry !== 0)]).toEqual([name, true]);
    const bias = gradients.get("encoder.head.bias") ?? [];
    expect(bias).toHaveLength(2 * latentSize); // means first, then log-variances
    expect(bias.every((entry) => entry !== 0)).toBe(true);
  });

  test("does not move the decoder by the divergence", () => {
    expect(() => gradientsOf(termOf("divergence"), "decoder")).toThrow(
      expect.objectContaining({ code: "E_NO_GRADIENT" }),
    );
  });

  test("has the slope that differences of the loss along random directions give", () => {
    const direction = random.normals(values.length);
    const slope = [...gradientsOf(objective.loss, "").values()]
      .flat()
      .reduce((sum, entry, i) => sum + entry * (direction[i] ?? 0), 0);
    const lossAt = (h: number) =>
      evaluateGraph(
        graphOf(
          { loss: objective.loss },
          values.map((value, i) => value + h * (direction[i] ?? 0)),
        ),
        feeds,
      ).loss?.data[0] ?? Number.NaN;
    const h = 2 ** -10; // parameters are float32, so the step must survive their rounding
    expectAllClose([(lossAt(h) - lossAt(-h)) / (2 * h)], [slope], { rtol: 1e-2 });
  });

  test("is the same in ONNX Runtime", async () => {
    const actual = await runOnce(nodeBackend({ threads: 1 }), terms, feeds);
    const expected = evaluateGraph(terms, feeds);
    for (const name of ["loss", "reconstruction", "divergence"])
      expectAllClose(Array.from(actual[name]?.data ?? [], Number), expected[name]?.data ?? [], {
        rtol: 1e-5,
      });
  });
});

test.each([
  [[0, 0], [0, 0], 0],
  [[1, 0], [0, 0], 0.5],
  [[0, 0], [0, 2], (Math.exp(2) - 1 - 2) / 2],
  [[2, -1], [-1, 1], (4 + 1 + Math.exp(-1) + Math.E - 2) / 2],
])("mean %j and log-variance %j are %f nats from the standard normal", (mean, logVariance, nats) => {
  const row = (data: number[]) =>
    constant({ dtype: "float32", shape: [1, 2], data: Float32Array.from(data) });
  const divergence = gaussianDivergence({ mean: row(mean), logVariance: row(logVariance) });
  const graph = buildGraph({ name: "divergence", inputs: [], outputs: { divergence } });
  expect(evaluateGraph(graph, {}).divergence?.data[0]).toBeCloseTo(nats, 12);
});
