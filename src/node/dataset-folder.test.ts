import { existsSync, symlinkSync } from "node:fs";
import { relative } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { openDataset } from "./dataset-folder.ts";

const folder = temporaryFolder();

function fill(root: string, files: string[]): string {
  for (const file of files) folder.write(`${root}/${file}`, "");
  return folder.at(root);
}

const paths = (root: string, images: readonly { path: string }[]): string[] =>
  images.map(({ path }) => relative(root, path).replaceAll("\\", "/"));

describe("the layout of MVTec AD", () => {
  const root = fill("bottle", [
    "train/good/010.png",
    "train/good/002.PNG",
    "train/good/.hidden.png",
    "train/good/notes.txt",
    "train/other/000.png",
    "test/good/000.png",
    "test/crack/001.png",
    "test/crack/000.png",
    "test/crack/002.jpg",
    "test/stain/000.png",
    "ground_truth/crack/000_mask.png",
    "ground_truth/crack/001.png",
    "readme.txt",
  ]);

  test("train/good is what is learnt from, sorted by path", async () => {
    const dataset = await openDataset(root);
    expect(dataset).toMatchObject({ name: "bottle", root, layout: "mvtec" });
    expect(paths(root, dataset.train)).toEqual(["train/good/002.PNG", "train/good/010.png"]);
    expect(dataset.train[0]).toMatchObject({ className: "good", label: 0, maskPath: null });
  });

  test("test images carry class, label and the mask where there is one", async () => {
    const { test: images } = await openDataset(root);
    const rows = images.map(({ path, className, label, maskPath }) => [
      ...paths(root, [{ path }]),
      className,
      label,
      maskPath === null ? null : paths(root, [{ path: maskPath }])[0],
    ]);
    expect(rows).toEqual([
      ["test/crack/000.png", "crack", 1, "ground_truth/crack/000_mask.png"],
      ["test/crack/001.png", "crack", 1, "ground_truth/crack/001.png"],
      ["test/crack/002.jpg", "crack", 1, null],
      ["test/good/000.png", "good", 0, null],
      ["test/stain/000.png", "stain", 1, null],
    ]);
  });

  test("without a folder test there is nothing to measure with", async () => {
    const dataset = await openDataset(fill("train-only", ["train/good/a.bmp"]));
    expect(dataset).toMatchObject({ layout: "mvtec", test: [] });
    expect(dataset.train).toHaveLength(1);
  });

  test("train without train/good, and train/good without images, say what was looked for", async () => {
    const none = fill("no-good", ["train/bad/a.png"]);
    await expect(openDataset(none)).rejects.toMatchObject({
      code: "E_DATA",
      message: expect.stringMatching(
        /train.good: expected good images to learn from \(\.png, .*\), got no such folder\./,
      ),
    });
    const empty = fill("empty-good", ["train/good/readme.txt"]);
    await expect(openDataset(empty)).rejects.toMatchObject({
      code: "E_DATA",
      message: expect.stringContaining("got a folder without any. "),
    });
  });
});

describe("a data set to measure with", () => {
  test("needs a folder test and no train", async () => {
    const root = fill("test-only", ["test/good/0.png", "test/crack/0.png", "ground_truth/crack/0_mask.png"]);
    const dataset = await openDataset(root, { purpose: "testing" });
    expect(dataset).toMatchObject({ layout: "mvtec", train: [] });
    expect(paths(root, dataset.test)).toEqual(["test/crack/0.png", "test/good/0.png"]);
  });

  test("without a test image is refused with what was looked for", async () => {
    const cases = [
      [fill("plain-test", ["a.png"]), "got no such folder. "],
      [fill("empty-test", ["test/good/readme.txt"]), "got a folder without any. "],
    ] as const;
    for (const [root, got] of cases) {
      await expect(openDataset(root, { purpose: "testing" })).rejects.toMatchObject({
        code: "E_DATA",
        message: expect.stringContaining(got),
      });
    }
  });
});

describe("a plain folder", () => {
  test("all images at any depth are good; the order is that of code units, folder by folder", async () => {
    const root = fill("plain", [
      "b.png",
      "B.png",
      "a/z.tif",
      "a-b/c.jpg",
      "ä.png",
      ".git/x.png",
      "10.png",
      "9.png",
    ]);
    const dataset = await openDataset(root);
    expect(dataset).toMatchObject({ name: "plain", layout: "folder", test: [] });
    expect(paths(root, dataset.train)).toEqual([
      "10.png",
      "9.png",
      "B.png",
      "a/z.tif",
      "a-b/c.jpg",
      "b.png",
      "ä.png",
    ]);
    expect(new Set(dataset.train.map(({ label }) => label))).toEqual(new Set([0]));
  });

  test("links that go in a circle are followed once", async () => {
    const root = fill("circle", ["inner/a.png"]);
    symlinkSync(root, folder.at("circle", "inner", "back"));
    expect(paths(root, (await openDataset(root)).train)).toEqual(["inner/a.png"]);
  });

  test("missing, a file and empty are refused with what was looked for", async () => {
    const missing = folder.at("nowhere");
    await expect(openDataset(missing)).rejects.toMatchObject({
      code: "E_DATA",
      message: `${missing}: expected a folder of images, got nothing there. Give a folder of good images, or one with train/good, test/<class> and ground_truth/<class> in it.`,
    });
    const file = folder.write("file.png", "");
    await expect(openDataset(file)).rejects.toMatchObject({
      code: "E_DATA",
      message: expect.stringContaining("got a file."),
    });
    const empty = fill("empty", ["notes.txt"]);
    await expect(openDataset(empty)).rejects.toMatchObject({
      code: "E_DATA",
      message: expect.stringMatching(
        /expected good images \(\.png, .*\) in it or in the folders below, got none\./,
      ),
    });
  });

  test("a folder with test or ground_truth but without train is refused: defects would be learnt as good", async () => {
    const root = fill("no-train", ["good/a.png", "test/crack/b.png"]);
    await expect(openDataset(root)).rejects.toMatchObject({
      code: "E_DATA",
      message: expect.stringContaining('expected train/good beside test, got no folder "train"'),
    });
  });

  test("a folder of several data sets is refused by their names", async () => {
    const root = fill("many", ["cable/train/good/a.png", "bottle/train/good/a.png"]);
    await expect(openDataset(root)).rejects.toMatchObject({
      code: "E_DATA",
      message: `${root}: expected one data set, got a folder of 2 (bottle, cable). Give one of them.`,
    });
  });
});

const bottle = "../shared/data/mvtec_bottle";
test.skipIf(!existsSync(bottle))(
  "MVTec AD bottle has its published counts (skipped where the images are absent)",
  async () => {
    const dataset = await openDataset(bottle);
    expect(dataset.train).toHaveLength(209);
    expect(dataset.test).toHaveLength(83);
    expect(dataset.test.filter(({ label }) => label === 0)).toHaveLength(20);
    expect(dataset.test.every(({ label, maskPath }) => (label === 1) === (maskPath !== null))).toBe(true);
  },
);
