"""Golden values for src/estimators from scikit-learn: local outlier factor, regression tree, random forest, k-means.

Run from the repository root: python3 scripts/golden/estimators.py
"""
import datetime
import json
import platform

import numpy
import sklearn
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestRegressor
from sklearn.ensemble._forest import _generate_sample_indices
from sklearn.neighbors import LocalOutlierFactor
from sklearn.tree import DecisionTreeRegressor

SEED = 20250820
OUTPUT = "test/golden/estimators.json"
NEIGHBOURS, CONTAMINATION = 7, 0.1
SMALLEST_LEAF, DEEPEST, FOREST_DEEPEST, SHALLOW, TREES = 4, 5, 4, 2, 6
CLUSTERS, SEEDS = 4, 20


def flat(values):
    return numpy.asarray(values, dtype=float).ravel().tolist()


def local_outlier_factor(rng):
    """Two clouds of different density, and points in, between and far from them."""
    train = numpy.concatenate([rng.normal(0, 0.3, (40, 2)), rng.normal(4, 1.2, (40, 2))]).astype(numpy.float32)
    test = numpy.concatenate([rng.normal(0, 0.3, (10, 2)), rng.uniform(-3, 8, (30, 2))]).astype(numpy.float32)
    lof = LocalOutlierFactor(n_neighbors=NEIGHBOURS, novelty=True, contamination=CONTAMINATION).fit(train)
    return {
        "neighbours": NEIGHBOURS,
        "train": flat(train),
        "test": flat(test),
        "trainFactors": flat(-lof.negative_outlier_factor_),
        "testFactors": flat(-lof.score_samples(test)),
        "contamination": CONTAMINATION,
        "contaminationThreshold": float(-lof.offset_),
    }


def trees(rng):
    """A bent surface over five features, two of them of no use, with noise.

    Forests are limited by depth: of small leaves, scikit-learn counts points drawn twice once, and draws among equal splits.
    """

    def surface(count):
        x = rng.uniform(-1, 1, (count, 5)).astype(numpy.float32)
        return x, numpy.sin(3 * x[:, 0]) + x[:, 1] * x[:, 2] + rng.normal(0, 0.1, count)

    (train, targets), (test, test_targets) = surface(300), surface(80)
    tree = DecisionTreeRegressor(min_samples_leaf=SMALLEST_LEAF, max_depth=DEEPEST, random_state=0).fit(train, targets)
    is_leaf = tree.tree_.children_left < 0
    forest = RandomForestRegressor(
        n_estimators=TREES, max_depth=SHALLOW, max_features=1.0, random_state=SEED
    ).fit(train, targets)
    usual = [
        RandomForestRegressor(n_estimators=40, max_depth=FOREST_DEEPEST, max_features=2, random_state=seed)
        .fit(train, targets)
        .predict(test)
        for seed in range(SEEDS)
    ]
    return {
        "dimensions": 5,
        "train": flat(train),
        "targets": flat(targets),
        "test": flat(test),
        "testTargets": flat(test_targets),
        "smallestLeaf": SMALLEST_LEAF,
        "deepest": DEEPEST,
        "forestDeepest": FOREST_DEEPEST,
        "shallow": SHALLOW,
        "featureIndices": numpy.where(is_leaf, -1, tree.tree_.feature).tolist(),
        "thresholds": flat(numpy.where(is_leaf, 0, tree.tree_.threshold)),
        "left": tree.tree_.children_left.tolist(),
        "right": tree.tree_.children_right.tolist(),
        "values": flat(tree.tree_.value),
        "treeValues": flat(tree.predict(test)),
        "samples": [_generate_sample_indices(each.random_state, 300, 300).tolist() for each in forest.estimators_],
        "forestValues": flat(forest.predict(test)),
        "usualErrors": [float(numpy.mean((values - test_targets) ** 2)) for values in usual],
        "usualMeans": flat(numpy.mean(usual, axis=0)),
    }


def k_means(rng):
    """Three overlapping clouds in three features, from four given first centres."""
    points = numpy.concatenate([rng.normal(m, 1, (60, 3)) for m in (0, 2, 5)]).astype(numpy.float32)
    first = points[rng.permutation(len(points))[:CLUSTERS]]
    found = KMeans(CLUSTERS, init=first.astype(float), n_init=1, tol=0, algorithm="lloyd").fit(points.astype(float))
    best = KMeans(3, n_init=20, random_state=0).fit(points.astype(float))
    return {
        "dimensions": 3,
        "points": flat(points),
        "first": flat(first),
        "centres": flat(found.cluster_centers_),
        "bestInertia": float(best.inertia_),
    }


def main():
    rng = numpy.random.default_rng(SEED)
    golden = {
        "generator": "scripts/golden/estimators.py",
        "command": "python3 scripts/golden/estimators.py",
        "versions": {
            "python": platform.python_version(),
            "numpy": numpy.__version__,
            "sklearn": sklearn.__version__,
        },
        "seed": SEED,
        "date": datetime.date.today().isoformat(),
        "localOutlierFactor": local_outlier_factor(rng),
        "trees": trees(rng),
        "kMeans": k_means(rng),
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in golden.items()]
    with open(OUTPUT, "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


main()
