"""Golden values for reverse diffusion chains from NumPy in float64, step by step as the papers write them.

The network is linear, eps(x, t) = A x + (t / 1000) b, so that the chain needs nothing but NumPy.
Run from the repository root: python3 scripts/golden/diffusion.py
"""
import datetime
import json
import platform

import numpy

OUTPUT = "test/golden/diffusion.json"
SEED = 20260301
SIZE = 4
CASES = [
    {"name": "DDPM, every step", "eta": 1, "steps": 12, "calls": 12, "condition": 0},
    {"name": "DDPM, strided", "eta": 1, "steps": 250, "calls": 6, "condition": 0},
    {"name": "DDIM in ten calls", "eta": 0, "steps": 250, "calls": 10, "condition": 0},
    {"name": "DDIM in one call", "eta": 0, "steps": 250, "calls": 1, "condition": 0},
    {"name": "half as much noise", "eta": 0.5, "steps": 300, "calls": 7, "condition": 0},
    {"name": "DDIM kept to its input", "eta": 0, "steps": 250, "calls": 10, "condition": 3},
]

bars = numpy.cumprod(1 - numpy.linspace(1e-4, 0.02, 1000, dtype=numpy.float64))
random = numpy.random.default_rng(SEED)


def rounded(values):
    return [float(f"{value:.12g}") for value in numpy.ravel(values)]


def ancestral_step(x, eps, t, z):
    """Ho et al., Algorithm 2, with the posterior variance of Eq. 7; t counts from 0."""
    before = bars[t - 1] if t > 0 else 1.0
    alpha = bars[t] / before
    mean = (x - (1 - alpha) / numpy.sqrt(1 - bars[t]) * eps) / numpy.sqrt(alpha)
    return mean + numpy.sqrt((1 - before) / (1 - bars[t]) * (1 - alpha)) * z


def implicit_step(x, eps, bar, before, eta, z):
    """Song et al., Eq. 12 with the deviation of Eq. 16."""
    clean = (x - numpy.sqrt(1 - bar) * eps) / numpy.sqrt(bar)
    sigma = eta * numpy.sqrt((1 - before) / (1 - bar)) * numpy.sqrt(1 - bar / before)
    return numpy.sqrt(before) * clean + numpy.sqrt(1 - before - sigma**2) * eps + sigma * z


def chain_golden(case):
    matrix = 0.4 * random.standard_normal((SIZE, SIZE))
    shift = random.standard_normal(SIZE)
    target = random.uniform(-1, 1, SIZE)
    steps, calls, eta = case["steps"], case["calls"], case["eta"]
    timesteps = [int(numpy.floor(steps * (calls - i) / calls + 0.5)) - 1 for i in range(calls)]
    fresh = random.standard_normal((calls, SIZE))
    start = numpy.sqrt(bars[timesteps[0]]) * target + numpy.sqrt(1 - bars[timesteps[0]]) * random.standard_normal(SIZE)
    x, states = start, []
    for i, t in enumerate(timesteps):
        bar, before = bars[t], bars[timesteps[i + 1]] if i + 1 < calls else 1.0
        eps = matrix @ x + t / 1000 * shift
        if case["condition"] > 0:
            noised_target = numpy.sqrt(bar) * target + numpy.sqrt(1 - bar) * eps
            eps = eps - case["condition"] * numpy.sqrt(1 - bar) * (noised_target - x)
        if eta == 1 and calls == steps:
            x = ancestral_step(x, eps, t, fresh[i])
        else:
            x = implicit_step(x, eps, bar, before, eta, fresh[i])
        states.append(rounded(x))
    return {
        **case,
        "matrix": rounded(matrix),
        "shift": rounded(shift),
        "target": rounded(target),
        "start": rounded(start),
        "fresh": rounded(fresh),
        "timesteps": timesteps,
        "states": states,
    }


def main():
    golden = {
        "generator": "scripts/golden/diffusion.py",
        "command": "python3 scripts/golden/diffusion.py",
        "versions": {"python": platform.python_version(), "numpy": numpy.__version__},
        "seed": SEED,
        "date": datetime.date.today().isoformat(),
        "chains": [chain_golden(case) for case in CASES],
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in golden.items()]
    with open(OUTPUT, "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


main()
