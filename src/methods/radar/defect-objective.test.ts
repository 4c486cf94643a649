import { describe, expect, test } from "vitest";
import { expectAllClose } from "../../../test/support/allclose.ts";
import { reference, runOnce } from "../../../test/support/run-graph.ts";
import { tinyUNet } from "../../../test/support/tiny-unet.ts";
import { Random } from "../../base/random.ts";
import { noiseSchedule } from "../../diffusion/index.ts";
import { buildGraph, gradient, type Tensor } from "../../graph/index.ts";
import { bindParameters, initialValues, UNet } from "../../nn/index.ts";
import { nodeBackend } from "../../runtime/node.ts";
import { evaluateGraph } from "../../runtime/reference.ts";
import { defectObjective } from "./defect-objective.ts";

const [count, planted, side] = [3, 2, 8];
const model = new UNet({ ...tinyUNet, outputChannels: 4 });
const objective = defectObjective(model, noiseSchedule("linear"), [count, 3, side, side], planted);
const random = new Random(4);
// the layers that start at zero would hide gradients
const parameters = initialValues(objective.parameters, random).map((value) => value + 0.1 * random.normal());

function graphOf(outputs: Readonly<Record<string, Tensor>>) {
  const bound = bindParameters(Object.values(outputs), objective.parameters, parameters);
  const entries = Object.keys(outputs).map((name, i) => [name, bound[i] as Tensor] as const);
  return buildGraph({ name: "objective", inputs: objective.inputs, outputs: Object.fromEntries(entries) });
}

function feeds(change: Partial<Record<"x0" | "noise" | "mask", (i: number) => number>> = {}) {
  const source = new Random(9);
  const draw = (name: "x0" | "noise" | "mask", length: number, value: () => number) =>
    Array.from({ length }, (_, i) => value() + (change[name]?.(i) ?? 0));
  const values = count * 3 * side * side;
  return {
    x0: reference(
      [count, 3, side, side],
      draw("x0", values, () => source.normal()),
    ),
    noise: reference(
      [count, 3, side, side],
      draw("noise", values, () => source.normal()),
    ),
    timesteps: reference([count], [50, 50, 123], "int64"),
    mask: reference(
      [planted, 1, side, side],
      draw("mask", planted * side * side, () => source.integer(2)),
    ),
  };
}

const terms = graphOf({ loss: objective.loss, ...objective.terms });
const value = (name: string, fed = feeds()) => evaluateGraph(terms, fed)[name]?.data[0] ?? Number.NaN;

describe("the defect objective", () => {
  test("is the sum of two terms above zero", () => {
    expect(value("noiseLoss")).toBeGreaterThan(0);
    expect(value("defectLoss")).toBeGreaterThan(0);
    expect(value("loss")).toBeCloseTo(value("noiseLoss") + value("defectLoss"), 10);
  });

  test("judges noise on the last images only, and defects on the first only", () => {
    const last = planted * 3 * side * side;
    const otherImages = feeds({ x0: (i) => (i < last ? 0.5 : 0) });
    expect(value("noiseLoss", otherImages)).toBe(value("noiseLoss"));
    expect(value("defectLoss", otherImages)).not.toBe(value("defectLoss"));
    const otherNoise = feeds({ noise: (i) => (i < last ? 0 : 0.5) });
    expect(value("defectLoss", otherNoise)).toBe(value("defectLoss"));
    expect(value("noiseLoss", otherNoise)).not.toBe(value("noiseLoss"));
  });

  test("counts a pixel inside a defect three times", () => {
    const drawn = feeds().mask.data;
    const withMask = (mask: (i: number) => number) =>
      value("defectLoss", feeds({ mask: (i) => mask(i) - (drawn[i] ?? 0) }));
    const [zeros, one] = [withMask(() => 0), withMask((i) => (i === 0 ? 1 : 0))];
    // one pixel's term goes from log(1 + e^z) to 3·log(1 + e^-z), which fixes its logit; the next pixel alone must agree
    const both = withMask((i) => (i < 2 ? 1 : 0));
    const second = withMask((i) => (i === 1 ? 1 : 0));
    expect(both - zeros).toBeCloseTo(one - zeros + (second - zeros), 10);
    const pixels = planted * side * side;
    const half = withMask((i) => (i === 0 ? 0.5 : 0)); // weight 2 on log(1 + e^z) - z/2
    const [a, b] = [(one - zeros) * pixels, (half - zeros) * pixels];
    // with s = log(1 + e^z): a = 2s - 3z, b = s - z, so z = 2b - a and s = 3b - a
    const [z, s] = [2 * b - a, 3 * b - a];
    expect(s).toBeCloseTo(Math.log(1 + Math.exp(z)), 8);
  });

  test("moves the trunk and the head by both terms", () => {
    for (const term of Object.values(objective.terms ?? {})) {
      const leaves = objective.parameters.map(({ parameter }) => parameter);
      const gradients = gradient(term, leaves);
      const graph = graphOf(Object.fromEntries(gradients.map((tensor, i) => [`g${i}`, tensor])));
      const results = evaluateGraph(graph, feeds());
      const still = objective.parameters.filter((_, i) =>
        results[`g${i}`]?.data.every((entry) => entry === 0),
      );
      expect(still.map(({ name }) => name)).toEqual([]);
    }
  });

  test("is the same in ONNX Runtime", async () => {
    const fed = feeds();
    const actual = await runOnce(nodeBackend({ threads: 1 }), terms, fed);
    const expected = evaluateGraph(terms, fed);
    for (const name of ["loss", "noiseLoss", "defectLoss"]) {
      expectAllClose(Array.from(actual[name]?.data ?? [], Number), expected[name]?.data ?? [], {
        rtol: 1e-4,
      });
    }
  });
});
