/** Rendered surfaces with planted defects: a data set without a camera, and never passed off as photographs. */
export { type RenderDatasetOptions, type RenderedEntry, renderDataset } from "./render-dataset.ts";
export { type RenderedSurface, renderSurface, type SurfaceOptions } from "./render-surface.ts";
export {
  type DefectName,
  defectNames,
  type FilamentName,
  type FinishName,
  filamentNames,
  finishNames,
  type LookName,
  lookNames,
  type MachinedDefect,
  machinedDefects,
  type PrintDefect,
  printDefects,
  type SurfaceKind,
} from "./surface-kinds.ts";
