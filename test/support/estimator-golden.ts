/** What scikit-learn makes of the same points as our estimators: test/golden/estimators.json. */
import { readFileSync } from "node:fs";

/** The file's contents; arrays are flat, point after point. */
export interface EstimatorGolden {
  readonly localOutlierFactor: {
    readonly neighbours: number;
    readonly train: readonly number[];
    readonly test: readonly number[];
    readonly trainFactors: readonly number[];
    readonly testFactors: readonly number[];
    readonly contamination: number;
    readonly contaminationThreshold: number;
  };
  readonly trees: {
    readonly dimensions: number;
    readonly train: readonly number[];
    readonly targets: readonly number[];
    readonly test: readonly number[];
    readonly testTargets: readonly number[];
    readonly smallestLeaf: number;
    readonly deepest: number;
    readonly forestDeepest: number;
    readonly shallow: number;
    readonly featureIndices: readonly number[];
    readonly thresholds: readonly number[];
    readonly left: readonly number[];
    readonly right: readonly number[];
    readonly values: readonly number[];
    readonly treeValues: readonly number[];
    /** Points drawn for each tree of a forest of depth `shallow` that splits on all features. */
    readonly samples: readonly (readonly number[])[];
    readonly forestValues: readonly number[];
    /** Squared error and mean prediction of forests of 40 trees, two features a split. */
    readonly usualErrors: readonly number[];
    readonly usualMeans: readonly number[];
  };
  readonly kMeans: {
    readonly dimensions: number;
    readonly points: readonly number[];
    readonly first: readonly number[];
    readonly centres: readonly number[];
    readonly bestInertia: number;
  };
}

/** Reads it. */
export function estimatorGolden(): EstimatorGolden {
  return JSON.parse(readFileSync(new URL("../golden/estimators.json", import.meta.url), "utf8"));
}
