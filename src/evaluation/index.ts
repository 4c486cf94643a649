/** Evaluation: figures, examples and the input of a report. Draws nothing and reads no file itself. */
export { mapScaleOf } from "./detector-map-scale.ts";
export { type DrawPicturesOptions, drawPictures } from "./draw-pictures.ts";
export { type EvaluateOptions, type Evaluation, evaluate } from "./evaluate.ts";
export { imageFigures } from "./image-figures.ts";
export type { EvaluationSource, LabelledImage } from "./labelled-image.ts";
export { defaultPixelSidePx, PixelFigures } from "./pixel-figures.ts";
export { plantedImages } from "./planted-images.ts";
export { type ReportOptions, reportInputOf } from "./report-of-evaluation.ts";
export { type StressOptions, stressPictures, stressTest } from "./stress.ts";
