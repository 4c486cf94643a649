import { describe, expect, test } from "vitest";
import { goodScores } from "./calibration.ts";
import type { JudgedScore } from "./history/history.ts";

let pictures = 0;

function verdicts(
  count: number,
  of: { readonly anomalyScore: number; readonly truth: JudgedScore["truth"] },
): JudgedScore[] {
  return Array.from({ length: count }, () => ({
    imageHash: `${pictures++}`,
    isAnomalous: of.anomalyScore > 1,
    ...of,
  }));
}

const passed = (count: number, truth: JudgedScore["truth"]) => verdicts(count, { anomalyScore: 0.5, truth });
const alarms = (count: number, truth: JudgedScore["truth"]) => verdicts(count, { anomalyScore: 2, truth });

describe("good parts of the history", () => {
  test("are those that were confirmed, each picture once and with its last score", () => {
    const [first] = passed(1, "good");
    const again = { ...first!, anomalyScore: 0.7 };
    const all = [first!, ...passed(3, "good"), ...passed(4, null), ...passed(1, "defect"), again];
    expect(goodScores(all, "leave").toSorted()).toEqual([0.5, 0.5, 0.5, 0.7]);
    expect(goodScores([], "leave")).toEqual([]);
  });

  test("are refused where alarms were judged and other parts hardly were: the threshold would be one for alarms", () => {
    const fair = [...alarms(2, "good"), ...passed(50, "good"), ...passed(50, null)];
    expect(goodScores(fair, "leave").length).toBe(52);
    for (const all of [
      alarms(30, "good"),
      [...alarms(30, "good"), ...passed(100, null)],
      [...alarms(2, "good"), ...passed(49, "good"), ...passed(51, null)],
    ]) {
      expect(() => goodScores(all, "leave")).toThrow(expect.objectContaining({ code: "E_CONFLICT" }));
    }
  });

  test("are those that passed too, where every alarm was judged and it is asked for", () => {
    const all = [...alarms(2, "good"), ...alarms(3, "defect"), ...passed(40, null), ...passed(1, "defect")];
    expect(goodScores(all, "good").length).toBe(42);
    expect(() => goodScores([...all, ...alarms(1, null)], "good")).toThrow("got 1 of 6");
  });
});
