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

test.each([
  [1, 7, 3, 5],
  [48, 64, 48, 48], // one axis stays
  [97, 131, 48, 32],
  [200, 31, 16, 53],
  [11, 300, 23, 24], // a prime: pieces of one place
])(
  "a picture of %i by %i resized to %i by %i is what plain loops make of it, as planes and as it comes",
  async (height, width, high, wide) => {
    const random = new Random(3);
    const batch = 2;
    const pixels = Array.from({ length: batch * height * width * 3 }, () =>
      Math.floor(256 * random.uniform()),
    );
    const image = g.input("image", "float32", ["N", "H", "W", 3]);
    const planes = g.transpose(image, [0, 3, 1, 2]);
    const outputs = {
      planes: g.resizeLinear(planes, high, wide),
      ofImage: g.resizeImageLinear(image, high, wide),
    };
    const graph = g.buildGraph({ name: "resize", inputs: [image], outputs });
    const found = await runOnce(backend, graph, { image: reference([batch, height, width, 3], pixels) });
    const wanted = Array.from({ length: batch * 3 }, (_, plane) => {
      const valueAt = (y: number, x: number) =>
        pixels[((Math.floor(plane / 3) * height + y) * width + x) * 3 + (plane % 3)] ?? 0;
      const rows = Array.from({ length: height }, (_, y) =>
        resized(
          Array.from({ length: width }, (_, x) => valueAt(y, x)),
          wide,
        ),
      );
      const columns = Array.from({ length: wide }, (_, x) =>
        resized(
          rows.map((row) => row[x] ?? 0),
          high,
        ),
      );
      return Array.from({ length: high * wide }, (_, i) => columns[i % wide]?.[Math.floor(i / wide)] ?? 0);
    }).flat();
    for (const { shape, data } of Object.values(found)) {
      expect(shape).toEqual([batch, 3, high, wide]);
      expectAllClose(Array.from(data, Number), wanted, { rtol: 1e-6, atol: 1e-3 });
    }
  },
);

/** A row brought to `size`: triangles as wide as two steps of the coarser one, of what is there. */
function resized(row: readonly number[], size: number): number[] {
  return Array.from({ length: size }, (_, place) => {
    const centre = ((place + 0.5) * row.length) / size - 0.5;
    const reach = Math.max(1, row.length / size);
    const weights = row.map((_, k) => Math.max(0, 1 - Math.abs(k - centre) / reach));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return row.reduce((sum, value, k) => sum + (value * (weights[k] ?? 0)) / total, 0);
  });
}

test("a picture that has its size already stays as it is, to the bit", async () => {
  const random = new Random(4);
  const pixels = Array.from({ length: 64 * 64 * 3 }, () => Math.floor(256 * random.uniform()));
  const image = g.input("image", "float32", ["N", "H", "W", 3]);
  const outputs = { same: g.transpose(g.resizeImageLinear(image, 64, 64), [0, 2, 3, 1]) };
  const graph = g.buildGraph({ name: "resize", inputs: [image], outputs });
  const { same } = await runOnce(backend, graph, { image: reference([1, 64, 64, 3], pixels) });
  expect(Array.from(same?.data ?? [], Number)).toEqual(pixels);
});
