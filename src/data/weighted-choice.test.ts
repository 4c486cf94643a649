import { expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { weightedChoice } from "./weighted-choice.ts";

const kinds = [
  { share: 0.5, name: "a" },
  { share: 0.3, name: "b" },
  { share: 0.2, name: "c" },
];

test("each kind is drawn as often as its share says, with one number a draw", () => {
  const random = new Random(6);
  const draws = Array.from({ length: 10_000 }, () => weightedChoice(kinds, random).name);
  for (const { share, name } of kinds) {
    const frequency = draws.filter((draw) => draw === name).length / draws.length;
    expect(Math.abs(frequency - share)).toBeLessThan(0.02); // four standard deviations
  }
  const [one, other] = [new Random(1), new Random(1)];
  weightedChoice(kinds, one);
  other.uniform();
  expect(one.state()).toEqual(other.state());
});

test("what rounding leaves over goes to the first", () => {
  expect(weightedChoice([{ share: 0 }, { share: 0 }], new Random(0))).toEqual({ share: 0 });
});
