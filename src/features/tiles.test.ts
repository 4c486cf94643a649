import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { Random } from "../base/random.ts";
import {
  buildGraph,
  constant,
  gather,
  input,
  int64s,
  mul,
  reduceMax,
  reduceMean,
  reshape,
} from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { overTiles } from "./tiles.ts";

const tilePx = 8;
const overlapPx = 2;
const random = new Random(4);
/** What a tile makes of each of its pixels depends on the place in the tile, so that every seam would show. */
const pattern = Float32Array.from({ length: tilePx * tilePx }, () => 0.5 + random.uniform());

const session = await (async () => {
  const image = input("image", "uint8", ["N", "H", "W", 3]);
  const weight = constant({ dtype: "float32", shape: [1, 1, tilePx, tilePx], data: pattern });
  const beside = gather(gather(image, int64s([0]), 0), int64s([0]), 3); // red of the first picture, [1, H, W, 1]
  const { maps, score } = overTiles([image, beside], { tilePx, overlapPx }, ([tile = image, red = image]) => {
    const read = mul(mul(red, reduceMean(tile, { axes: [1] })), weight);
    const highest = reduceMax(read, { axes: [1, 2, 3], keepDims: false });
    return { maps: read, score: reshape(highest, ["N", 1]) };
  });
  const outputs = { maps, score: score ?? maps };
  return nodeBackend({ threads: 1 }).load(
    encodeModel(buildGraph({ name: "tiles", inputs: [image], outputs })),
  );
})();

/** The same, tile after tile in plain loops: the later of two tiles comes in over what both share. */
function tiled(picture: (y: number, x: number) => number, height: number, width: number) {
  const startsOf = (length: number) => {
    const room = Math.max(0, length - tilePx);
    const gaps = Math.ceil(room / (tilePx - overlapPx));
    return Array.from({ length: gaps + 1 }, (_, k) => (gaps === 0 ? 0 : Math.floor((k * room) / gaps + 0.5)));
  };
  const fadeOf = (starts: readonly number[], length: number) => {
    const gap = (length - tilePx) / (starts.length - 1);
    return starts.length === 1 ? 1 : Math.floor(Math.min(tilePx - gap, gap));
  };
  const [rows, columns] = [startsOf(height), startsOf(width)];
  let score = -Infinity;
  const value = (top: number, left: number, y: number, x: number) =>
    picture(Math.min(top + y, height - 1), Math.min(left + x, width - 1)) * (pattern[y * tilePx + x] ?? 0);
  for (const top of rows)
    for (const left of columns)
      for (let y = 0; y < tilePx; y++)
        for (let x = 0; x < tilePx; x++) score = Math.max(score, value(top, left, y, x));
  const map: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let rowSum: number | undefined;
      for (const top of rows) {
        if (top > y || (rowSum === undefined && top + tilePx <= y)) continue;
        let sum: number | undefined;
        for (const left of columns) {
          if (left > x || (sum === undefined && left + tilePx <= x)) continue;
          const now = value(top, left, Math.min(y - top, tilePx - 1), Math.min(x - left, tilePx - 1));
          const share = sum === undefined ? 1 : Math.min(1, (x + 0.5 - left) / fadeOf(columns, width));
          sum = (1 - share) * (sum ?? 0) + share * now;
        }
        const share = rowSum === undefined ? 1 : Math.min(1, (y + 0.5 - top) / fadeOf(rows, height));
        rowSum = (1 - share) * (rowSum ?? 0) + share * (sum ?? 0);
      }
      map.push(rowSum ?? 0);
    }
  }
  return { map, score };
}

test.each([
  [8, 8],
  [5, 3],
  [9, 8],
  [20, 31],
  [14, 64],
  [57, 6],
  [26, 27],
])("pictures of %i x %i pixels become what plain loops over tiles make of them", async (height, width) => {
  const data = Uint8Array.from({ length: 2 * height * width * 3 }, () => random.integer(256));
  const { maps, score } = await session.run({
    image: { dtype: "uint8", shape: [2, height, width, 3], data },
  });
  expect(maps?.shape).toEqual([2, 1, height, width]);
  for (const n of [0, 1]) {
    const shown = (y: number, x: number) => {
      const at = 3 * ((n * height + y) * width + x);
      const red = data[3 * (y * width + x)] ?? 0;
      return (red * ((data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0))) / 3;
    };
    const wanted = tiled(shown, height, width);
    const got = Array.from(maps?.data ?? [], Number).slice(n * height * width, (n + 1) * height * width);
    expectAllClose(got, wanted.map, { rtol: 1e-5, atol: 1e-3 });
    expectAllClose([Number(score?.data[n])], [wanted.score], { rtol: 1e-5 });
  }
});
