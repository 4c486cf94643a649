import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { overlayPaths } from "./overlay-paths.ts";

const names = (images: string[]): string[] =>
  overlayPaths(images, "out").map((path) => path.replaceAll("\\", "/"));

test("the folders below the one that all images share are kept", () => {
  expect(names(["set/test/good/0.png", "set/test/crack/0.png", "set/test/1.png"])).toEqual([
    "out/good/0.png",
    "out/crack/0.png",
    "out/1.png",
  ]);
  expect(names(["set/test/good/0.png"])).toEqual(["out/0.png"]);
  expect(names(["../a/0.png", join(resolve(".."), "b", "0.png")])).toEqual(["out/a/0.png", "out/b/0.png"]);
});

test("a folder whose name begins like another's is another folder", () => {
  expect(names(["a/b/0.png", "a/bc/0.png"])).toEqual(["out/b/0.png", "out/bc/0.png"]);
});

test("names that would be the same, in any case of letters, are told apart", () => {
  expect(names(["s/a.png", "s/a.jpg", "s/A.png", "s/a.jpg.png", "s/a.JPG"])).toEqual([
    "out/a.png",
    "out/a.jpg.png",
    "out/A.png.png",
    "out/a.jpg.png.png",
    "out/a.JPG-2.png",
  ]);
});

test("an overlay has its image's name with another extension, in the same folder too", () => {
  expect(names(["out/a.jpg", "out/b.jpg"])).toEqual(["out/a.png", "out/b.png"]);
});
