/** The figures of whole images, null where the test set cannot give them. */
import { confusionAt } from "../metrics/confusion.ts";
import { averagePrecision, f1Max, trivialF1 } from "../metrics/precision-recall.ts";
import { auroc } from "../metrics/roc.ts";
import type { EvaluationMetrics, ReportImage } from "../report/report-input.ts";

/**
 * Figures of whole images from their scores, labels and decisions.
 *
 * What compares the two classes (AUROC, average precision, precision and every F1) is null unless both occur: with one
 * class alone it is undefined or 1 whatever the detector does. Recall needs a defective image, accuracy any image.
 * Precision and F1 are 0 where nothing is flagged.
 *
 * @param results - Scored images; their `isAnomalous` is taken as it is, scores must not be NaN.
 * @throws {DataError} E_DATA if a score is NaN or a label neither 0 nor 1.
 */
export function imageFigures(results: readonly ReportImage[]): EvaluationMetrics["image"] {
  const scores = results.map((result) => result.score);
  const labels = results.map((result) => result.label);
  const decisions = results.map((result) => (result.isAnomalous ? 1 : 0));
  const confusion = confusionAt(decisions, labels, 0);
  const hasDefective = labels.includes(1);
  const hasBoth = hasDefective && labels.includes(0);
  return {
    auroc: hasBoth ? auroc(scores, labels) : null,
    averagePrecision: hasBoth ? averagePrecision(scores, labels) : null,
    f1: hasBoth ? confusion.f1 : null,
    f1Max: hasBoth ? f1Max(scores, labels).f1 : null,
    accuracy: results.length > 0 ? confusion.accuracy : null,
    precision: hasBoth ? confusion.precision : null,
    recall: hasDefective ? confusion.recall : null,
    trivialF1: hasBoth ? trivialF1(labels) : null,
  };
}
