import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { CountingBackend } from "../../../test/support/counting-backend.ts";
import { floats, type HandNode, handModel } from "../../../test/support/onnx-model.ts";
import { runOnce } from "../../../test/support/run-graph.ts";
import { tinyBackbone, tinyChannels } from "../../../test/support/tiny-backbone.ts";
import { Random } from "../../base/random.ts";
import { buildGraph, input } from "../../graph/index.ts";
import { nodeBackend } from "../../runtime/node.ts";
import { backboneFeatures, backboneStages, openBackbone } from "./backbone.ts";

const backend = nodeBackend({ threads: 1 });
const at = { backend, imageSize: 32, strides: [4, 8, 16] } as const;

/** A network of one convolution of stride 4, 3 to 2 channels. */
function oneConvolution(
  rest: Partial<Parameters<typeof handModel>[0]> = {},
  more: readonly HandNode[] = [],
): Uint8Array {
  const conv: HandNode = { op: "Conv", inputs: ["x", "w"], outputs: ["y"], attributes: { strides: [4, 4] } };
  const w = floats("w", [2, 3, 4, 4], Array.from(new Random(1).normals(96)));
  return handModel({ nodes: [conv, ...more], weights: [w], outputs: ["y"], ...rest });
}

describe("stages", () => {
  test("are the last tensors of each size through which everything goes, finest first", async () => {
    const backbone = await openBackbone(tinyBackbone());
    const stages = await backboneStages(backbone, at);
    expect(stages.map(({ channels, height, width }) => [channels, height, width])).toEqual([
      [tinyChannels[0], 8, 8],
      [tinyChannels[1], 4, 4],
      [tinyChannels[2], 2, 2],
    ]);
    const [, second] = stages;
    const named = await backboneStages(backbone, { ...at, layers: [second?.name ?? "", second?.name ?? ""] });
    expect(named).toEqual([second]);
  });

  test("of other picture sizes are found by the same strides, sizes rounded up", async () => {
    const backbone = await openBackbone(tinyBackbone());
    const stages = await backboneStages(backbone, { ...at, imageSize: 50, strides: [8, 16] });
    expect(stages.map(({ height }) => height)).toEqual([7, 4]);
  });

  test("that are not there are an error that tells what is", async () => {
    const backbone = await openBackbone(oneConvolution());
    await expect(backboneStages(backbone, { ...at, strides: [8, 16] })).rejects.toMatchObject({
      code: "E_ONNX",
      message:
        "backbone: expected stages with a place every 8, 16 pixels, got y 8 x 8 at 32 x 32 pixels. Name tensors with `layers`, or export the network with a batch of any size.",
    });
    const relu = handModel({ nodes: [{ op: "Relu", inputs: ["x"], outputs: ["y"] }], outputs: ["y"] });
    await expect(backboneStages(await openBackbone(relu), at)).rejects.toThrow("got none at 32 x 32 pixels.");
  });

  test("with names that the network does not have, or that are no features, are refused", async () => {
    const flatten: HandNode = { op: "Flatten", inputs: ["y"], outputs: ["flat"] };
    const backbone = await openBackbone(oneConvolution({}, [flatten]));
    await expect(backboneStages(backbone, { ...at, layers: ["flatt"] })).rejects.toThrow(
      'layers: expected names of tensors that the backbone computes from the picture, got "flatt" (string). Did you mean flat?',
    );
    await expect(backboneStages(backbone, { ...at, layers: ["y", "flat"] })).rejects.toMatchObject({
      code: "E_ONNX",
      message: expect.stringContaining("that keep the number of pictures N, got others from flat."),
    });
  });

  test("of a network that joins the pictures of a batch are refused", async () => {
    const fixed: HandNode[] = [
      { op: "Constant", inputs: [], outputs: ["shape"], attributes: { value_ints: [1, 4, 8, 8] } },
      { op: "Reshape", inputs: ["y", "shape"], outputs: ["z"] },
    ];
    const backbone = await openBackbone(oneConvolution({ outputs: ["z"] }, fixed));
    await expect(backboneStages(backbone, { ...at, layers: ["z"] })).rejects.toMatchObject({
      code: "E_ONNX",
      message: expect.stringContaining(
        "got others from z. Name another tensor, or export the network with a batch of any size.",
      ),
    });
  });

  test("leave no session open, whether found or not", async () => {
    const counting = new CountingBackend(backend);
    const backbone = await openBackbone(tinyBackbone());
    await backboneStages(backbone, { ...at, backend: counting });
    await expect(backboneStages(backbone, { ...at, backend: counting, strides: [64] })).rejects.toThrow();
    expect([counting.loads, counting.open]).toEqual([2, 0]);
  });
});

test("the name is the file's SHA-256", async () => {
  const bytes = tinyBackbone();
  const { hash: name } = await openBackbone(bytes);
  expect(name).toBe(createHash("sha256").update(bytes).digest("hex"));
  const hash = async (seed: number) => (await openBackbone(tinyBackbone(seed))).hash;
  expect(await hash(1)).toBe(await hash(1));
  expect(await hash(1)).not.toBe(await hash(2));
});

describe("features", () => {
  const S = 8;
  const values = new Random(3).normals(3 * S * S);
  const pictures = input("pictures", "float32", ["N", 3, S, S]);

  async function featuresOf(bytes: Uint8Array): Promise<number[]> {
    const backbone = await openBackbone(bytes);
    const stages = await backboneStages(backbone, { backend, imageSize: S, strides: [1] });
    const [y = pictures] = backboneFeatures(backbone, stages, pictures);
    const graph = buildGraph({ name: "features", inputs: [pictures], outputs: { y } });
    const feed = { dtype: "float32", shape: [1, 3, S, S], data: Float64Array.from(values) } as const;
    const results = await runOnce(backend, graph, { pictures: feed });
    return Array.from(results.y?.data ?? [], Number);
  }

  const identity = floats("w", [3, 3, 1, 1], [1, 0, 0, 0, 1, 0, 0, 0, 1]);
  const conv: HandNode = { op: "Conv", inputs: ["x", "w"], outputs: ["y"] };

  test("are of pictures from which ImageNet's mean and deviation are taken out", async () => {
    const seen = await featuresOf(handModel({ nodes: [conv], weights: [identity], outputs: ["y"] }));
    const [means, deviations] = [
      [0.485, 0.456, 0.406],
      [0.229, 0.224, 0.225],
    ];
    const expected = Array.from(values, (value, i) => {
      const colour = Math.floor(i / (S * S));
      return ((value + 1) / 2 - (means?.[colour] ?? 0)) / (deviations?.[colour] ?? 1);
    });
    seen.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 4);
    });
  });

  test("of a network with channels last are the same", async () => {
    const turned: HandNode[] = [
      { op: "Transpose", inputs: ["x"], outputs: ["turned"], attributes: { perm: [0, 3, 1, 2] } },
      { ...conv, inputs: ["turned", "w"] },
    ];
    const last = handModel({ nodes: turned, weights: [identity], input: ["N", "H", "W", 3], outputs: ["y"] });
    const first = handModel({ nodes: [conv], weights: [identity], outputs: ["y"] });
    expect(await featuresOf(last)).toEqual(await featuresOf(first));
  });
});
