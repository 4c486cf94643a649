import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { Random } from "../base/random.ts";
import { buildGraph, input } from "../graph/index.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import { fitPlaceScales, standardized } from "./place-scale.ts";

const places = 4;

/** Maps of two channels: the first the same at each place but for noise of the place's own spread, the second noise alone. */
async function* images(count: number) {
  const random = new Random(2);
  for (let image = 0; image < count; image++) {
    const aligned = Array.from({ length: places }, (_, place) => 10 * place + (1 + place) * random.normal());
    const noise = Array.from({ length: places }, () => random.normal());
    yield {
      dtype: "float32" as const,
      shape: [1, 2, 2, 2],
      data: Float32Array.from([...aligned, ...noise]),
    };
  }
}

test("an aligned map gets a mean and a spread of each place, half of the average spread added", async () => {
  const { mean, spread } = await fitPlaceScales(images(2000));
  expect(mean.shape).toEqual([1, 2, 2, 2]);
  expectAllClose(mean.data.subarray(0, places), [0, 10, 20, 30], { atol: 0.3 });
  expectAllClose(spread.data.subarray(0, places), [1 + 1.25, 2 + 1.25, 3 + 1.25, 4 + 1.25], { rtol: 0.05 });
});

test("a map that does not depend on the place is left as it is", async () => {
  const { mean, spread } = await fitPlaceScales(images(2000));
  expect(Array.from(mean.data.subarray(places))).toEqual([0, 0, 0, 0]);
  expect(Array.from(spread.data.subarray(places))).toEqual([1, 1, 1, 1]);
});

test("places that are not looked at are left as they are and say nothing of the others", async () => {
  const area = { width: 2, height: 2, data: Uint8Array.of(1, 0, 1, 1), names: [] };
  const { mean, spread } = await fitPlaceScales(images(2000), area);
  expectAllClose(mean.data.subarray(0, places), [0, 0, 20, 30], { atol: 0.3 });
  const half = (1 + 3 + 4) / 3 / 2;
  expectAllClose(spread.data.subarray(0, places), [1 + half, 1, 3 + half, 4 + half], { rtol: 0.05 });
});

test("one image shows no alignment", async () => {
  const { mean, spread } = await fitPlaceScales(images(1));
  expect(Array.from(mean.data)).toEqual(new Array(8).fill(0));
  expect(Array.from(spread.data)).toEqual(new Array(8).fill(1));
});

test("standardised maps are (map - mean) / spread at each place", async () => {
  const scales = await fitPlaceScales(images(50));
  const maps = input("maps", "float32", [1, 2, 2, 2]);
  const graph = buildGraph({ name: "s", inputs: [maps], outputs: { y: standardized(maps, scales) } });
  const data = Float64Array.from({ length: 8 }, (_, i) => i * i);
  const { y } = evaluateGraph(graph, { maps: { dtype: "float32", shape: [1, 2, 2, 2], data } });
  const expected = data.map(
    (value, i) => (value - (scales.mean.data[i] ?? 0)) / (scales.spread.data[i] ?? 1),
  );
  expectAllClose(y?.data ?? [], expected, { rtol: 1e-6, atol: 1e-9 });
});
