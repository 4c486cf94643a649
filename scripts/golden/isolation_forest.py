"""Golden values for src/estimators/isolation-forest.ts from scikit-learn's IsolationForest on seeded 2-D data.

Run from the repository root: python3 scripts/golden/isolation_forest.py
"""
import datetime
import json
import platform

import numpy
import sklearn
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score

SEED = 20250818
OUTPUT = "test/golden/isolation_forest.json"
CONTAMINATION = 0.1
MEAN_FORESTS = 30


def draw_points(rng):
    """400 training points on a bent band; a test set of 150 like them and 50 spread over the square around."""

    def band(count):
        x = rng.uniform(-2, 2, count)
        return numpy.stack([x, 0.5 * x**2 + rng.normal(0, 0.25, count)], axis=1)

    train = band(400)
    test = numpy.concatenate([band(150), rng.uniform([-4, -3], [4, 5], (50, 2))])
    labels = numpy.concatenate([numpy.zeros(150, int), numpy.ones(50, int)])
    return train.astype(numpy.float32), test.astype(numpy.float32), labels


def floor_float32(thresholds):
    """Largest float32 not above each threshold: for float32 points, x <= threshold stays the same decision."""
    rounded = thresholds.astype(numpy.float32)
    return numpy.where(rounded > thresholds, numpy.nextafter(rounded, numpy.float32(-numpy.inf)), rounded)


def describe_tree(tree):
    is_leaf = tree.children_left < 0
    return {
        "featureIndices": numpy.where(is_leaf, -1, tree.feature).tolist(),
        "thresholds": numpy.where(is_leaf, 0, floor_float32(tree.threshold)).astype(float).tolist(),
        "left": tree.children_left.tolist(),
        "right": tree.children_right.tolist(),
        "sampleCounts": tree.n_node_samples.tolist(),
    }


def main():
    train, test, labels = draw_points(numpy.random.default_rng(SEED))
    small = IsolationForest(n_estimators=20, max_samples=64, contamination=CONTAMINATION, random_state=SEED).fit(train)
    defaults = [IsolationForest(random_state=seed).fit(train) for seed in range(MEAN_FORESTS)]
    default_scores = [-forest.score_samples(test) for forest in defaults]
    golden = {
        "generator": "scripts/golden/isolation_forest.py",
        "command": "python3 scripts/golden/isolation_forest.py",
        "versions": {
            "python": platform.python_version(),
            "numpy": numpy.__version__,
            "sklearn": sklearn.__version__,
        },
        "seed": SEED,
        "date": datetime.date.today().isoformat(),
        "train": train.ravel().astype(float).tolist(),
        "test": test.ravel().astype(float).tolist(),
        "labels": labels.tolist(),
        "forest": {
            "dimensions": 2,
            "sampleSize": 64,
            "trees": [describe_tree(estimator.tree_) for estimator in small.estimators_],
        },
        "forestScores": (-small.score_samples(test)).tolist(),
        "forestTrainScores": (-small.score_samples(train)).tolist(),
        "contamination": CONTAMINATION,
        "contaminationThreshold": float(-small.offset_),
        "defaultScores": default_scores[0].tolist(),
        "defaultAuroc": float(roc_auc_score(labels, default_scores[0])),
        "meanForests": MEAN_FORESTS,
        "meanDefaultScores": numpy.mean(default_scores, axis=0).tolist(),
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in golden.items()]
    with open(OUTPUT, "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


main()
