/** A detector's threshold in words: what `radar train` says of it, and its report. */
import { usualDisturbances } from "../data/index.ts";
import type { DetectorDescription } from "../detectors/index.ts";

/** Why a threshold is not that of the held-out images alone. */
export function raisedFor({ toleratedUnder }: DetectorDescription["calibration"]): string {
  const most = usualDisturbances.find(({ name }) => name === toleratedUnder);
  return most
    ? `raised for what it minds most of what cameras do: ${most.what}`
    : "raised for light, noise and what else cameras do";
}

/** Above which score an image is called defective, how many good ones that is, and whether it was raised for what cameras do. */
export function thresholdSentence({ calibration }: Pick<DetectorDescription, "calibration">): string {
  const { images, threshold, thresholdAsTheyAre, falseAlarmRate, rule } = calibration;
  const kept = rule === "conformal" ? "at most" : "by the method's own rule; about";
  const percent = Number((100 * falseAlarmRate).toPrecision(3));
  const said = `An image is called defective when its score exceeds ${Number(threshold.toPrecision(4))}: ${kept} ${percent} % of good images, by ${images} held-out ones.`;
  if (thresholdAsTheyAre === undefined) return said;
  return `${said} They alone gave ${Number(thresholdAsTheyAre.toPrecision(4))}; it is ${raisedFor(calibration)}.`;
}
