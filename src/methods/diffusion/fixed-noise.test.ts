import { expect, test } from "vitest";
import { hostArray, reference } from "../../../test/support/run-graph.ts";
import { Random } from "../../base/random.ts";
import { buildGraph, input, type Tensor } from "../../graph/index.ts";
import { evaluateGraph } from "../../runtime/reference.ts";
import { fixedNoise, noiseNames, windowedNoise } from "./fixed-noise.ts";

/** Values of a constant. */
function valuesOf({ producer }: Tensor): number[] {
  return producer.kind === "constant" ? Array.from(producer.value.data, Number) : expect.fail("no constant");
}

/** Mean and variance. */
function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}

test.each(noiseNames)("%s noise has mean 0 and variance 1 in each channel, and the seed fixes it", (kind) => {
  const noise = fixedNoise(kind, 32, new Random(7));
  expect(noise.shape).toEqual([1, 3, 32, 32]);
  const values = valuesOf(noise);
  for (let channel = 0; channel < 3; channel++) {
    const { mean, variance } = moments(values.slice(channel * 1024, (channel + 1) * 1024));
    expect(Math.abs(mean)).toBeLessThan(0.1);
    expect(Math.abs(variance - 1)).toBeLessThan(0.15);
  }
  expect(values.slice(0, 1024)).not.toEqual(values.slice(1024, 2048));
  expect(valuesOf(fixedNoise(kind, 32, new Random(7)))).toEqual(values);
  expect(valuesOf(fixedNoise(kind, 32, new Random(8)))).not.toEqual(values);
});

test("simplex noise of the smallest pictures keeps one octave", () => {
  expect(valuesOf(fixedNoise("simplex", 4, new Random(1))).every(Number.isFinite)).toBe(true);
});

test("the noise of each turn is a window of its own, standard normal and nearly uncorrelated with the others", () => {
  const [side, turns] = [16, 5];
  const turn = input("turn", "int64", []);
  const noise = windowedNoise(side, turns, new Random(9))(turn);
  expect(noise.shape).toEqual([1, 3, side, side]);
  const graph = buildGraph({ name: "noise", inputs: [turn], outputs: { noise } });
  const windows = Array.from({ length: turns }, (_, i) => {
    const { noise: values } = evaluateGraph(graph, { turn: reference([], [i], "int64") });
    return Array.from(hostArray(values ?? expect.fail("no noise")).data, Number);
  });
  windows.forEach((window, i) => {
    const { mean, variance } = moments(window);
    expect(Math.abs(mean)).toBeLessThan(0.15);
    expect(Math.abs(variance - 1)).toBeLessThan(0.2);
    for (const other of windows.slice(i + 1)) {
      const product = moments(window.map((value, k) => value * (other[k] ?? 0))).mean;
      expect(Math.abs(product)).toBeLessThan(0.15); // five standard deviations of 768 independent products are 0.18
    }
  });
});
