"""Golden values for src/metrics: scikit-learn for curves and rates, scipy and numpy for per-region overlap.

Run from the repository root: python3 scripts/golden/metrics.py
"""
import datetime
import json
import platform

import numpy
import scipy
import scipy.ndimage
import sklearn
from sklearn import metrics

SEED = 20250817
OUTPUT = "test/golden/metrics.json"


def score_cases(rng):
    labels = rng.integers(0, 2, 60)
    rare = (numpy.arange(200) < 7).astype(int)
    return {
        "four points": ([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]),
        "sixty distinct scores": (rng.normal(size=60) + labels, labels),
        "sixty scores in five ties": (rng.integers(0, 5, 60) + labels, labels),
        "seven of two hundred anomalous": (rng.normal(size=200) + 2 * rare, rare),
        "constant score": (numpy.full(9, 0.25), [1, 0, 0, 1, 0, 0, 0, 0, 1]),
        "perfect": ([3.0, 2.0, 1.0, 0.0], [1, 1, 0, 0]),
        "reversed": ([0.0, 1.0, 2.0, 3.0], [1, 1, 0, 0]),
        "best when everything is anomalous": ([0.0, 3.0, 2.0, 1.0], [1, 0, 1, 1]),
    }


def best_f1(labels, scores):
    precision, recall, _ = metrics.precision_recall_curve(labels, scores)
    total = precision + recall
    return float(numpy.max(numpy.where(total > 0, 2 * precision * recall / numpy.where(total > 0, total, 1), 0)))


def confusion(labels, scores, threshold):
    decisions = (scores > threshold).astype(int)
    tn, fp, fn, tp = metrics.confusion_matrix(labels, decisions, labels=[0, 1]).ravel()
    rates = dict(zero_division=0)
    return {
        "threshold": float(threshold),
        "tp": int(tp), "fp": int(fp), "tn": int(tn), "fn": int(fn),
        "accuracy": float(metrics.accuracy_score(labels, decisions)),
        "precision": float(metrics.precision_score(labels, decisions, **rates)),
        "recall": float(metrics.recall_score(labels, decisions, **rates)),
        "f1": float(metrics.f1_score(labels, decisions, **rates)),
    }


def describe_scores(name, scores, labels):
    scores, labels = numpy.asarray(scores, dtype=float), numpy.asarray(labels)
    false_positive_rates, true_positive_rates, _ = metrics.roc_curve(labels, scores, drop_intermediate=False)
    precision, recall, _ = metrics.precision_recall_curve(labels, scores)
    thresholds = [scores.min() - 1, *numpy.quantile(scores, [0.25, 0.5, 0.9], method="nearest"), scores.max()]
    return {
        "name": name,
        "scores": scores.tolist(),
        "labels": labels.tolist(),
        "falsePositiveRates": false_positive_rates.tolist(),
        "truePositiveRates": true_positive_rates.tolist(),
        "precisions": precision[::-1].tolist(),
        "recalls": recall[::-1].tolist(),
        "auroc": float(metrics.roc_auc_score(labels, scores)),
        "averagePrecision": float(metrics.average_precision_score(labels, scores)),
        "f1Max": best_f1(labels, scores),
        "confusions": [confusion(labels, scores, threshold) for threshold in thresholds],
    }


def area_per_region_overlap(maps, masks, limit):
    """Curve at every distinct score, straight from the definition; trapezoids up to the limit."""
    regions = []
    for image_map, mask in zip(maps, masks):
        labelled, count = scipy.ndimage.label(mask, structure=numpy.ones((3, 3)))
        regions += [image_map[labelled == region] for region in range(1, count + 1)]
    normal = numpy.concatenate([m[k == 0] for m, k in zip(maps, masks)])
    thresholds = numpy.unique(numpy.concatenate([m.ravel() for m in maps]))[::-1]
    rates = numpy.array([0.0] + [(normal >= t).mean() for t in thresholds])
    overlaps = numpy.array([0.0] + [numpy.mean([(r >= t).mean() for r in regions]) for t in thresholds])
    inside = rates <= limit
    x, y = rates[inside], overlaps[inside]
    if x[-1] < limit:
        after = len(x)
        slope = (overlaps[after] - y[-1]) / (rates[after] - x[-1])
        x, y = numpy.append(x, limit), numpy.append(y, y[-1] + slope * (limit - x[-1]))
    return float(numpy.trapz(y, x) / limit), len(regions)


