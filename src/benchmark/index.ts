/** Benchmarks: methods compared on data sets. Pure orchestration; what trains and measures comes as arguments. */
export { type CellPicture, type CellResult, cellResultSchema } from "./cell-result.ts";
export { type BenchmarkDocument, parseBenchmark } from "./document.ts";
export { chooseExamples, type ExamplePhoto } from "./examples.ts";
export { figureNames, figureStyles, figuresOf } from "./figures.ts";
export { figureText, markdownTable, shortColumns } from "./markdown.ts";
export { type BenchmarkSet, type Cell, cellName, type MethodEntry, planCells } from "./plan.ts";
export { renderBenchmarkReport } from "./report.ts";
export {
  type BenchmarkProgress,
  type CellOutcome,
  runCells,
} from "./run-cells.ts";
export { failuresOf, methodTitle, rowsOf } from "./summary.ts";
