import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { Random } from "../base/random.ts";
import { buildGraph, input } from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import { type FeatureGaussian, FeatureGaussianFit, gaussianDistance } from "./feature-gaussian.ts";

const [places, dimensions] = [6, 2];

/** Features float32 [D, L] of `count` images: `level(place)` plus noise. */
function fitted(count: number, level: (place: number) => number): FeatureGaussian {
  const random = new Random(3);
  const fit = new FeatureGaussianFit(count, places, dimensions, random.split("fit"));
  for (let image = 0; image < count; image++) {
    fit.add(
      Float32Array.from({ length: dimensions * places }, (_, i) => level(i % places) + random.normal()),
    );
  }
  return fit.finish();
}

test("places that differ in all images alike get means of their own", () => {
  const { center } = fitted(40, (place) => 10 * place);
  expect(center.shape).toEqual([places, dimensions]);
  center.data.forEach((mean, i) => {
    expect(Math.abs(mean - 10 * Math.floor(i / dimensions))).toBeLessThan(1);
  });
});

test("places that do not differ share one mean, since their own would only be noise", () => {
  const { center } = fitted(40, () => 5);
  expect(center.shape).toEqual([1, dimensions]);
  for (const mean of center.data) expect(Math.abs(mean - 5)).toBeLessThan(0.3);
});

test("one image alone shows no alignment", () => {
  expect(fitted(1, (place) => 10 * place).center.shape).toEqual([1, dimensions]);
});

test("the distance of a place is the length of its whitened deviation over √D, in ONNX Runtime and the reference", async () => {
  const gaussian = fitted(40, (place) => 10 * place);
  const x = input("x", "float32", ["N", dimensions, 2, 3]);
  const graph = buildGraph({ name: "d", inputs: [x], outputs: { distance: gaussianDistance(x, gaussian) } });
  const random = new Random(8);
  const data = Float32Array.from({ length: 2 * dimensions * places }, () => 30 * random.uniform());
  const expected = Array.from({ length: 2 * places }, (_, at) => {
    const [image, place] = [Math.floor(at / places), at % places];
    const deviation = Array.from({ length: dimensions }, (_, d) => {
      const value = data[(image * dimensions + d) * places + place] ?? 0;
      return value - (gaussian.center.data[place * dimensions + d] ?? 0) - (gaussian.whitening.mean[d] ?? 0);
    });
    const squares = deviation.map((_, i) => {
      const row = deviation.map((value, k) => (gaussian.whitening.matrix[i * dimensions + k] ?? 0) * value);
      return row.reduce((a, b) => a + b) ** 2;
    });
    return Math.sqrt(squares.reduce((a, b) => a + b) / dimensions);
  });
  const shape = [2, dimensions, 2, 3];
  const reference = evaluateGraph(graph, { x: { dtype: "float32", shape, data: Float64Array.from(data) } });
  expect(reference.distance?.shape).toEqual([2, 1, 2, 3]);
  expectAllClose(reference.distance?.data ?? [], expected, { rtol: 1e-5 });
  const session = await nodeBackend({ threads: 1 }).load(encodeModel(graph));
  const { distance } = await session.run({ x: { dtype: "float32", shape, data } });
  await session.dispose();
  expectAllClose(Array.from(distance?.data ?? [], Number), expected, { rtol: 1e-4 });
});
