import { describe, expect, test } from "vitest";
import { classSummaries, decisionOf, flaggedCount, imagesByClass, wilsonInterval } from "./class-summary.ts";
import type { ReportImage } from "./report-input.ts";

function image(className: string, label: number, score: number): ReportImage {
  return { path: `${className}/${score}`, className, label, score, pValue: null, isAnomalous: score > 0.5 };
}

const images = [
  image("stain", 1, 0.4),
  image("good", 0, 0.2),
  image("crack", 1, 0.9),
  image("good", 0, 0.4),
  image("crack", 1, 0.3),
];

test("good classes come first, then classes by name, images in their order", () => {
  expect(imagesByClass(images).map((group) => group.map(({ path }) => path))).toEqual([
    ["good/0.2", "good/0.4"],
    ["crack/0.9", "crack/0.3"],
    ["stain/0.4"],
  ]);
});

test("a class name with both labels makes two groups", () => {
  expect(imagesByClass([image("mixed", 1, 1), image("mixed", 0, 0)])).toHaveLength(2);
});

test("a class is summed up by counts, mean score and AUROC against all good images", () => {
  expect(classSummaries(images)).toEqual([
    { className: "good", label: 0, count: 2, flagged: 0, meanScore: (0.2 + 0.4) / 2, auroc: null },
    { className: "crack", label: 1, count: 2, flagged: 1, meanScore: (0.9 + 0.3) / 2, auroc: 3 / 4 },
    { className: "stain", label: 1, count: 1, flagged: 0, meanScore: 0.4, auroc: 1.5 / 2 },
  ]);
});

test("without good images a class has no AUROC", () => {
  expect(classSummaries([image("crack", 1, 0.9)])[0]?.auroc).toBeNull();
});

test("flagged images are counted by label", () => {
  expect(flaggedCount(images, 1)).toEqual({ flagged: 1, count: 3 });
  expect(flaggedCount([], 0)).toEqual({ flagged: 0, count: 0 });
});

test("a decision has one of four names", () => {
  const names = [0, 1].map((label) => [false, true].map((isAnomalous) => decisionOf({ label, isAnomalous })));
  expect(names).toEqual([
    ["accepted", "false alarm"],
    ["missed", "found"],
  ]);
});

describe("Wilson's interval", () => {
  const z2 = 1.959964 ** 2;

  test("of no hit in ten is [0, z²/(10 + z²)], of ten its mirror image", () => {
    const [low, high] = wilsonInterval(0, 10);
    expect([low, high]).toEqual([0, expect.closeTo(z2 / (10 + z2), 12)]);
    expect(wilsonInterval(10, 10)).toEqual([expect.closeTo(10 / (10 + z2), 12), 1]);
  });

  test("of five hits in ten is 0.2366 to 0.7634", () => {
    const [low, high] = wilsonInterval(5, 10);
    expect([low.toFixed(4), high.toFixed(4)]).toEqual(["0.2366", "0.7634"]);
  });

  test("of one hit in one is 0.2065 to 1", () => {
    const [low, high] = wilsonInterval(1, 1);
    expect([low.toFixed(4), high]).toEqual(["0.2065", 1]);
  });
});
