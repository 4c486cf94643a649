import { expect, test } from "vitest";
import { outlined } from "./part-shape.ts";

/** Rows of dots and hashes as shares: a hash is part in half of the pictures, a comma in one of a hundred. */
function shares(...rows: readonly string[]): number[] {
  return [...rows.join("")].map((sign) => (sign === "#" ? 0.5 : sign === "," ? 0.01 : 0));
}

function drawn(places: Uint8Array, side: number): string[] {
  return Array.from({ length: side }, (_, row) =>
    Array.from(places.subarray(row * side, (row + 1) * side), (place) => (place ? "#" : ".")).join(""),
  );
}

const hook = shares(
  "......", //
  ".#....",
  ".#..,.",
  ".#....",
  ".####.",
  "......",
);

test("the outline of a hook has its hollow, and not the dirt that one picture in a hundred shows", () => {
  expect(drawn(outlined(hook, 6, { least: 0.05, room: 0 }), 6)).toEqual([
    "......",
    ".#....",
    ".##...",
    ".###..",
    ".####.",
    "......",
  ]);
});

test("room is added on all sides", () => {
  expect(drawn(outlined(hook, 6, { least: 0.05, room: 1 }), 6)).toEqual([
    "##....",
    "###...",
    "####..",
    "#####.",
    "######",
    "######",
  ]);
});

test("a ring has its hole", () => {
  const ring = shares("#####", "#...#", "#...#", "#...#", "#####");
  expect(outlined(ring, 5, { least: 0.05, room: 0 }).every((place) => place === 1)).toBe(true);
});

test("of what is no area there is no outline", () => {
  expect(outlined(shares("....", ".##.", "....", "...."), 4, { least: 0.05, room: 2 })).toEqual(
    new Uint8Array(16),
  );
  expect(outlined(new Float32Array(9), 3, { least: 0.05, room: 2 })).toEqual(new Uint8Array(9));
});
