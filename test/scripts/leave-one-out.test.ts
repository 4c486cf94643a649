import { expect, test } from "vitest";
import { leaveOneOut, type VariantFigure } from "../../bench/leave-one-out.ts";

function figures(bySet: Readonly<Record<string, Readonly<Record<string, number>>>>): VariantFigure[] {
  return Object.entries(bySet).flatMap(([set, values]) =>
    Object.entries(values).map(([variant, value]) => ({ set, variant, value })),
  );
}

test("a variant that wins by one set alone is not chosen where that set is left out", () => {
  const rows = figures({
    wood: { today: 0.8, new: 0.9 },
    pill: { today: 0.95, new: 0.94 },
    tile: { today: 0.97, new: 0.96 },
  });
  expect(leaveOneOut(rows, "today")).toEqual([
    { set: "wood", chosen: "today", value: 0.8, reference: 0.8 },
    { set: "pill", chosen: "new", value: 0.94, reference: 0.95 },
    { set: "tile", chosen: "new", value: 0.96, reference: 0.97 },
  ]);
});

test("seeds of a set count as one figure, however many there are", () => {
  const rows = [
    ...figures({ wood: { today: 0.8, new: 0.7 }, pill: { today: 0.5, new: 0.55 } }),
    { set: "wood", variant: "new", value: 0.94 },
  ];
  expect(leaveOneOut(rows, "today").map(({ chosen }) => chosen)).toEqual(["new", "new"]);
  expect(leaveOneOut(rows, "today")[0]?.value).toBeCloseTo(0.82, 12);
});

test("one set leaves nothing to choose on", () => {
  expect(leaveOneOut(figures({ wood: { today: 0.8 } }), "today")).toEqual([]);
});
