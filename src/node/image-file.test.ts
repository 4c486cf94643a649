import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodePng } from "./image-codec.ts";
import { isImagePath, readImage, readMask } from "./image-file.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "radar-image-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("a picture is read by content, whatever its name", async () => {
  const path = join(folder, "picture.jpg");
  const image = { width: 1, height: 2, data: Uint8Array.from([1, 2, 3, 0, 0, 0]) };
  await writeFile(path, await encodePng(image));
  expect(await readImage(path)).toEqual(image);
  expect(await readMask(path)).toEqual({ width: 1, height: 2, data: Uint8Array.from([1, 0]) });
});

test("a missing file and a folder are E_FILE, with path and reason", async () => {
  const missing = join(folder, "none.png");
  const there = "there is no such file or folder (ENOENT)";
  await expect(readImage(missing)).rejects.toMatchObject({
    code: "E_FILE",
    message: `${missing}: cannot read it: ${there}.`,
  });
  await expect(readMask(folder)).rejects.toMatchObject({
    code: "E_FILE",
    message: expect.stringContaining("it is a folder"),
  });
  const below = join(folder, "picture.jpg", "x.png");
  await expect(readImage(below)).rejects.toMatchObject({
    code: "E_FILE",
    message: expect.stringContaining("(ENOTDIR)"),
  });
});

test("an empty file is E_IMAGE", async () => {
  const path = join(folder, "empty.png");
  await writeFile(path, "");
  await expect(readImage(path)).rejects.toMatchObject({
    code: "E_IMAGE",
    message: expect.stringContaining(path),
  });
});

test("extensions count in either case, and text files do not", () => {
  expect(["a.PNG", "b/c.Jpeg", "d.tif", "e.bmp"].every(isImagePath)).toBe(true);
  expect(["a.txt", "png", "Thumbs.db", "a.png.bak", ".png"].some(isImagePath)).toBe(false);
});
