/** Cells of a benchmark and their results, made up. */
import type { BenchmarkSet, Cell, CellOutcome, CellResult } from "../../src/benchmark/index.ts";

/** A set of this name. */
export function benchmarkSet(name: string): BenchmarkSet {
  return {
    name,
    path: `data/${name}`,
    contentHash: `hash of ${name}`,
    trainImages: 12,
    goodImages: 3,
    defectiveImages: 6,
    hasMasks: true,
  };
}

/** A cell; its key names it. */
export function cellOf(set: string, label: string, seed: number, options: object = {}): Cell {
  const method = { label, options: { method: label, ...options } };
  return { set: benchmarkSet(set), method, seed, key: `${set}/${label}/${seed}` };
}

const heatMap = "data:image/png;base64,iVBORw0KGgo=";

/** A result with this image AUROC; other accuracies are half of it, other costs their place in the list. */
export function resultOf(imageAuroc: number | null): CellResult {
  const half = imageAuroc === null ? null : imageAuroc / 2;
  return {
    format: 1,
    figures: {
      imageAuroc,
      imageAveragePrecision: half,
      f1: half,
      f1Max: half,
      trivialF1: 0.8,
      accuracy: half,
      precision: half,
      recall: half,
      pixelAuroc: null,
      pixelAveragePrecision: null,
      aupro: null,
      aupimo: null,
      trainingMinutes: 2,
      networkCalls: 1,
      millisecondsP50: 20,
      millisecondsP99: 50,
      trainingMemoryMb: 500,
      scoringMemoryMb: 200,
      modelMb: 12,
    },
    facts: {
      method: "radar",
      scoring: "combined",
      imageSizePx: 32,
      parameters: 1000,
      steps: 3,
      falseAlarmRate: 0.1,
      reusedMinutes: 0,
      skipped: 0,
    },
    pictures: [
      { path: "test/good/1.png", className: "good", label: 0, score: 0.25, isAnomalous: false, heatMap },
    ],
  };
}

/** A finished cell. */
export function finished(cell: Cell, imageAuroc: number | null): CellOutcome {
  return { cell, result: resultOf(imageAuroc), isCached: false };
}
