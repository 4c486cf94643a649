"""Golden values for the statistical methods: principal components by scikit-learn, principal component pursuit by NumPy.

Run from the repository root: python3 scripts/golden/statistical.py
"""
import datetime
import json
import platform

import numpy
import sklearn
from sklearn.decomposition import PCA

SEED = 20250819
OUTPUT = "test/golden/statistical.json"
ROWS, SIDE, COMPONENTS = 12, 4, 3


def shrink(x, threshold):
    return numpy.sign(x) * numpy.maximum(numpy.abs(x) - threshold, 0)


def principal_component_pursuit(x, tolerance, most_iterations):
    """Inexact augmented Lagrangian: Lin, Chen and Ma 2010, Algorithm 5, low-rank part first."""
    weight = 1 / numpy.sqrt(max(x.shape))
    norm2 = numpy.linalg.norm(x, 2)
    multiplier = x / max(norm2, numpy.abs(x).max() / weight)
    penalty, largest, growth = 1.25 / norm2, 1.25e7 / norm2, 1.5
    sparse = numpy.zeros_like(x)
    for iteration in range(1, most_iterations + 1):
        u, sigma, v = numpy.linalg.svd(x - sparse + multiplier / penalty, full_matrices=False)
        low = (u * shrink(sigma, 1 / penalty)) @ v
        sparse = shrink(x - low + multiplier / penalty, weight / penalty)
        rest = x - low - sparse
        multiplier = multiplier + penalty * rest
        penalty = min(growth * penalty, largest)
        if numpy.linalg.norm(rest) <= tolerance * numpy.linalg.norm(x):
            break
    return low, sparse, iteration


def main():
    rng = numpy.random.default_rng(SEED)
    size = 3 * SIDE * SIDE
    rows = rng.normal(0, 1, (ROWS, 4)) @ rng.normal(0, 1, (4, size)) + 0.3 * rng.normal(0, 1, (ROWS, size)) + 2
    test = rng.normal(0, 1, (3, size)) + 2
    pca = PCA(n_components=COMPONENTS, svd_solver="full").fit(rows)
    t = pca.transform(test)
    low = rng.normal(0, 1, (20, 2)) @ rng.normal(0, 1, (2, 60))
    sparse = numpy.where(rng.uniform(size=low.shape) < 0.05, rng.uniform(-6, 6, low.shape), 0)
    pursued_low, pursued_sparse, iterations = principal_component_pursuit(low + sparse, 1e-6, 60)
    golden = {
        "generator": "scripts/golden/statistical.py",
        "command": "python3 scripts/golden/statistical.py",
        "versions": {
            "python": platform.python_version(),
            "numpy": numpy.__version__,
            "sklearn": sklearn.__version__,
        },
        "seed": SEED,
        "date": datetime.date.today().isoformat(),
        "side": SIDE,
        "rows": rows.tolist(),
        "test": test.tolist(),
        "mean": pca.mean_.tolist(),
        "components": pca.components_.tolist(),
        "variances": pca.explained_variance_.tolist(),
        "explained": float(pca.explained_variance_ratio_.sum()),
        "residuals": (test - pca.inverse_transform(t)).tolist(),
        "hotelling": (t**2 / pca.explained_variance_).sum(axis=1).tolist(),
        "mixed": (low + sparse).tolist(),
        "low": pursued_low.tolist(),
        "sparse": pursued_sparse.tolist(),
        "iterations": iterations,
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in golden.items()]
    with open(OUTPUT, "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


main()
