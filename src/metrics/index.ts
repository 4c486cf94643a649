/** Metrics of anomaly detection: pure functions of number arrays. */

export { ConformalMartingale } from "./conformal-martingale.ts";
export { type Confusion, confusionAt } from "./confusion.ts";
export { type ConnectedComponents, connectedComponents } from "./connected-components.ts";
export { type AupimoOptions, aupimo } from "./per-image-overlap.ts";
export { PixelAccumulator, type PixelMetrics } from "./pixel.ts";
export type { ScoredMap } from "./pixel-ranking.ts";
export {
  averagePrecision,
  type F1Max,
  f1Max,
  type PrCurve,
  prCurve,
  trivialF1,
} from "./precision-recall.ts";
export { type AuproOptions, aupro, type RegionOverlapCurve, regionOverlapCurve } from "./region-overlap.ts";
export { type MapRegion, type PicturePoint, regions } from "./regions.ts";
export { auroc, type RocCurve, rocCurve } from "./roc.ts";
