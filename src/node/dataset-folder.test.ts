import { existsSync, symlinkSync } from "node:fs";
import { relative, sep } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { classCounts } from "../data/dataset.ts";
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

describe("folders as people have them", () => {
  test.each(["Good", "OK", "normal", "PASS", "defect-free"])(
    "test/%s is good, whatever its case",
    async (name) => {
      const root = fill(`called-${name}`, [`Train/${name}/0.png`, `TEST/${name}/0.png`, "TEST/NG/0.png"]);
      const { train, test: images, notes } = await openDataset(root);
      expect(paths(root, train)).toEqual([`Train/${name}/0.png`]);
      expect(classCounts(images).split(", ").sort()).toEqual(["NG 1", "good 1"]);
      expect(images.map(({ label }) => label).sort()).toEqual([0, 1]);
      expect(notes).toEqual([]);
    },
  );

  test("another name for good is told by the option, and asked for where no name means good", async () => {
    const root = fill("muster", ["train/Muster/0.png", "test/Muster/0.png", "test/kratzer/0.png"]);
    await expect(openDataset(root)).rejects.toMatchObject({
      code: "E_DATA",
      message: expect.stringMatching(
        /train.good: .* got no such folder\..* \(option good, --good <name>\)\.$/,
      ),
    });
    const { notes } = await openDataset(root, { purpose: "testing" });
    expect(notes).toEqual([
      expect.stringContaining("is named as good (good, ok, normal or pass); if one holds"),
    ]);
    const { train, test: images } = await openDataset(root, { good: "muster" });
    expect(paths(root, train)).toEqual(["train/Muster/0.png"]);
    expect(classCounts(images)).toBe("good 1, kratzer 1");
  });

  test("train without folders in it is good as it is", async () => {
    const root = fill("flat-train", ["train/0.png", "test/OK/0.png"]);
    expect(paths(root, (await openDataset(root)).train)).toEqual(["train/0.png"]);
  });

  test("what is left out of train and test is told", async () => {
    const root = fill("loose", [
      "train/good/0.png",
      "train/ng/1.png",
      "test/a.png",
      "test/good/0.png",
      "test/x/0.png",
    ]);
    const { train, test: images, notes } = await openDataset(root);
    expect([train.length, images.length]).toEqual([1, 2]);
    expect(notes.map((note) => note.replaceAll(`${root}${sep}`, ""))).toEqual([
      `left out, not named as good: 1 in train${sep}ng`,
      "left out, in no folder of a class: 1 in test",
    ]);
  });

  test("a folder of OK and NG gives what is OK, at any depth, and tells of the rest", async () => {
    const root = fill("line", ["a/OK/0.png", "a/NG/0.png", "b/OK/1.png", "b/ok/x/2.png", "c.png"]);
    const { train, notes, layout } = await openDataset(root);
    expect(layout).toBe("folder");
    expect(paths(root, train)).toEqual(["a/OK/0.png", "b/OK/1.png", "b/ok/x/2.png"]);
    expect(notes).toEqual([`left out, not named as good: 1 in ${root}${sep}a${sep}NG, 1 in ${root}`]);
  });

  test("folders named as defective without one named as good are refused, and so is a name that no folder has", async () => {
    const root = fill("bad-only", ["NG/0.png", "other/0.png", "other/1.png"]);
    await expect(openDataset(root)).rejects.toMatchObject({
      code: "E_DATA",
      message: expect.stringContaining(`got 2 in ${root}${sep}other, 1 in ${root}${sep}NG. Give the folder`),
    });
    expect((await openDataset(root, { good: "OTHER" })).train).toHaveLength(2);
    await expect(openDataset(root, { good: "third" })).rejects.toMatchObject({
      message: expect.stringContaining("expected a folder third, got 2 in"),
    });
  });

  test("masks beside pictures are never learned, nor measured as pictures", async () => {
    const masked = ["0.png", "0_mask.png", "1.png"];
    const named = { code: "E_DATA", message: expect.stringContaining("0_mask.png") };
    await expect(openDataset(fill("beside", masked))).rejects.toMatchObject(named);
    const inTrain = fill("beside-train", [...masked.map((name) => `train/good/${name}`), "test/good/0.png"]);
    await expect(openDataset(inTrain)).rejects.toMatchObject(named);
    const root = fill("beside-test", [
      "train/good/0.png",
      "test/good/0.png",
      "test/dent/0.jpg",
      "test/dent/0_mask.png",
      "test/dent/only_mask.png",
    ]);
    const { test: images } = await openDataset(root);
    expect(classCounts(images)).toBe("dent 2 (1 with masks), good 1");
    expect(images[0]?.maskPath).toMatch(/dent.0_mask\.png$/);
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
