import { describe, expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { conformalThreshold } from "./calibration.ts";
import { oddScores } from "./odd-scores.ts";

const usual = [0.3, 0.5, 0.2, 0.7, 0.4, 0.6, 0.35, 0.45, 0.72, 0.54, 0.25]; // median 0.45 of these, 0.5 with one more above

describe("of few scores", () => {
  test("one more than three times as far above the median as the next is odd", () => {
    expect(oddScores([...usual, 2.6], "auto")).toEqual([11]);
    expect(oddScores([2.6, ...usual], "auto")).toEqual([0]);
    expect(oddScores([...usual, 0.5 + 3.05 * 0.22], "auto")).toEqual([11]);
    expect(oddScores([...usual, 0.5 + 2.95 * 0.22], "auto")).toEqual([]);
  });

  test("two that stand apart together are odd where they are a tenth of all, else none is; scores that are all the same are not", () => {
    expect(oddScores([...usual, 2.6, 2.5], "auto")).toEqual([]);
    expect(oddScores([2.6, ...usual, 2.5, ...usual], "auto")).toEqual([0, 12]);
    expect(oddScores(new Array<number>(12).fill(1), "auto")).toEqual([]);
  });

  test("fewer than ten say nothing, and the others have to support the rate", () => {
    expect(oddScores([...usual.slice(0, 8), 9], "auto")).toEqual([]);
    expect(oddScores([...usual, 2.6], 0.1)).toEqual([11]); // 11 scores are left: 1/12 <= 0.1
    expect(oddScores([...usual, 2.6], 0.08)).toEqual([]); // they do not support 0.08
  });
});

describe("of thirty scores and more", () => {
  const many = Array.from({ length: 41 }, (_, i) => i / 40); // median 0.5 of these; the upper quartile is 0.25 above it

  test("those more than eight times as far above the median as the upper quartile are odd, however many they are", () => {
    const [median, quartile] = [21 / 40, 32 / 40]; // of these and two more above
    const limit = median + 8 * (quartile - median);
    expect(oddScores([limit + 0.01, ...many, limit + 0.02], "auto")).toEqual([0, 42]);
    expect(oddScores([limit + 0.01, ...many, limit - 0.01], "auto")).toEqual([0]);
    expect(oddScores(many, "auto")).toEqual([]);
    const eight = Array.from({ length: 8 }, (_, i) => 30 + i);
    expect(oddScores([...eight, ...many], "auto")).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test("thirty are many, twenty-nine few", () => {
    const scores = (count: number) => [...Array.from({ length: count - 2 }, (_, i) => i / (count - 3)), 5, 9]; // 9: beyond eight quartiles, and less than twice the next
    expect(oddScores(scores(30), "auto")).toEqual([28, 29]);
    expect(oddScores(scores(29), "auto")).toEqual([27, 28]);
    expect(oddScores([...scores(30).slice(0, 28), 1.9, 3], "auto")).toEqual([29]);
    expect(oddScores([...scores(29).slice(0, 27), 1.9, 3], "auto")).toEqual([]);
  });

  test("no more than the rate can do without, the highest of them; a quarter like the median says nothing", () => {
    expect(oddScores([30, ...many, 31], 1 / 43)).toEqual([42]); // 42 scores are left: 1/43
    expect(oddScores([30, ...many, 31], 1 / 44)).toEqual([]);
    expect(oddScores([...new Array<number>(40).fill(1), 2], "auto")).toEqual([]);
  });

  test.each([
    [30, 0.01],
    [79, 0.005],
  ])(
    "%d are hardly ever odd where they come from one distribution with an exponential tail, and the rate holds",
    (count, most) => {
      const random = new Random(8);
      const exponential = () => -Math.log(1 - random.uniform());
      let [odd, rate] = [0, 0];
      const samples = 400;
      for (let i = 0; i < samples; i++) {
        const scores = Array.from({ length: count }, exponential);
        const left = oddScores(scores, "auto");
        odd += left.length / (count * samples);
        const kept = scores.filter((_, place) => !left.includes(place));
        rate += Math.exp(-conformalThreshold(kept, "auto").threshold) / samples;
      }
      expect(odd).toBeLessThan(most);
      expect(rate).toBeLessThan(0.055);
    },
  );
});
