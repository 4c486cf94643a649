/** The result of an evaluation in plain sentences. */
import { type FlaggedCount, flaggedCount, wilsonInterval } from "./class-summary.ts";
import { formatCount, formatMetric, formatPercent, formatScore } from "./format.ts";
import type { EvaluationReportInput } from "./report-input.ts";

/** One headline number: so many of so many. */
export interface Headline {
  /** Which kind of images is counted. */
  readonly kind: "found" | "rejected";
  /** How many were flagged, of how many. */
  readonly counts: FlaggedCount;
  /** What that is, e.g. "defective images found". */
  readonly text: string;
  /** What the count allows to say about the rate. */
  readonly detail: string;
}

/** The verdict: up to two headlines, a sentence and warnings. */
export interface Verdict {
  /** Defects found, good parts rejected; a kind that the test set lacks is left out. */
  readonly headlines: readonly Headline[];
  /** One sentence with all of it, as one would say it. */
  readonly sentence: string;
  /** What the reader must know before trusting the figures. */
  readonly warnings: readonly string[];
}

const fewImages = 30; // below this a count says little about a rate (ours)

/** The verdict on an evaluation at its threshold. */
export function verdictOf(input: EvaluationReportInput): Verdict {
  const good = flaggedCount(input.images, 0);
  const defective = flaggedCount(input.images, 1);
  const headlines: Headline[] = [];
  const clauses: string[] = [];
  if (defective.count > 0) {
    headlines.push(headline("found", defective, "defective images found"));
    clauses.push(
      `${defective.flagged} of ${formatCount(defective.count, "defective image")} ${wasFound(defective)}`,
    );
  }
  if (good.count > 0) {
    headlines.push(headline("rejected", good, "good images rejected"));
    clauses.push(`${good.flagged} of ${formatCount(good.count, "good image")} ${wasRejected(good)}`);
  }
  const at = `At the threshold ${formatScore(input.metrics.threshold)}`;
  const sentence = clauses.length > 0 ? `${at}, ${clauses.join(", and ")}.` : "No image was scored.";
  return { headlines, sentence, warnings: warningsOf(input, good, defective) };
}

function headline(kind: Headline["kind"], counts: FlaggedCount, text: string): Headline {
  const [low, high] = wilsonInterval(counts.flagged, counts.count);
  const detail = `${formatPercent(counts.flagged / counts.count)}; 95\u00a0% interval ${formatPercent(low)} to ${formatPercent(high)}`;
  return { kind, counts, text, detail };
}

function wasFound(counts: FlaggedCount): string {
  return counts.flagged === 1 ? "was found" : "were found";
}

function wasRejected(counts: FlaggedCount): string {
  return counts.flagged === 1 ? "was rejected" : "were rejected";
}

function warningsOf(input: EvaluationReportInput, good: FlaggedCount, defective: FlaggedCount): string[] {
  const { f1, trivialF1 } = input.metrics.image;
  const warnings: string[] = [];
  if (defective.count === 0) {
    warnings.push(
      "The test set has no defective images. Only false alarms can be measured; nothing here says whether defects are found.",
    );
  }
  if (good.count === 0) {
    warnings.push(
      "The test set has no good images. False alarms cannot be measured, and a detector that flags everything would look perfect.",
    );
  } else if (good.count < fewImages) {
    warnings.push(
      `With only ${formatCount(good.count, "good image")} in the test set the false-alarm rate is known only roughly: see its interval.`,
    );
  }
  if (typeof f1 === "number" && typeof trivialF1 === "number" && f1 <= trivialF1) {
    warnings.push(
      `F1 at the threshold (${formatMetric(f1)}) is not above that of calling every image defective (${formatMetric(trivialF1)}).`,
    );
  }
  const rate = input.falseAlarmRate;
  if (rate !== null && good.count > 0 && wilsonInterval(good.flagged, good.count)[0] > rate) {
    warnings.push(
      `${formatPercent(good.flagged / good.count)} of the good images are rejected, more than chance explains at the ${formatPercent(rate)} the threshold was set for. The test images probably differ from those it was calibrated on.`,
    );
  }
  if (input.skipped.length > 0) {
    warnings.push(
      input.skipped.length === 1
        ? "One file could not be scored and counts nowhere; it is listed below."
        : `${input.skipped.length} files could not be scored and count nowhere; they are listed below.`,
    );
  }
  return warnings;
}
