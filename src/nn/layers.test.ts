import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { reference } from "../../test/support/run-graph.ts";
import { tinyUNet } from "../../test/support/tiny-unet.ts";
import { Random } from "../base/random.ts";
import { buildGraph, input, type Tensor } from "../graph/index.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import {
  bindParameters,
  Downsample,
  initialValues,
  namedParameters,
  SelfAttention,
  sinusoidalEmbedding,
  TimeEmbedding,
  UNet,
  type UNetOptions,
  Upsample,
} from "./index.ts";

function image(...shape: (number | string)[]): Tensor {
  return input("image", "float32", shape);
}

test("the embedding of t is cosines and sines of falling frequency", () => {
  const t = input("t", "float32", [2]);
  const graph = buildGraph({ name: "t", inputs: [t], outputs: { y: sinusoidalEmbedding(t, 4) } });
  const { y } = evaluateGraph(graph, { t: reference([2], [0, 100]) });
  expect(y?.shape).toEqual([2, 4]);
  // frequencies 1 and 10000^(-1/2) = 0.01
  const expected = [1, 1, 0, 0, Math.cos(100), Math.cos(1), Math.sin(100), Math.sin(1)];
  expectAllClose(y?.data ?? [], expected, { atol: 1e-7 });
});

test("layers give the shapes they say, of run-time batches too", () => {
  expect(new Downsample(4).apply(image("N", 4, 8, 6)).shape).toEqual(["N", 4, 4, 3]);
  expect(new Upsample(4).apply(image("N", 4, 4, 3)).shape).toEqual(["N", 4, 8, 6]);
  expect(new TimeEmbedding(4).apply(input("t", "float32", ["N"])).shape).toEqual(["N", 16]);
  const attention = new SelfAttention(4, { heads: 2, groups: 2 });
  expect(attention.apply(image("N", 4, 3, 3)).shape).toEqual(["N", 4, 3, 3]);
});

test("self-attention starts as the identity", () => {
  const layer = new SelfAttention(4, { heads: 2, groups: 2 });
  const x = image(1, 4, 2, 3);
  const parameters = namedParameters(layer);
  const [y = x] = bindParameters([layer.apply(x)], parameters, initialValues(parameters, new Random(1)));
  const feed = reference([1, 4, 2, 3], new Random(2).normals(24));
  const graph = buildGraph({ name: "attention", inputs: [x], outputs: { y } });
  expect(evaluateGraph(graph, { image: feed }).y).toEqual(feed);
});

test("attention heads divide the channels", () => {
  expect(() => new SelfAttention(6, { heads: 4, groups: 2 })).toThrow(
    "SelfAttention: expected channels divisible by heads = 4, got 6.",
  );
});

test("a U-Net predicts noise of the image's shape, for batches and sizes of any number", () => {
  const t = input("t", "float32", ["N"]);
  expect(new UNet(tinyUNet).apply(image("N", 3, 8, 12), t).shape).toEqual(["N", 3, 8, 12]);
  expect(
    new UNet({ ...tinyUNet, imageChannels: 1 }).apply(image(2, 1, 4, 4), input("one", "float32", [1])).shape,
  ).toEqual([2, 1, 4, 4]);
  const cells = new UNet({ ...tinyUNet, cellSize: 2, outputChannels: 1 });
  expect(cells.apply(image("N", 3, 8, 8), t).shape).toEqual(["N", 1, 8, 8]);
});

test("the first level of a U-Net may be wider than its stem", () => {
  const wide = new UNet({ ...tinyUNet, channelMultipliers: [2, 3] });
  expect(wide.apply(image(1, 3, 4, 4), input("t", "float32", [1])).shape).toEqual([1, 3, 4, 4]);
});

test("a new U-Net predicts 0", () => {
  const model = new UNet(tinyUNet);
  const [x, t] = [image(1, 3, 4, 4), input("t", "float32", [1])];
  const parameters = namedParameters(model);
  const [y = x] = bindParameters([model.apply(x, t)], parameters, initialValues(parameters, new Random(1)));
  const graph = buildGraph({ name: "unet", inputs: [x, t], outputs: { y } });
  const feeds = { image: reference([1, 3, 4, 4], new Random(2).normals(48)), t: reference([1], [10]) };
  expect(evaluateGraph(graph, feeds).y?.data.every((value) => value === 0)).toBe(true);
});

test("a U-Net refuses images that do not halve evenly", () => {
  const t = input("t", "float32", [1]);
  expect(() => new UNet(tinyUNet).apply(image(1, 3, 7, 8), t)).toThrow(
    expect.objectContaining({
      code: "E_SHAPE",
      message: expect.stringMatching(
        /^UNet: expected height and width divisible by 2 .*got float32\[1, 3, 7, 8\]\. Resize the images or use fewer levels\.$/,
      ),
    }),
  );
});

test.each<[string, Partial<UNetOptions>]>([
  ["UNet.baseChannels: expected an integer >= 2, got 1.", { baseChannels: 1 }],
  ["UNet.blocksPerLevel: expected an integer >= 1, got 0.", { blocksPerLevel: 0 }],
  ["UNet.groups: expected an integer >= 1, got 0.", { groups: 0 }],
  ["UNet.heads: expected an integer >= 1, got 0.5.", { heads: 0.5 }],
  ["UNet.channelMultipliers: expected at least one level, got none.", { channelMultipliers: [] }],
  ["UNet.channelMultipliers: expected an integer >= 1, got 1.5.", { channelMultipliers: [1, 1.5] }],
  ["UNet.groups: expected a divisor of all widths, got 3 for 4 channels.", { groups: 3 }],
  [
    "UNet.groups: expected a divisor of all widths, got 4 for 6 channels.",
    { baseChannels: 6, channelMultipliers: [2], groups: 4 },
  ],
  ["SelfAttention: expected channels divisible by heads = 3, got 8.", { heads: 3 }],
])("a U-Net is refused: %s", (message, change) => {
  expect(() => new UNet({ ...tinyUNet, ...change })).toThrow(
    expect.objectContaining({ code: "E_OPTION", message }),
  );
});
