import { expect, test } from "vitest";
import { expectAllClose } from "../../../test/support/allclose.ts";
import { reference, runOnce } from "../../../test/support/run-graph.ts";
import { Random } from "../../base/random.ts";
import { nodeBackend } from "../../runtime/node.ts";
import * as g from "../index.ts";

const backend = nodeBackend({ threads: 1 });

/** A row shrunk by a factor: a triangle as wide as two new pixels over pixels whose ends go on for ever. */
function shrunk(row: readonly number[], scale: number): number[] {
  return Array.from({ length: Math.floor(row.length * scale + 1e-9) }, (_, place) => {
    const centre = (place + 0.5) / scale - 0.5;
    let [sum, total] = [0, 0];
    for (let k = -50; k < row.length + 50; k++) {
      const weight = Math.max(0, 1 - Math.abs(k - centre) * scale);
      sum += weight * (row[Math.min(row.length - 1, Math.max(0, k))] ?? 0);
      total += weight;
    }
    return sum / total;
  });
}

test.each([1, 0.75, 0.5, 100 / 378, 0.06])(
  "pictures shrunk by %f are what plain loops over a triangle make of them",
  async (scale) => {
    const [height, width] = [40, 53];
    const random = new Random(2);
    const pixels = Array.from({ length: height * width }, () => 255 * random.uniform());
    const x = g.input("x", "float32", ["N", 1, "H", "W"]);
    const graph = g.buildGraph({ name: "scale", inputs: [x], outputs: { y: g.scaleLinear(x, scale) } });
    const { y } = await runOnce(backend, graph, { x: reference([1, 1, height, width], pixels) });
    const rows = Array.from({ length: height }, (_, i) =>
      shrunk(pixels.slice(i * width, (i + 1) * width), scale),
    );
    const narrow = rows[0]?.length ?? 0;
    const columns = Array.from({ length: narrow }, (_, i) =>
      shrunk(
        rows.map((row) => row[i] ?? 0),
        scale,
      ),
    );
    const low = columns[0]?.length ?? 0;
    expect(y?.shape).toEqual([1, 1, low, narrow]);
    const wanted = Array.from(
      { length: low * narrow },
      (_, i) => columns[i % narrow]?.[Math.floor(i / narrow)] ?? 0,
    );
    expectAllClose(Array.from(y?.data ?? [], Number), wanted, { rtol: 1e-5, atol: 1e-2 });
  },
);
