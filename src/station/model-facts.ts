/** The figures of a model that tell what may be expected of it. */
import type { DetectorDescription } from "../detectors/description.ts";
import type { Fact } from "../ui/facts.tsx";
import { short } from "../ui/short.ts";
import { texts } from "../ui/texts.ts";

const words = texts.station.facts;

/** From its own description. */
export function factsOf(description: DetectorDescription): Fact[] {
  const { method, preset, imageSizePx, training, calibration, parameters, seed, software } = description;
  const { images, steps, finalLoss, skipped } = training;
  return [
    [words.method, `${method} (${preset})`],
    [words.imageSize, `${imageSizePx} px`],
    [words.learned, texts.teach.count(images)],
    [words.heldOut, texts.teach.count(calibration.images)],
    [words.threshold, short(calibration.threshold)],
    [
      calibration.rule === "conformal" ? words.falseAlarms : words.falseAlarmsSeen,
      `${short(100 * calibration.falseAlarmRate)} %`,
    ],
    ...(steps > 0 ? [[words.steps, String(steps)] as const] : []),
    ...(finalLoss === null ? [] : [[words.finalLoss, short(finalLoss)] as const]),
    ...(parameters > 0 ? [[words.parameters, parameters.toLocaleString()] as const] : []),
    ...(skipped > 0 ? [[words.skipped, texts.teach.count(skipped)] as const] : []),
    [words.seed, String(seed)],
    [words.software, `radar-ad ${software["radar-ad"] ?? "?"}`],
  ];
}
