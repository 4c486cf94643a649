/** What is told of a detector. */
import type { DetectorInfo } from "./protocol.ts";
import type { ServedModel } from "./served-model.ts";

/** A detector as lists show it. */
export function detectorOf({ name, active, problem, isInUse }: ServedModel): DetectorInfo {
  const calibration = active?.description.calibration;
  return {
    name,
    state: stateOf({ isActive: active !== undefined, isInUse, isBroken: problem !== null }),
    version: active?.version ?? null,
    problem: problem?.message ?? null,
    method: active?.description.method ?? null,
    imageSizePx: active?.description.imageSizePx ?? null,
    threshold: calibration?.threshold ?? null,
    falseAlarmRate: calibration?.falseAlarmRate ?? null,
  };
}

function stateOf(of: {
  readonly isActive: boolean;
  readonly isInUse: boolean;
  readonly isBroken: boolean;
}): DetectorInfo["state"] {
  if (of.isActive) return "ready";
  if (of.isBroken) return "failed";
  return of.isInUse ? "loading" : "inactive";
}
