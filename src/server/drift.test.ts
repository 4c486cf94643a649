import { expect, test } from "vitest";
import { fakeDescription } from "../../test/support/fake-detector.ts";
import { Random } from "../base/random.ts";
import { driftOf } from "./drift.ts";

const { calibration } = fakeDescription; // scores 1/38 .. 19/38, threshold 0.5
const steady = (count: number): number[] => {
  const random = new Random(3);
  return Array.from({ length: count }, () => random.uniform() / 2);
};

test("a steady run raises no alarm, however many defects are in it", () => {
  const good = steady(400);
  const quiet = driftOf(fakeDescription, good);
  expect(quiet).toMatchObject({ verdicts: 400, isAlarm: false, falseAlarmRate: 0.01 });
  expect(quiet.curve.length).toBe(200);
  expect(quiet.curve.at(-1)).toBe(quiet.value);
  const defects = good.flatMap((score) => [score, calibration.threshold, 9]);
  expect(driftOf(fakeDescription, defects)).toEqual(quiet);
});

test("a run whose good parts score higher than they did raises one", () => {
  const drifted = [...steady(50), ...Array.from({ length: 100 }, () => 0.499)];
  expect(driftOf(fakeDescription, drifted).isAlarm).toBe(true);
  expect(driftOf(fakeDescription, [])).toMatchObject({ verdicts: 0, value: 1, isAlarm: false, curve: [] });
});