def area_per_image_overlap(maps, masks, low, high, points):
    """AUPIMO on a fine grid of rates: recall at each, read off the polyline through all distinct scores by numpy.interp."""
    normal = [m[k == 0] for m, k in zip(maps, masks) if not k.any()]
    defects = [m[k == 1] for m, k in zip(maps, masks) if k.any()]
    thresholds = numpy.unique(numpy.concatenate([m.ravel() for m in maps]))[::-1]
    rates = numpy.array([numpy.mean([(n >= t).mean() for n in normal]) for t in thresholds])
    positive = rates > 0
    grid = numpy.linspace(numpy.log(low), numpy.log(high), points)
    areas = []
    for defect in defects:
        recalls = numpy.array([(defect >= t).mean() for t in thresholds])
        without = recalls[~positive][-1] if (~positive).any() else 0.0
        x, y = numpy.log(rates[positive]), recalls[positive]
        heights = [without if g < x[0] else line_through(x, y, g) for g in grid]
        areas.append(numpy.trapz(heights, grid) / (grid[-1] - grid[0]))
    return float(numpy.mean(areas))


def line_through(x, y, at):
    after = numpy.searchsorted(x, at, side="left")
    if after == 0 or x[after] == at:
        return y[after]
    return numpy.interp(at, x[after - 1 : after + 1], y[[after - 1, after]])


def describe_maps(name, maps, masks):
    scores, labels = numpy.concatenate([m.ravel() for m in maps]), numpy.concatenate([k.ravel() for k in masks])
    overlap = {str(limit): area_per_region_overlap(maps, masks, limit)[0] for limit in (0.05, 0.3, 1.0)}
    rates = (0.01, 0.4)
    return {
        "name": name,
        "width": maps[0].shape[1],
        "height": maps[0].shape[0],
        "maps": [m.ravel().astype(float).tolist() for m in maps],
        "masks": ["".join(map(str, k.ravel())) for k in masks],
        "regionCount": area_per_region_overlap(maps, masks, 1.0)[1],
        "auroc": float(metrics.roc_auc_score(labels, scores)),
        "averagePrecision": float(metrics.average_precision_score(labels, scores)),
        "f1Max": best_f1(labels, scores),
        "aupro": overlap,
        "aupimo": {"rates": rates, "points": 20001, "value": area_per_image_overlap(maps, masks, *rates, 20001)},
    }


def map_cases(rng):
    masks = (rng.random((4, 12, 16)) < 0.16).astype(int)
    masks[0] = 0  # one normal image
    distinct = (rng.normal(size=masks.shape) + 1.2 * masks).astype(numpy.float32)
    tied = (numpy.round(distinct * 2) / 2).astype(numpy.float32)
    return {"distinct scores": (list(distinct), list(masks)), "half-unit ties": (list(tied), list(masks))}


def main():
    rng = numpy.random.default_rng(SEED)
    golden = {
        "generator": "scripts/golden/metrics.py",
        "command": "python3 scripts/golden/metrics.py",
        "versions": {
            "python": platform.python_version(),
            "numpy": numpy.__version__,
            "scipy": scipy.__version__,
            "sklearn": sklearn.__version__,
        },
        "seed": SEED,
        "date": datetime.date.today().isoformat(),
        "scoreCases": [describe_scores(name, *case) for name, case in score_cases(rng).items()],
        "mapCases": [describe_maps(name, *case) for name, case in map_cases(rng).items()],
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in golden.items()]
    with open(OUTPUT, "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


main()
