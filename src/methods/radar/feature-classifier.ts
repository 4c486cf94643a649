/** One-class classifiers of the few features of a picture that the paper's scoring decides with. */
import type { Random } from "../../base/random.ts";
import { fitIsolationForest, isolationForestScores } from "../../estimators/isolation-forest.ts";
import { forestScore } from "../../estimators/isolation-forest-encoding.ts";
import { fitLocalOutlierFactor, localOutlierScore } from "../../estimators/local-outlier-factor.ts";
import { constant, mul, reduceMax, sub, type Tensor } from "../../graph/index.ts";

/** Names of all classifiers: the paper's Isolation Forest, the talk's Local Outlier Factor, and ours. */
export const classifierNames = ["forest", "lof", "higher"] as const;

/** One of {@link classifierNames}. */
export type ClassifierName = (typeof classifierNames)[number];

/** A classifier that knows good pictures. */
export interface FittedClassifier {
  /** Scores of the pictures it learned from, float64 [N]. */
  readonly learnedScores: Float64Array;
  /** Score of pictures by their features, float32 [M, D] to [M, 1]; higher is more anomalous. */
  readonly score: (features: Tensor) => Tensor;
}

/** Learns from good pictures' features, float64 [N * dimensions]; N >= 2. */
type FitClassifier = (
  features: Float64Array,
  options: { readonly dimensions: number; readonly random: Random },
) => FittedClassifier;

/** All classifiers by name. */
export const classifiers: Readonly<Record<ClassifierName, FitClassifier>> = {
  /** 100 trees, 256 points: Liu et al. 2008. Two-sided: what is calmer than usual is strange too. */
  forest: (features, { dimensions, random }) => {
    const forest = fitIsolationForest(features, dimensions, { random });
    return {
      learnedScores: isolationForestScores(forest, features),
      score: (points) => forestScore(points, forest),
    };
  },
  /** 20 neighbours: scikit-learn's default. Two-sided as well. */
  lof: (features, { dimensions }) => {
    const lof = fitLocalOutlierFactor(features, dimensions);
    return { learnedScores: lof.factors, score: (points) => localOutlierScore(points, lof) };
  },
  higher: (features, { dimensions }) => fitHigher(features, dimensions),
};

/** Higher is more anomalous (ours): the largest of the features, each in standard deviations above its mean on good pictures. */
function fitHigher(features: Float64Array, dimensions: number): FittedClassifier {
  const count = features.length / dimensions;
  const columns = Array.from({ length: dimensions }, (_, i) =>
    features.filter((_, place) => place % dimensions === i),
  );
  const means = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / count);
  const scales = columns.map((column, i) => {
    const variance = column.reduce((sum, value) => sum + (value - (means[i] ?? 0)) ** 2, 0) / count;
    return 1 / Math.max(Math.sqrt(variance), 1e-12);
  });
  const row = (values: readonly number[]) =>
    constant({ dtype: "float32", shape: [1, dimensions], data: Float32Array.from(values) });
  return {
    learnedScores: Float64Array.from({ length: count }, (_, picture) =>
      Math.max(...columns.map((column, i) => ((column[picture] ?? 0) - (means[i] ?? 0)) * (scales[i] ?? 0))),
    ),
    score: (points) => reduceMax(mul(sub(points, row(means)), row(scales)), { axes: [1] }),
  };
}
