import { describe, expect, test } from "vitest";
import { isGlob, parseGlob } from "./glob.ts";

const paths = [
  "a.png",
  "b.png",
  "ab.png",
  "x/a.png",
  "x/y/a.png",
  "x/y/b.jpg",
  "z/a.png",
  "[a].png",
  "{a.png",
];

function matched(pattern: string): string[] {
  return paths.filter(parseGlob(pattern).matches);
}

describe("a pattern matches", () => {
  test.each<[string, string[]]>([
    ["*.png", ["a.png", "b.png", "ab.png", "[a].png", "{a.png"]],
    ["?.png", ["a.png", "b.png"]],
    ["[ab].png", ["a.png", "b.png"]],
    ["[!a].png", ["b.png"]],
    ["[a-c]*.png", ["a.png", "b.png", "ab.png"]],
    ["{a,ab}.png", ["a.png", "ab.png"]],
    ["{a,{b,ab}}.png", ["a.png", "b.png", "ab.png"]],
    ["{x/y,z}/*.{png,jpg}", ["x/y/a.png", "x/y/b.jpg", "z/a.png"]],
    ["**/a.png", ["a.png", "x/a.png", "x/y/a.png", "z/a.png"]],
    ["x/**/a.png", ["x/a.png", "x/y/a.png"]],
    ["x/**", ["x/a.png", "x/y/a.png", "x/y/b.jpg"]],
    ["*/a.png", ["x/a.png", "z/a.png"]],
    ["./x//*.png", ["x/a.png"]],
    ["\\[a\\].*", ["[a].png"]],
    ["{a.*", ["{a.png"]],
    ["[z-a].png", []],
    ["x", []],
  ])("%s", (pattern, expected) => {
    expect(matched(pattern)).toEqual(expected);
  });

  test("case by case, with the signs of regular expressions taken as they are", () => {
    expect(parseGlob("A(1)+$*.png").matches("A(1)+$x.png")).toBe(true);
    expect(parseGlob("*.PNG").matches("a.png")).toBe(false);
  });
});

test("the search begins at the folders before the first sign, and goes no deeper than it must", () => {
  const search = (pattern: string): [string, number] => {
    const { base, depth } = parseGlob(pattern);
    return [base, depth];
  };
  expect(search("*.png")).toEqual([".", 0]);
  expect(search("a/b/*.png")).toEqual(["a/b", 0]);
  expect(search("a/*/c/*.png")).toEqual(["a", 2]);
  expect(search("/*.png")).toEqual(["/", 0]);
  expect(search("/a/**/*.png")).toEqual(["/a", Infinity]);
  expect(search("../{a,b/c}/x.png")).toEqual(["..", Infinity]);
  expect(search("a\\[1\\]/*.png")).toEqual(["a[1]", 0]);
});

test("a path without signs is none", () => {
  expect(["a.png", "a/b (1).png", "C:\\a.png"].filter(isGlob)).toEqual([]);
  expect(["*.png", "a?.png", "[a].png", "{a,b}"].filter((path) => !isGlob(path))).toEqual([]);
});
