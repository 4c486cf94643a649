/** Whether the parts still score as those did that the threshold was set with. */
import { Random } from "../base/random.ts";
import type { DetectorDescription } from "../detectors/index.ts";
import { ConformalMartingale } from "../metrics/index.ts";
import type { Drift } from "./protocol.ts";

/** Chance that a steady run raises an alarm at any time (ours). */
const falseAlarmRate = 0.01;

/** Values of the curve that are told at most. */
const curvePoints = 200;

/**
 * Compares a run of scores with the held-out scores of a model.
 *
 * What is called anomalous does not count, on either side: a defect is no drift. Below the threshold, held-out scores and those of
 * further good parts are exchangeable, given the threshold, so that the stated rate holds whatever its rule.
 *
 * @param scores - In the order in which they came.
 */
export function driftOf({ calibration }: DetectorDescription, scores: readonly number[]): Drift {
  const isGood = (score: number): boolean => score < calibration.threshold;
  const good = scores.filter(isGood);
  const martingale = new ConformalMartingale(calibration.scores.filter(isGood), new Random(0));
  const step = Math.max(1, Math.ceil(good.length / curvePoints));
  const curve: number[] = [];
  for (const [i, score] of good.entries()) {
    martingale.add(score);
    if ((i + 1) % step === 0) curve.push(martingale.value);
  }
  const { value, largest } = martingale;
  return {
    verdicts: good.length,
    value,
    largest,
    isAlarm: largest > 1 / falseAlarmRate,
    falseAlarmRate,
    curve,
  };
}
