import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import {
  type Disturbance,
  disturbed,
  disturbedCopy,
  disturbedImage,
  randomDisturbance,
  usualDisturbances,
} from "./disturbance.ts";

const size = { width: 9, height: 7 };
const plane = 63;

/** One bright pixel per colour on grey 100. */
function dot(x: number, y: number): Float32Array {
  const levels = new Float32Array(3 * plane).fill(100);
  for (let c = 0; c < 3; c++) levels[c * plane + y * size.width + x] = 200;
  return levels;
}

function change(levels: Float32Array, disturbance: Disturbance): Float32Array {
  return disturbed(levels, size, disturbance, new Random(1));
}

test("nothing to do leaves the picture as it is, in a new array", () => {
  const levels = dot(4, 3);
  const same = change(levels, {});
  expect(same).toEqual(levels);
  expect(same).not.toBe(levels);
});

test("a shift moves to the right and down, and mirrors what comes in", () => {
  expect(change(dot(4, 3), { shift: [3, 1] })).toEqual(dot(7, 4));
  const edge = change(dot(1, 0), { shift: [1, 0] });
  expect([edge[0], edge[1], edge[2]]).toEqual([200, 100, 200]);
});

test("a turn is clockwise around the middle: a quarter brings what is above to the right", () => {
  expect(change(dot(4, 2), { turn: 90 })).toEqual(dot(5, 3));
});

test("a blur keeps the sum, and its spread is the one asked for", () => {
  const blurred = change(dot(4, 3), { blur: 0.6 }).slice(0, plane);
  const bump = blurred.map((value) => value - 100);
  const total = bump.reduce((sum, value) => sum + value, 0);
  expect(Math.abs(total - 100)).toBeLessThan(4); // rounded to integers
  const variance = bump.reduce((sum, value, i) => sum + (value / total) * ((i % 9) - 4) ** 2, 0);
  expect(Math.sqrt(variance)).toBeCloseTo(0.6, 1);
});

test("light and warmth multiply: red up, blue down", () => {
  const flat = new Float32Array(3 * plane).fill(100);
  const changed = change(flat, { light: 1.1, warmth: 0.1 });
  expect([changed[0], changed[plane], changed[2 * plane]]).toEqual([121, 110, 99]);
  expect(Math.max(...change(flat, { light: 4 }))).toBe(255);
});

test("noise has the spread asked for and needs the random numbers given", () => {
  const flat = new Float32Array(3 * 4096).fill(100);
  const noised = disturbed(flat, { width: 64, height: 64 }, { noise: 2 }, new Random(5));
  const spread = Math.sqrt(noised.reduce((sum, value) => sum + (value - 100) ** 2, 0) / noised.length);
  expect(spread).toBeCloseTo(Math.sqrt(4 + 1 / 12), 1); // rounding adds 1/12
  expect(disturbed(flat, { width: 64, height: 64 }, { noise: 2 }, new Random(5))).toEqual(noised);
});

test("pictures in rows of pixels are disturbed like planes", () => {
  const levels = dot(2, 2);
  const data = Uint8Array.from(levels, (_, i) => levels[(i % 3) * plane + Math.floor(i / 3)] ?? 0);
  const disturbance = { shift: [1, 1], light: 0.9, jpeg: 80 } as const;
  const image = disturbedImage({ ...size, data }, disturbance, new Random(1));
  const expected = change(levels, disturbance);
  expect(image.data).toEqual(data.map((_, i) => expected[(i % 3) * plane + Math.floor(i / 3)] ?? 0));
});

test("every usual disturbance changes a picture, and no two alike", () => {
  const levels = Float32Array.from({ length: 3 * plane }, (_, i) => (i * 37) % 251);
  const results = usualDisturbances.map(({ disturbance }) => change(levels, disturbance).join());
  expect(new Set([levels.join(), ...results]).size).toBe(usualDisturbances.length + 1);
});

test("random disturbances differ, each kind in about half of them, and repeat with the seed", () => {
  const drawn = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 400 }, () => randomDisturbance(random));
  };
  const many = drawn(1);
  expect(drawn(1)).toEqual(many);
  for (const kind of ["blur", "light", "warmth", "noise", "jpeg", "shift", "turn"]) {
    const share = many.filter((disturbance) => kind in disturbance).length / many.length;
    expect(Math.abs(share - 0.5)).toBeLessThan(0.1);
  }
});

test("small pictures are shifted by a 128th of their side at most, large ones by 2 pixels", () => {
  const furthest = (sidePx?: number) => {
    const random = new Random(3);
    const shifts = Array.from({ length: 400 }, () => randomDisturbance(random, { sidePx }).shift ?? [0, 0]);
    return Math.max(...shifts.flat().map(Math.abs));
  };
  expect(furthest(64)).toBeGreaterThan(0.48);
  expect(furthest(64)).toBeLessThanOrEqual(0.5);
  expect(furthest(1024)).toBeGreaterThan(1.95);
  expect(furthest(1024)).toBeLessThanOrEqual(2);
  expect(furthest()).toBe(furthest(1024));
});

test("random disturbances without moves are the others, drawn alike", () => {
  for (let seed = 0; seed < 20; seed++) {
    const { shift: _, turn: __, ...seen } = randomDisturbance(new Random(seed));
    expect(randomDisturbance(new Random(seed), { moves: false })).toEqual(seen);
  }
});

test("a copy is of the image's size and its own draw", () => {
  const image = Uint8Array.from({ length: 3 * 256 }, (_, i) => (i * 37) % 251);
  const copies = [1, 2, 1].map((seed) => disturbedCopy(image, 16, new Random(seed)));
  expect(copies[0]).toHaveLength(image.length);
  expect(copies[0]).not.toEqual(image);
  expect(copies[1]).not.toEqual(copies[0]);
  expect(copies[2]).toEqual(copies[0]);
});
