/** Verdicts as they leave the station. */
import { z } from "zod";
import type { ErrorCode } from "../../base/errors.ts";
import type { OutboxTable, VerdictTable } from "../history/database.ts";
import type { OutletName } from "./outlet.ts";

/** A picture that could not be scored. */
export interface FailedVerdict extends Pick<VerdictTable, "id" | "time" | "detector" | "imageName"> {
  readonly error: { readonly code: ErrorCode; readonly message: string };
}

/** A message for each outlet. */
export function messagesOf(
  verdict: VerdictTable | FailedVerdict,
  outlets: readonly OutletName[],
): OutboxTable[] {
  const { id, time, detector } = verdict;
  const payload = JSON.stringify("error" in verdict ? verdict : told(verdict));
  return outlets.map((outlet) => ({ outlet, id, detector, payload, time, notBefore: time, refusals: 0 }));
}

function told({ truth: _t, note: _n, pictureBytes: _p, isAnomalous, warnings, ...verdict }: VerdictTable) {
  return {
    ...verdict,
    isAnomalous: isAnomalous !== 0,
    warnings: z.array(z.string()).parse(JSON.parse(warnings)),
  };
}
