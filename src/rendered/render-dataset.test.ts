import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { type RenderDatasetOptions, renderDataset } from "./render-dataset.ts";

const small = { width: 32, height: 32, trainGood: 3, testGood: 2, testDefective: 8 };

function entries(options: Partial<RenderDatasetOptions> = {}) {
  return [...renderDataset({ ...small, random: new Random(1), ...options })];
}

test("paths follow the MVTec layout and defective images are dealt to the classes in turn", () => {
  expect(entries().map((entry) => entry.relativePath)).toEqual([
    ...["train/good/000.png", "train/good/001.png", "train/good/002.png"],
    ...["test/good/000.png", "test/good/001.png"],
    ...["test/under_extrusion/000.png", "test/under_extrusion/001.png"],
    ...["test/blob/000.png", "test/blob/001.png"],
    ...["test/stringing/000.png", "test/gap/000.png"],
    ...["test/foreign_particle/000.png", "test/scorch/000.png"],
  ]);
});

test("defective images have a mask and a path for it, good ones have neither", () => {
  for (const { relativePath, image, mask, maskPath } of entries({ kind: "machined" })) {
    const [, folder, file] = relativePath.split("/");
    expect(image).toMatchObject({ width: 32, height: 32 });
    if (folder === "good") {
      expect([mask, maskPath]).toEqual([null, null]);
    } else {
      expect(maskPath).toBe(`ground_truth/${folder}/${file?.replace(".png", "_mask.png")}`);
      expect(mask?.data.some((value) => value > 0)).toBe(true);
    }
  }
});

test("no two images are the same", () => {
  const all = entries();
  expect(new Set(all.map((entry) => entry.image.data.join())).size).toBe(all.length);
});

test("a larger set from the same seed contains the smaller one", () => {
  const large = new Map(
    entries({ trainGood: 4, testDefective: 12 }).map((entry) => [entry.relativePath, entry]),
  );
  for (const entry of entries()) expect(large.get(entry.relativePath)).toEqual(entry);
});

test("several looks occur in one set", () => {
  const redOverBlue = entries({ looks: ["orange", "blue"], trainGood: 12, testDefective: 0 }).map(
    ({ image }) => (image.data[0] ?? 0) > (image.data[2] ?? 0),
  );
  expect(new Set(redOverBlue)).toEqual(new Set([true, false]));
});

test("the default set has 100 images to learn from, and 30 good and 40 defective ones to measure with", () => {
  const counts = { train: 0, good: 0, defective: 0 };
  for (const { relativePath, mask } of renderDataset({ random: new Random(0), width: 32, height: 32 })) {
    counts[mask ? "defective" : relativePath.startsWith("train/good/") ? "train" : "good"]++;
  }
  expect(counts).toEqual({ train: 100, good: 30, defective: 40 });
});

test("images are 128 x 128 pixels by default", () => {
  const [first] = renderDataset({ random: new Random(0) });
  expect(first?.image).toMatchObject({ width: 128, height: 128 });
});

test("renderDataset refuses bad options when called, before the first entry is asked for", () => {
  const call = (options: Partial<RenderDatasetOptions>) => () =>
    renderDataset({ ...small, random: new Random(1), ...options });
  const refusal = (message: string) => expect.objectContaining({ code: "E_OPTION", message });
  expect(call({ trainGood: 0 })).toThrow(refusal("trainGood: expected an integer >= 1, got 0."));
  expect(call({ testDefective: -1 })).toThrow(refusal("testDefective: expected an integer >= 0, got -1."));
  expect(call({ width: 4096 })).toThrow(refusal("width: expected an integer >= 32 and <= 2048, got 4096."));
  expect(call({ looks: [] })).toThrow(refusal("looks: expected at least one look, got none."));
  expect(call({ kind: "machined", looks: ["orange"] })).toThrow(
    refusal('looks: expected one of "milled", "brushed", "turned", got "orange" (string).'),
  );
});
