import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { reference, runOnce } from "../../test/support/run-graph.ts";
import { Random } from "../base/random.ts";
import { buildGraph, input } from "../graph/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import { nearestDistances, patchMemory } from "./patch-memory.ts";

const [count, patches, dimensions] = [7, 5, 3];

test("the distance is that to the nearest remembered patch, far from the origin too, in ONNX Runtime and the reference", async () => {
  const random = new Random(2);
  const far = (length: number) => random.normals(length).map((value) => 50 + value);
  const [remembered, seen] = [far(count * dimensions), far(2 * patches * dimensions)];
  seen.set(remembered.subarray(dimensions, 2 * dimensions), dimensions); // one that is remembered
  const expected = Array.from({ length: 2 * patches }, (_, row) => {
    const distances = Array.from({ length: count }, (_, other) =>
      Math.hypot(
        ...Array.from(
          { length: dimensions },
          (_, i) => (seen[row * dimensions + i] ?? 0) - (remembered[other * dimensions + i] ?? 0),
        ),
      ),
    );
    return Math.min(...distances);
  });
  expect(expected[1]).toBe(0);
  const memory = patchMemory(remembered, count);
  const graphOf = (batch: number | string) => {
    const x = input("x", "float32", [batch, patches, dimensions]);
    return buildGraph({ name: "d", inputs: [x], outputs: { distance: nearestDistances(x, memory) } });
  };
  const feeds = { x: reference([2, patches, dimensions], seen) };
  const { distance } = evaluateGraph(graphOf(2), feeds);
  expect(distance?.shape).toEqual([2, patches]);
  expectAllClose(distance?.data ?? [], expected, { rtol: 1e-4, atol: 1e-4 });
  const run = await runOnce(nodeBackend({ threads: 1 }), graphOf("N"), feeds);
  expectAllClose(Array.from(run.distance?.data ?? [], Number), expected, { rtol: 1e-4, atol: 2e-3 });
});
