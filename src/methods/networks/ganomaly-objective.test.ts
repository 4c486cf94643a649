import { describe, expect, test } from "vitest";
import { expectAllClose } from "../../../test/support/allclose.ts";
import { reference, runOnce } from "../../../test/support/run-graph.ts";
import { Random } from "../../base/random.ts";
import { buildGraph, gradient, type Tensor } from "../../graph/index.ts";
import { bindParameters, initialValues } from "../../nn/index.ts";
import { nodeBackend } from "../../runtime/node.ts";
import { evaluateGraph } from "../../runtime/reference.ts";
import { trainedParameters, trainStepGraph } from "../../train/index.ts";
import { Ganomaly } from "./ganomaly-network.ts";
import { ganomalyObjective } from "./ganomaly-objective.ts";

const side = 8;
const model = new Ganomaly({ imageSizePx: side, widths: [4, 4], neckChannels: 2, latentSize: 3, groups: 2 });
const objective = ganomalyObjective(model, [2, 3, side, side]);
const parameters = trainedParameters(objective);
const random = new Random(5);
const values = initialValues(parameters, random);
const feeds = { pictures: reference([2, 3, side, side], random.normals(2 * 3 * side * side)) };

function evaluate(outputs: Readonly<Record<string, Tensor>>) {
  const bound = bindParameters(Object.values(outputs), parameters, values);
  const entries = Object.keys(outputs).map((name, i) => [name, bound[i] as Tensor] as const);
  const { inputs } = objective;
  const graph = buildGraph({ name: "objective", inputs, outputs: Object.fromEntries(entries) });
  return { graph, results: evaluateGraph(graph, feeds) };
}

const termOf = (name: string): Tensor => objective.terms?.[name] ?? expect.fail(`no term ${name}`);
const amount = (term: Tensor) => evaluate({ term }).results.term?.data[0] ?? Number.NaN;

/** Names of parameters beginning with `prefix` along which the term has no slope at all. */
function unmoved(term: Tensor, prefix: string): string[] {
  const chosen = parameters.filter(({ name }) => name.startsWith(prefix));
  const gradients = gradient(
    term,
    chosen.map(({ parameter }) => parameter),
  );
  const { results } = evaluate(Object.fromEntries(gradients.map((g, i) => [`g${i}`, g])));
  return chosen
    .filter((_, i) => results[`g${i}`]?.data.every((entry) => entry === 0))
    .map(({ name }) => name);
}

describe("GANomaly's objective", () => {
  test("is 1 adversarial + 50 contextual + 1 encoding, each above zero, and a discrimination", () => {
    const [adversarial, contextual, encoding] = ["adversarial", "contextual", "encoding"].map((name) =>
      amount(termOf(name)),
    ) as [number, number, number];
    for (const value of [adversarial, contextual, encoding, amount(termOf("discrimination"))])
      expect(value).toBeGreaterThan(0);
    expect(amount(objective.loss)).toBeCloseTo(adversarial + 50 * contextual + encoding, 10);
  });

  test.each([
    ["adversarial", "generator.autoencoder."],
    ["contextual", "generator.autoencoder."],
    ["encoding", "generator."],
    ["discrimination", "discriminator."],
  ])("%s moves every parameter of %s", (term, part) => {
    expect(unmoved(termOf(term), part)).toEqual([]);
  });

  test("has two goals: the generator's parameters, and the discriminator's", () => {
    const [discriminator] = objective.others ?? [];
    expect(objective.others).toHaveLength(1);
    expect(objective.parameters.every(({ name }) => name.startsWith("generator."))).toBe(true);
    expect(discriminator?.parameters.every(({ name }) => name.startsWith("discriminator."))).toBe(true);
    expect(discriminator?.loss).toBe(termOf("discrimination"));
    expect(new Set(parameters.map(({ name }) => name)).size).toBe(parameters.length);
  });

  test("makes a step that is the same in ONNX Runtime", async () => {
    const graph = trainStepGraph(objective, {
      learningRate: 1e-3,
      warmupSteps: 1,
      maxGradientNorm: 1,
      emaDecay: 0.9,
    });
    const count = values.length;
    const zeros = reference([count], new Float32Array(count));
    const from = reference([count], values);
    const state = { parameters: from, firstMoment: zeros, secondMoment: zeros, average: from };
    const fed = { ...state, ...feeds, step: reference([], [1]), totalSteps: reference([], [10]) };
    const expected = evaluateGraph(graph, fed);
    const actual = await runOnce(nodeBackend({ threads: 1 }), graph, fed);
    for (const name of ["loss", "discrimination", "gradientNorm", "firstMoment.next"])
      expectAllClose(Array.from(actual[name]?.data ?? [], Number), expected[name]?.data ?? [], {
        rtol: 1e-3,
        atol: 1e-6,
      });
  });
});
