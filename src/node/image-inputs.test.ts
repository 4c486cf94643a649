import { relative } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { findImages } from "./image-inputs.ts";

const folder = temporaryFolder();
for (const name of [
  "b.png",
  "a.png",
  "c.txt",
  "sub/d.jpg",
  "sub/deep/e.PNG",
  "sub/.f.png",
  "odd[1].png",
  "empty/x.txt",
]) {
  folder.write(name, "");
}

async function found(...inputs: string[]): Promise<string[]> {
  const paths = await findImages(inputs.map((input) => folder.at(input)));
  return paths.map((path) => relative(folder.path, path).replaceAll("\\", "/"));
}

test("files keep their order, whatever their extension", async () => {
  expect(await found("b.png", "c.txt", "a.png")).toEqual(["b.png", "c.txt", "a.png"]);
});

test("a folder gives all images below, sorted, without hidden ones", async () => {
  expect(await found("sub")).toEqual(["sub/d.jpg", "sub/deep/e.PNG"]);
});

test("globs give images, sorted", async () => {
  expect(await found("*")).toEqual(["a.png", "b.png", "odd[1].png"]);
  expect(await found("**/*.{jpg,PNG}")).toEqual(["sub/d.jpg", "sub/deep/e.PNG"]);
  expect(await found("?.png")).toEqual(["a.png", "b.png"]);
});

test("relative inputs give relative paths", async () => {
  const here = relative(process.cwd(), folder.path);
  expect(await findImages([`${here}/?.png`])).toEqual([`${here}/a.png`, `${here}/b.png`]);
  expect(await findImages([`${here}/sub/d.jpg`])).toEqual([`${here}/sub/d.jpg`]);
});

test("an existing path that looks like a glob is that file", async () => {
  expect(await found("odd[1].png")).toEqual(["odd[1].png"]);
});

test("a file named twice comes once, at its first place", async () => {
  expect(await found("b.png", "*.png", "sub/../a.png")).toEqual(["b.png", "a.png", "odd[1].png"]);
});

test("a missing path is E_FILE naming it", async () => {
  await expect(findImages(["none/x.png"])).rejects.toMatchObject({
    code: "E_FILE",
    message: "none/x.png: expected an image, a folder or a glob that exists, got nothing there.",
  });
});

test("nothing matched, an empty folder and no input are E_DATA", async () => {
  await expect(found("*.webp")).rejects.toMatchObject({
    code: "E_DATA",
    message: expect.stringContaining("*.webp: expected images"),
  });
  await expect(found("empty")).rejects.toMatchObject({
    code: "E_DATA",
    message: expect.stringContaining("in this folder or below, got none"),
  });
  await expect(findImages([])).rejects.toMatchObject({ code: "E_DATA" });
});
