import { describe, expect, test } from "vitest";
import { classStrip, prChart, rocChart, type ScoredImage, scoreHistogram } from "./charts.ts";

const images: readonly ScoredImage[] = [
  { className: "good", label: 0, score: 1 },
  { className: "good", label: 0, score: 2 },
  { className: "crack", label: 1, score: 4 },
];

/** Throws unless the text is one well-formed element: tags close in order, attributes are quoted, text is escaped. */
function requireWellFormed(svg: string): void {
  const open: string[] = [];
  const text = svg.replaceAll(
    /<(\/?)([a-zA-Z]+)((?: [a-zA-Z][\w-]*="[^"<>]*")*) ?(\/?)>/g,
    (_, end, name, _attributes, single) => {
      if (end === "/") expect(open.pop()).toBe(name);
      else if (single !== "/") open.push(name);
      return "";
    },
  );
  expect(open).toEqual([]);
  expect(text).not.toMatch(/[<>]|&(?!\w+;|#\d+;)/);
}

/** The markup of the part with this name. */
function part(svg: string, name: string): string {
  const [, rest = ""] = svg.split(`aria-label="${name}"`);
  return rest.split("aria-label=")[0] ?? "";
}

function numbers(markup: string, attribute: string): number[] {
  return Array.from(markup.matchAll(new RegExp(` ${attribute}="([^"]+)"`, "g")), (match) => Number(match[1]));
}

/** Points of the path called "line" whose stroke contains `stroke`. */
function pathPoints(svg: string, stroke: string): [x: number, y: number][] {
  const d = new RegExp(`stroke="[^"]*${stroke}[^"]*"[^>]*><path d="([^"]+)"`).exec(svg)?.[1] ?? "";
  return Array.from(d.matchAll(/[ML]([\d.]+),([\d.]+)/g), (match) => [Number(match[1]), Number(match[2])]);
}

// The frames of the curves: 0 .. 100 % are x = 48 .. 456 and y = 386 .. 34 px.
describe("the ROC chart", () => {
  const curve = { falsePositiveRates: [0, 0, 0.5, 1], truePositiveRates: [0, 0.5, 1, 1] };

  test("has its points where the rates say, and straight lines between", () => {
    const svg = rocChart(curve, null);
    requireWellFormed(svg);
    expect(pathPoints(svg, "--normal")).toEqual([
      [48, 386],
      [48, 210],
      [252, 34],
      [456, 34],
    ]);
    expect(pathPoints(svg, "--muted")).toEqual([
      [48, 386],
      [456, 34],
    ]);
    expect(svg).toContain('aria-label="ROC curve"');
    expect(svg).not.toContain("<circle");
  });

  test("marks the working point with a dot, and says so", () => {
    const svg = rocChart(curve, { x: 0.25, y: 0.75 });
    expect([numbers(svg, "cx"), numbers(svg, "cy")]).toEqual([[150], [122]]);
    expect(svg).toContain('aria-label="ROC curve; the dot is the detector at its threshold"');
  });
});

describe("the precision-recall chart", () => {
  test("holds each precision back to the recall before it, as average precision does", () => {
    const svg = prChart({ precisions: [1, 1, 0.5], recalls: [0, 0.5, 1] }, { x: 0.5, y: 1 }, 0.5);
    requireWellFormed(svg);
    expect(pathPoints(svg, "--normal")).toEqual([
      [48, 34],
      [48, 34],
      [252, 34],
      [252, 210],
      [456, 210],
    ]);
    expect([numbers(svg, "cx"), numbers(svg, "cy")]).toEqual([[252], [34]]);
  });

  test("has a dashed line at the share of defective images", () => {
    const svg = prChart({ precisions: [1, 0.25], recalls: [0, 1] }, null, 0.25);
    expect(pathPoints(svg, "--muted")).toEqual([
      [48, 298],
      [456, 298],
    ]);
  });
});

describe("the histogram", () => {
  test("has a bar for each filled bin, good above defective, and the threshold between them", () => {
    const svg = scoreHistogram(images, 3);
    requireWellFormed(svg);
    const bars = part(svg, "rect");
    expect(bars.match(/--normal/g)).toHaveLength(2);
    expect(bars.match(/--defective/g)).toHaveLength(1);
    const [one = 0, two = 0, four = 0] = numbers(bars, "x");
    const [threshold = 0] = numbers(svg.split('stroke-dasharray="5 4"')[1] ?? "", "x1");
    expect(one).toBeLessThan(two);
    expect(two).toBeLessThan(threshold);
    expect(threshold).toBeLessThan(four);
    expect(svg).toContain("good (2)");
    expect(svg).toContain("defective (1)");
    expect(svg).toContain("threshold 3");
  });

  test("of one class has one row", () => {
    const svg = scoreHistogram(images.slice(0, 2), 3);
    requireWellFormed(svg);
    expect(svg).toContain('viewBox="0 0 1000 200"');
    expect(svg).toContain("good (2)");
    expect(svg).not.toContain("defective");
  });

  test("has no line where the threshold is infinite", () => {
    const svg = scoreHistogram(images, Infinity);
    requireWellFormed(svg);
    expect(svg).not.toContain("stroke-dasharray");
    expect(svg).not.toContain("NaN");
  });

  test("of scores far apart has a logarithmic axis and says so", () => {
    const wide = [1, 1, 1, 1000].map((score) => ({ className: "good", label: 0, score }));
    const svg = scoreHistogram(wide, 2);
    requireWellFormed(svg);
    expect(svg).toContain("(logarithmic axis)");
  });
});

describe("the class strip", () => {
  test("has a tick for each image and a dot at each median, good classes first", () => {
    const svg = classStrip([...images].reverse(), 3);
    requireWellFormed(svg);
    const ticks = numbers(part(svg, "tick"), "x1");
    expect(ticks).toHaveLength(3);
    const [four = 0, two = 0, one = 0] = ticks; // in the order of the images
    const dots = part(svg, "dot");
    expect(numbers(dots, "cx").toSorted((a, b) => a - b)).toEqual([expect.closeTo((one + two) / 2, 9), four]);
    expect(svg.indexOf(">good<")).toBeLessThan(svg.indexOf(">crack<"));
  });

  test("escapes hostile class names and shortens long ones", () => {
    const hostile = '</svg><img src=x onerror="a()">&';
    const svg = classStrip([{ className: hostile, label: 1, score: 1 }], 0.5);
    requireWellFormed(svg);
    expect(svg).not.toContain("<img");
    const long = classStrip([{ className: "a".repeat(40), label: 1, score: 1 }], 0.5);
    expect(long).toContain(`>${"a".repeat(25)}\u2026<`);
  });

  test("of no images is an empty chart", () => {
    requireWellFormed(classStrip([], 0.5));
    expect(classStrip([], 0.5)).not.toContain("NaN");
  });
});
