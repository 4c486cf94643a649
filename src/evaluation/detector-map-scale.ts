/** The scale that heat maps of a detector are drawn on. */
import { checkDetector, type Detector } from "../detectors/detector.ts";
import type { MapScale } from "../report/report-input.ts";

/** The absolute scale of a detector's heat maps, and the score above which a pixel is marked. */
export function mapScaleOf(detector: Pick<Detector, "description">): MapScale {
  checkDetector("detector", detector);
  const { mapMaximum, pixelThreshold } = detector.description.calibration;
  return { maximum: mapMaximum, threshold: pixelThreshold };
}
