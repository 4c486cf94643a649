import { expect, test } from "vitest";
import { concat, mul, scalar, slice } from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import { detectorGraph, sourceMapsName } from "./detector-graph.ts";
import type { MapGroup, MapSource } from "./map-source.ts";
import { networkWithin } from "./network-within.ts";

/** A model file of four maps: the channels' multiples of a picture. */
function modelOf(groups?: readonly MapGroup[]): Uint8Array {
  const source: MapSource = {
    imageSizePx: 16,
    standardizesPlaces: false,
    ...(groups && { groups }),
    maps: (pictures) => {
      const red = slice(pictures, { axis: 1, start: 0, end: 1 });
      return {
        maps: concat(
          [1, 2, 3, 4].map((factor) => mul(red, scalar(factor))),
          1,
        ),
      };
    },
  };
  const scales = [0, 1, 2, 3].map((mean) => ({ mean, usualMaximum: mean + 1 }));
  return encodeModel(detectorGraph(source, { scales }), {}, { inner: [sourceMapsName] });
}

test.each<{ groups: MapGroup[] | undefined; found: MapGroup[] | undefined }>([
  { groups: undefined, found: undefined },
  {
    groups: [
      { maps: [0], weight: 1 },
      { maps: [1], weight: 1 },
      { maps: [2, 3], weight: 2 },
    ],
    found: [
      { maps: [0], weight: 0.25 },
      { maps: [1], weight: 0.25 },
      { maps: [2, 3], weight: 0.5 },
    ],
  },
  {
    groups: [
      { maps: [3, 1, 0], weight: 3 },
      { maps: [2], weight: 1 },
    ],
    found: [
      { maps: [3, 1, 0], weight: 0.75 },
      { maps: [2], weight: 0.25 },
    ],
  },
])("how maps are put together is read from a model file: $groups", ({ groups, found }) => {
  expect(networkWithin(modelOf(groups))).toMatchObject({ mapCount: 4 });
  expect(networkWithin(modelOf(groups)).groups).toEqual(found);
});
