import { expect, test } from "vitest";
import { conformalThreshold } from "../detectors/calibration.ts";
import { defectScores, goodScores, rateAbove } from "./threshold-scores.ts";

const verdict = (
  imageHash: string,
  anomalyScore: number,
  isAnomalous: boolean,
  truth: "good" | "defect" | null,
): Parameters<typeof goodScores>[2][number] => ({ imageHash, anomalyScore, isAnomalous, truth });

const verdicts = [
  verdict("a", 1, false, null),
  verdict("b", 2, false, "good"),
  verdict("b", 2, false, "good"),
  verdict("c", 5, true, "good"),
  verdict("d", 9, true, "defect"),
  verdict("e", 0.5, false, "defect"),
  verdict("f", 8, true, null),
];

test("good parts are the held-out ones, those marked as good, or those that passed too; a picture counts once", () => {
  expect(goodScores("heldOut", [3, 4], verdicts)).toEqual([3, 4]);
  expect(goodScores("confirmed", [3, 4], verdicts)).toEqual([2, 5]);
  expect(goodScores("passed", [3, 4], verdicts)).toEqual([1, 2, 5]);
  expect(defectScores(verdicts)).toEqual([9, 0.5]);
});

test("the rate above a threshold is the one that gives this threshold", () => {
  const scores = [4, 1, 3, 2, 7];
  for (const threshold of scores) {
    const rate = rateAbove(threshold, scores)!;
    expect(rate).toBeCloseTo((scores.filter((score) => score > threshold).length + 1) / 6, 12);
    expect(conformalThreshold(scores, rate === 1 ? 0.999 : rate).threshold).toBe(threshold);
  }
  expect(rateAbove(1, [])).toBeNull();
});
