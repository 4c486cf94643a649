import { describe, expect, test } from "vitest";
import { reference } from "../../../test/support/run-graph.ts";
import { Random } from "../../base/random.ts";
import { buildGraph, gradient, type Tensor } from "../../graph/index.ts";
import { bindParameters, initialValues } from "../../nn/index.ts";
import { evaluateGraph } from "../../runtime/reference.ts";
import { trainedParameters } from "../../train/index.ts";
import { FAnogan } from "./f-anogan-network.ts";
import { fAnoganObjective } from "./f-anogan-objective.ts";

const [side, latentSize] = [8, 3];
const model = new FAnogan({ imageSizePx: side, widths: [4, 4], neckChannels: 2, latentSize, groups: 2 });
const objective = fAnoganObjective(model, [2, 3, side, side], { latentSize });
const [generator = objective, critic = objective] = objective.others ?? [];
const parameters = trainedParameters(objective);
const random = new Random(6);
const values = initialValues(parameters, random);
const feeds = {
  pictures: reference([2, 3, side, side], random.normals(2 * 3 * side * side)),
  noise: reference([2, latentSize], random.normals(2 * latentSize)),
  mix: reference([2, 1, 1, 1], [0.3, 0.6]),
};

function evaluate(outputs: readonly Tensor[]): Float64Array[] {
  const bound = bindParameters(outputs, parameters, values);
  const graph = buildGraph({
    name: "objective",
    inputs: objective.inputs,
    outputs: Object.fromEntries(bound.map((tensor, i) => [`o${i}`, tensor])),
  });
  const results = evaluateGraph(graph, feeds);
  return outputs.map((_, i) => results[`o${i}`]?.data ?? expect.fail(`no output ${i}`));
}

const termOf = (name: string): Tensor => objective.terms?.[name] ?? expect.fail(`no term ${name}`);
const amount = (term: Tensor): number => evaluate([term])[0]?.[0] ?? Number.NaN;

/** Names of a network's parameters along which the loss has no slope at all. */
function unmoved(loss: Tensor, network: string, except: readonly string[] = []): string[] {
  const chosen = parameters.filter(({ name }) => name.startsWith(network) && !except.includes(name));
  const slopes = evaluate(
    gradient(
      loss,
      chosen.map(({ parameter }) => parameter),
    ),
  );
  return chosen.filter((_, i) => slopes[i]?.every((entry) => entry === 0)).map(({ name }) => name);
}

describe("f-AnoGAN's objective", () => {
  test("has three goals, each with the parameters of its own network", () => {
    const networks = [objective, generator, critic].map((goal) => [
      ...new Set(goal.parameters.map(({ name }) => name.split(".")[0])),
    ]);
    expect(networks).toEqual([["encoder"], ["generator"], ["critic"]]);
    expect(new Set(parameters.map(({ name }) => name)).size).toBe(parameters.length);
  });

  test("is residual + features for the encoder, and 10·penalty - distance for the critic", () => {
    const [residual, features, distance, penalty] = ["residual", "features", "distance", "penalty"].map(
      (name) => amount(termOf(name)),
    ) as [number, number, number, number];
    for (const term of [residual, features, penalty, Math.abs(distance)]) expect(term).toBeGreaterThan(0);
    expect(amount(objective.loss)).toBeCloseTo(residual + features, 12);
    expect(amount(critic.loss)).toBeCloseTo(10 * penalty - distance, 12);
  });

  test.each(["residual", "features"])("%s moves every parameter of the encoder", (term) => {
    expect(unmoved(termOf(term), "encoder.")).toEqual([]);
  });

  test("each loss of the contest moves every parameter of its network that can matter to it", () => {
    expect(unmoved(generator.loss, "generator.")).toEqual([]);
    // biases after the last bend raise both verdicts alike
    expect(unmoved(critic.loss, "critic.", ["critic.neck.bias", "critic.head.bias"])).toEqual([]);
  });
});
