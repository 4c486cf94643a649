/** Reports: pictures of anomaly maps and the one-file HTML page of an evaluation. */
export type { PrPoints, RocPoints } from "./charts.ts";
export { type ClassSummary, classSummaries, type FlaggedCount, wilsonInterval } from "./class-summary.ts";
export { colorAt, colorTable, cssGradient, type Rgb } from "./color-map.ts";
export { renderEvaluationReport } from "./evaluation-report.ts";
export type { Figure } from "./format.ts";
export {
  type HeatMapOptions,
  heatMap,
  maskOutline,
  type OverlayOptions,
  overlay,
  sideBySide,
} from "./overlay.ts";
export { type PictureOptions, type PictureSource, reportPicture } from "./picture.ts";
export { choosePictures, type PictureChoice } from "./picture-choice.ts";
export type {
  EvaluationMetrics,
  EvaluationReportInput,
  MapScale,
  ReportImage,
  ReportPanel,
  ReportPicture,
  ReportPictures,
  StressFigures,
  StressPicture,
  StressReport,
} from "./report-input.ts";
export { fitWithin, resizeImage, resizeMap, resizeMask } from "./resample.ts";
export { type Headline, type Verdict, verdictOf } from "./verdict.ts";
