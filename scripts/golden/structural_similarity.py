"""Golden values for src/methods/networks/structural-similarity.ts: scikit-image for the map, PyTorch's autograd for the gradient.

Run from the repository root: python3 scripts/golden/structural_similarity.py
"""
import datetime
import json
import platform

import numpy
import skimage
import torch
from skimage.metrics import structural_similarity

SEED = 20251125
OUTPUT = "test/golden/structural_similarity.json"
RADIUS = 5


def similarity_map(a, b):
    """SSIM in [-1, 1] pictures of one channel where a window of 11 x 11 fits."""
    _, similarity = structural_similarity(
        a, b, data_range=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, full=True
    )
    return similarity[RADIUS:-RADIUS, RADIUS:-RADIUS]


def mean_gradient(a, b):
    """Gradient of the mean SSIM with respect to b, and that mean."""
    places = torch.arange(-RADIUS, RADIUS + 1, dtype=torch.float64)
    taps = torch.exp(-(places**2) / (2 * 1.5**2))
    window = torch.outer(taps / taps.sum(), taps / taps.sum())[None, None]
    x, y = (torch.from_numpy(v)[None, None].clone() for v in (a, b))
    y.requires_grad_(True)
    mean = lambda v: torch.nn.functional.conv2d(v, window)
    mx, my = mean(x), mean(y)
    vx, vy, cov = mean(x * x) - mx**2, mean(y * y) - my**2, mean(x * y) - mx * my
    c1, c2 = 0.02**2, 0.06**2
    ssim = ((2 * mx * my + c1) * (2 * cov + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))).mean()
    ssim.backward()
    return y.grad.numpy().ravel(), float(ssim)


def main():
    rng = numpy.random.default_rng(SEED)
    height, width = 14, 13
    a = numpy.clip(rng.normal(0, 0.5, (2, height, width)), -1, 1).astype(numpy.float32).astype(numpy.float64)
    b = numpy.clip(0.7 * a + rng.normal(0.1, 0.2, a.shape), -1, 1).astype(numpy.float32).astype(numpy.float64)
    maps = [similarity_map(x, y) for x, y in zip(a, b)]
    gradients = [mean_gradient(x, y) for x, y in zip(a, b)]
    for one, (_, mean) in zip(maps, gradients):
        assert abs(one.mean() - mean) < 1e-9
    golden = {
        "generator": "scripts/golden/structural_similarity.py",
        "command": "python3 scripts/golden/structural_similarity.py",
        "versions": {
            "python": platform.python_version(),
            "numpy": numpy.__version__,
            "skimage": skimage.__version__,
            "torch": torch.__version__,
        },
        "seed": SEED,
        "date": datetime.date.today().isoformat(),
        "shape": [2, 1, height, width],
        "a": a.ravel().tolist(),
        "b": b.ravel().tolist(),
        "similarity": numpy.concatenate([one.ravel() for one in maps]).tolist(),
        # of the mean over both pictures
        "gradient": numpy.concatenate([one / 2 for one, _ in gradients]).tolist(),
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in golden.items()]
    with open(OUTPUT, "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


main()
