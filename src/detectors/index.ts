/** Detectors: model files and their life, whatever the method that learned them. */

export {
  fitIsolationForest,
  type IsolationForest,
  type IsolationForestOptions,
  isolationForestScores,
} from "../estimators/isolation-forest.ts";
export type { IsolationTree } from "../estimators/isolation-tree.ts";
export type { PartModel, Pose } from "../features/part-frame.ts";
export type { LocatedPart } from "../features/part-pose.ts";
export { type TileGrid, tileCount } from "../features/tiles.ts";
export {
  type Backend,
  type Device,
  devices,
  type Feeds,
  type LoadOptions,
  type Session,
} from "../runtime/backend.ts";
export type { FilledArea } from "./area-graph.ts";
export {
  type ConformalThreshold,
  conformalPValue,
  conformalThreshold,
  contaminationThreshold,
} from "./calibration.ts";
export { type DetectorDescription, descriptionKey, detectorDescriptionSchema } from "./description.ts";
export type { Detection, DetectOneOptions, DetectOptions, Detector } from "./detector.ts";
export type { FittedDetector } from "./fit.ts";
export { goldenKey } from "./golden.ts";
export {
  type GoodPictures,
  goodPictures,
  lookOf,
  type PictureLook,
  pictureWarnings,
} from "./good-pictures.ts";
export { type PartStudy, poseIn, searchSize, studyPart } from "./learn-part.ts";
export { checkModel, describeModel, loadDetector } from "./load-detector.ts";
export type { Look, Tiles } from "./look.ts";
export {
  areaAtSize,
  areaInFrame,
  checkRegion,
  drawnArea,
  type LookedArea,
  meanPicture,
  onlyArea,
  type Region,
  shareLooked,
} from "./looked-area.ts";
export type { AnomalyMaps, MapGroup, MapSource } from "./map-source.ts";
export { type PartFault, partFaults, partFaultTexts } from "./part-fault.ts";
export type { PartLimits } from "./part-limits.ts";
export {
  type Canvas,
  canvasOf,
  type FoundPart,
  imageInput,
  imagePlanes,
  type PartPictures,
  partPixels,
  resizePixels,
  rounded,
} from "./preprocess.ts";
export { checkQuantizable, type QuantizeOptions, quantizeDetector } from "./quantize-detector.ts";
export {
  type DisturbedScores,
  type GoodScores,
  measuringModel,
  type Recalibrated,
  type RecalibrateOptions,
  recalibrate,
} from "./recalibrate.ts";
export { stackPictures } from "./run-detector.ts";
export type { StageListener, StageProgress } from "./run-graph.ts";
export {
  checkRuntime,
  type Difference,
  type RuntimeCheck,
  verifyTolerance,
  verifyToleranceOf,
} from "./self-check.ts";
export { largestWholePixels, shrinkLarge, wholeSidePx } from "./shrink-picture.ts";
export { type SeenArea, seenArea } from "./tiled-area.ts";
