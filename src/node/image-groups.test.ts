import { expect, test } from "vitest";
import { groupNames, groupPattern } from "./image-groups.ts";

const paths = ["good/part7_a.png", "good/part7_b.png", "good/part8_a.png", "good/odd.png"];

test("the first group of the pattern names the group, or the whole match", () => {
  expect(groupNames(paths, groupPattern("part(\\d+)_"))).toEqual(["7", "7", "8", null]);
  expect(groupNames(paths, groupPattern("part\\d+"))).toEqual(["part7", "part7", "part8", null]);
});

test("a pattern that is none, or that matches no path, is refused", () => {
  expect(() => groupPattern("part(")).toThrow(/^group: expected a regular expression, got "part\("/);
  expect(() => groupNames(paths, groupPattern("frame"))).toThrow(
    'group: expected a pattern that matches paths such as good/part7_a.png, got "frame", which matches none of 4.',
  );
});
