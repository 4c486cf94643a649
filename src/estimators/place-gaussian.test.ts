import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { reference, runOnce } from "../../test/support/run-graph.ts";
import { Random } from "../base/random.ts";
import { buildGraph, type Graph, input } from "../graph/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import {
  type PlaceGaussian,
  PlaceGaussianFit,
  type PlaceGaussianOptions,
  placeDistance,
} from "./place-gaussian.ts";

function fitted(
  images: readonly (readonly number[])[],
  places: number,
  options?: PlaceGaussianOptions,
): PlaceGaussian {
  const fit = new PlaceGaussianFit(places, (images[0]?.length ?? 0) / places, options);
  for (const image of images) fit.add(Float32Array.from(image));
  return fit.finish();
}

function distanceGraph(gaussian: PlaceGaussian, shape: readonly (number | string)[]): Graph {
  const x = input("x", "float32", shape);
  return buildGraph({ name: "d", inputs: [x], outputs: { distance: placeDistance(x, gaussian) } });
}

test("the distance of one value is its deviation over the spread, which leans on the other places' by two images", () => {
  // place 0: mean 2, variance 1; place 1: mean 10, variance 0; on average 1/2
  const gaussian = fitted(
    [
      [1, 10],
      [1, 10],
      [3, 10],
      [3, 10],
    ],
    2,
  );
  const added = 1e-3 * 0.5 + 1e-9;
  const variances = [(4 * 1 + 2 * 0.5) / 6 + added, (4 * 0 + 2 * 0.5) / 6 + added];
  const { distance } = evaluateGraph(distanceGraph(gaussian, [1, 1, 1, 2]), {
    x: reference([1, 1, 1, 2], [5, 9]),
  });
  expect(distance?.shape).toEqual([1, 1, 1, 2]);
  expectAllClose(
    distance?.data ?? [],
    [3, 1].map((deviation, place) => deviation / Math.sqrt(variances[place] ?? 0)),
    { rtol: 1e-6 },
  );
});

test("the distance of two values is √(dᵀ·C⁻¹·d / 2), in ONNX Runtime and the reference", async () => {
  const random = new Random(4);
  const [count, places] = [12, 3];
  const images = Array.from({ length: count }, () => {
    const first = Array.from({ length: places }, (_, place) => 10 * place + random.normal());
    return [...first, ...first.map((value) => 0.8 * value + 0.5 * random.normal())];
  });
  const gaussian = fitted(images, places);
  expect(gaussian.mean.shape).toEqual([places, 2]);

  const column = (place: number) => images.map((image) => [image[place] ?? 0, image[places + place] ?? 0]);
  const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
  const moments = Array.from({ length: places }, (_, place) => {
    const points = column(place).map((point) => point.map(Math.fround));
    const [u, v] = [0, 1].map((i) => meanOf(points.map((point) => point[i] ?? 0))) as [number, number];
    const product = (i: number, j: number) =>
      meanOf(points.map((p) => ((p[i] ?? 0) - [u, v][i]!) * ((p[j] ?? 0) - [u, v][j]!)));
    return { mean: [u, v] as const, covariance: [product(0, 0), product(0, 1), product(1, 1)] as const };
  });
  const average = [0, 1, 2].map((i) => meanOf(moments.map(({ covariance }) => covariance[i]!)));
  const added = (1e-3 * (average[0]! + average[2]!)) / 2 + 1e-9;
  const x = Float32Array.from({ length: 2 * 2 * places }, () => 20 * random.uniform());
  const expected = Array.from({ length: 2 * places }, (_, at) => {
    const [image, place] = [Math.floor(at / places), at % places];
    const { mean, covariance } = moments[place]!;
    const blended = covariance.map((value, i) => (count * value + 4 * average[i]!) / (count + 4));
    const [a, b, c] = [blended[0]! + added, blended[1]!, blended[2]! + added];
    const [d, e] = [0, 1].map((i) => x[(image * 2 + i) * places + place]! - mean[i]!) as [number, number];
    return Math.sqrt((c * d * d - 2 * b * d * e + a * e * e) / (a * c - b * b) / 2);
  });
  const feeds = { x: reference([2, 2, 1, places], x) };
  const { distance } = evaluateGraph(distanceGraph(gaussian, [2, 2, 1, places]), feeds);
  expectAllClose(distance?.data ?? [], expected, { rtol: 1e-5 });
  const run = await runOnce(nodeBackend({ threads: 1 }), distanceGraph(gaussian, ["N", 2, 1, places]), feeds);
  expectAllClose(Array.from(run.distance?.data ?? [], Number), expected, { rtol: 1e-4 });
});

test("places that look alike share one Gaussian", () => {
  const random = new Random(1);
  const images = Array.from({ length: 30 }, () => Array.from(random.normals(8)));
  const { mean, whitening } = fitted(images, 4);
  expect([mean.shape, whitening.shape]).toEqual([
    [1, 2],
    [1, 2, 2],
  ]);
});

test("as PaDiM has it, each place keeps its own covariance, with a constant added, whether places differ or not", () => {
  // variances 1 and 9, equal means
  const images = [
    [1, 3],
    [-1, -3],
    [1, -3],
    [-1, 3],
  ];
  const { mean, whitening } = fitted(images, 2, { alwaysByPlace: true, priorImages: 0, addedVariance: 0.01 });
  expect(Array.from(mean.data)).toEqual([0, 0]);
  expectAllClose(Array.from(whitening.data), [1 / Math.sqrt(1.01), 1 / Math.sqrt(9.01)], { rtol: 1e-6 });
});

test("a shared Gaussian widens by the spread between images times D / 2n", () => {
  // four images of two places of one value: means ±1 of spread 1, places ±1 about them, so C = 2
  const images = [
    [0, 2],
    [2, 0],
    [-2, 0],
    [0, -2],
  ];
  const { mean, whitening } = fitted(images, 2);
  expect(Array.from(mean.data)).toEqual([0]);
  const variance = 2 + 0.5 * (1 / 4) * 1;
  expectAllClose(Array.from(whitening.data), [1 / Math.sqrt(1.001 * variance)], { rtol: 1e-6 });
});

test("features that are no numbers are refused", () => {
  expect(() => fitted([[1, Number.NaN]], 2)).toThrow(
    expect.objectContaining({
      code: "E_DATA",
      message: "placeGaussian: expected finite features, got NaN or Infinity.",
    }),
  );
});
