import { expect, test } from "vitest";
import { choosePictures } from "./picture-choice.ts";
import type { ReportImage } from "./report-input.ts";

function image(path: string, label: number, score: number): ReportImage {
  return { path, className: label === 0 ? "good" : "crack", label, score, pValue: null, isAnomalous: false };
}

function pathsOf(images: readonly ReportImage[]): string[] {
  return images.map(({ path }) => path);
}

test("false alarms are the highest good images, misses the lowest defective ones, worst first", () => {
  const images = [image("a", 0, 1), image("b", 0, 3), image("c", 0, 2), image("d", 1, 5), image("e", 1, 4)];
  const choice = choosePictures(images, { worst: 2, perClass: 0 });
  expect([pathsOf(choice.falseAlarms), pathsOf(choice.misses), choice.gallery]).toEqual([
    ["b", "c"],
    ["e", "d"],
    [],
  ]);
});

test("the gallery takes the middles of equal stretches of each class's ranking", () => {
  const images = Array.from({ length: 9 }, (_, i) => image(`g${i}`, 0, 9 - i));
  expect(pathsOf(choosePictures(images, { perClass: 3 }).gallery)).toEqual(["g7", "g4", "g1"]);
  expect(pathsOf(choosePictures(images.slice(0, 2), { perClass: 3 }).gallery)).toEqual(["g1", "g0"]);
});

test("equal scores are ordered by path, so that the choice does not depend on the order of the images", () => {
  const images = [image("b", 0, 1), image("a", 0, 1), image("c", 0, 1)];
  const choice = choosePictures(images, { worst: 1 });
  expect(choice).toEqual(choosePictures(images.toReversed(), { worst: 1 }));
  expect(pathsOf(choice.gallery)).toEqual(["a", "b", "c"]);
});

test("by default there are four of the worst and three of each class", () => {
  const images = Array.from({ length: 20 }, (_, i) => image(`${i}`, i % 2, i));
  const { falseAlarms, misses, gallery } = choosePictures(images);
  expect([falseAlarms.length, misses.length, gallery.length]).toEqual([4, 4, 6]);
});

test("counts that are no whole numbers are refused", () => {
  expect(() => choosePictures([], { perClass: 1.5 })).toThrow(
    expect.objectContaining({ code: "E_OPTION", message: "perClass: expected an integer >= 0, got 1.5." }),
  );
});
