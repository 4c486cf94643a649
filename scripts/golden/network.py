"""Golden values for the layers, the U-Net, AdamW and the noise schedules from PyTorch and NumPy, all in float64.

Inputs and weights come from wave(), which test/support/wave.ts repeats, so that the file holds results only.
Run from the repository root: python3 scripts/golden/network.py
"""
import datetime
import json
import math
import platform

import numpy
import torch
from torch import nn
from torch.nn import functional

OUTPUT = "test/golden/network.json"
ENTRIES = 6

CONVOLUTIONS = [
    {"name": "3x3, padding 1", "x": [2, 3, 5, 4], "weight": [4, 3, 3, 3], "stride": 1, "padding": 1},
    {"name": "3x3, stride 2, padding 1, odd image", "x": [1, 2, 7, 5], "weight": [3, 2, 3, 3], "stride": 2, "padding": 1},
    {"name": "3x3, stride 2, no padding, even image", "x": [1, 2, 6, 8], "weight": [2, 2, 3, 3], "stride": 2, "padding": 0},
    {"name": "1x1", "x": [2, 4, 3, 3], "weight": [2, 4, 1, 1], "stride": 1, "padding": 0},
    {"name": "1x1, padding 1", "x": [1, 2, 3, 3], "weight": [2, 2, 1, 1], "stride": 1, "padding": 1},
    {"name": "5x3, stride 3, padding 2", "x": [1, 2, 7, 8], "weight": [2, 2, 5, 3], "stride": 3, "padding": 2},
]
GROUP_NORMS = [{"x": [2, 6, 3, 4], "groups": groups} for groups in (1, 2, 6)]
ATTENTIONS = [{"x": [2, 8, 3, 4], "heads": heads, "groups": 4} for heads in (1, 2)]
AUTOENCODERS = [
    {
        "x": [2, 3, 8, 8],
        "options": {"imageSizePx": 8, "widths": [4, 6], "neckChannels": 3, "latentSize": 5, "groups": groups},
    }
    for groups in (2, None)
]
UNETS = [
    {
        "name": "two levels",
        "x": [2, 3, 8, 8],
        "timesteps": [3, 600],
        "options": {
            "imageChannels": 3,
            "baseChannels": 8,
            "channelMultipliers": [1, 2],
            "blocksPerLevel": 1,
            "attentionLevels": [1],
            "heads": 2,
            "groups": 4,
            "cellSize": 1,
        },
    },
    {
        "name": "three levels of two blocks",
        "x": [1, 1, 8, 12],
        "timesteps": [250],
        "options": {
            "imageChannels": 1,
            "baseChannels": 4,
            "channelMultipliers": [1, 1, 2],
            "blocksPerLevel": 2,
            "attentionLevels": [0, 2],
            "heads": 1,
            "groups": 2,
            "cellSize": 1,
        },
    },
    {
        "name": "cells of two pixels",
        "x": [2, 3, 8, 8],
        "timesteps": [0, 999],
        "options": {
            "imageChannels": 3,
            "baseChannels": 8,
            "channelMultipliers": [1, 2],
            "blocksPerLevel": 1,
            "attentionLevels": [1],
            "heads": 2,
            "groups": 4,
            "cellSize": 2,
        },
    },
]
OPTIMIZERS = [
    {"name": "no decay", "weightDecay": 0.0, "maxNorm": None},
    {"name": "weight decay", "weightDecay": 0.05, "maxNorm": None},
    {"name": "weight decay and clipped gradients", "weightDecay": 0.05, "maxNorm": 1.0},
]
LEARNING_RATES = [0.01, 0.02, 0.03, 0.03, 0.02, 0.01]
GRADIENT_SCALES = [1.0, 0.1, 3.0, 0.5, 0.02, 1.0]
OPTIMIZER_SIZE = 12
SCHEDULES = [("linear", 1000), ("linear", 200), ("cosine", 1000), ("cosine", 50)]


def wave(name, shape, scale=1.0, offset=0.0):
    """offset + scale * sin((0.37 i + 0.73) i + phase of the name), rounded to float32: scattered, and the same everywhere."""
    phase = sum(code * (k + 1) for k, code in enumerate(name.encode())) % 1009 / 100
    i = numpy.arange(math.prod(shape), dtype=numpy.float64)
    values = offset + scale * numpy.sin((0.37 * i + 0.73) * i + phase)
    return torch.from_numpy(values.astype(numpy.float32).astype(numpy.float64)).reshape(shape)


def weight_wave(name, shape):
    """Matrices and kernels of about unit gain, norm scales around 1, small biases."""
    if len(shape) > 1:
        return wave(name, shape, scale=1.2 / math.sqrt(math.prod(shape[1:])))
    if "norm" in name and name.endswith("weight"):
        return wave(name, shape, scale=0.2, offset=1.0)
    return wave(name, shape, scale=0.1)


def set_weights(module):
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(weight_wave(name, list(parameter.shape)))


class SelfAttention(nn.Module):
    def __init__(self, channels, heads, groups):
        super().__init__()
        self.norm = nn.GroupNorm(groups, channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.proj = nn.Conv2d(channels, channels, 1)
        self.heads = heads

    def forward(self, x):
        batch, channels, height, width = x.shape
        qkv = self.qkv(self.norm(x)).reshape(batch, 3, self.heads, channels // self.heads, height * width)
        query, key, value = qkv.transpose(-1, -2).unbind(1)  # [N, heads, L, d]
        logits = query @ key.transpose(-1, -2) / math.sqrt(channels // self.heads)
        mixed = torch.softmax(logits, dim=-1) @ value
        return x + self.proj(mixed.transpose(-1, -2).reshape(x.shape))


class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs, options):
        super().__init__()
        self.norm1 = nn.GroupNorm(options["groups"], inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.time = nn.Linear(4 * options["baseChannels"], outputs)
        self.norm2 = nn.GroupNorm(options["groups"], outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        if inputs != outputs:
            self.shortcut = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x, time):
        h = self.conv1(functional.silu(self.norm1(x)))
        h = h + self.time(time)[:, :, None, None]
        h = self.conv2(functional.silu(self.norm2(h)))
        return h + (self.shortcut(x) if hasattr(self, "shortcut") else x)


class Block(nn.Module):
    def __init__(self, inputs, outputs, level, options):
        super().__init__()
        self.residual = ResidualBlock(inputs, outputs, options)
        if level in options["attentionLevels"]:
            self.attention = SelfAttention(outputs, options["heads"], options["groups"])

    def forward(self, x, time):
        h = self.residual(x, time)
        return self.attention(h) if hasattr(self, "attention") else h


class Resample(nn.Module):
    def __init__(self, channels, up):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=1 if up else 2, padding=1)
        self.up = up

    def forward(self, x):
        return self.conv(functional.interpolate(x, scale_factor=2, mode="nearest") if self.up else x)


class Level(nn.Module):
    def __init__(self, blocks, resample):
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        if resample is not None:
            self.resample = resample


class TimeEmbedding(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.linear1 = nn.Linear(size, 4 * size)
        self.linear2 = nn.Linear(4 * size, 4 * size)
        self.size = size

    def forward(self, t):
        half = self.size // 2
        frequencies = (10000.0 ** (-torch.arange(half, dtype=torch.float64) / half)).float().double()
        angles = t[:, None] * frequencies[None, :]
        sinusoids = torch.cat([torch.cos(angles), torch.sin(angles)], dim=1)
        return self.linear2(functional.silu(self.linear1(sinusoids)))


class UNet(nn.Module):
    """The structure of src/nn/unet.ts; parameters have the same names in the same order."""

    def __init__(self, options):
        super().__init__()
        base, blocks_per_level, cell = options["baseChannels"], options["blocksPerLevel"], options["cellSize"]
        widths = [base * multiplier for multiplier in options["channelMultipliers"]]
        cell_channels = options["imageChannels"] * cell**2
        self.cell = cell
        self.time = TimeEmbedding(base)
        self.stem = nn.Conv2d(cell_channels, base, 3, padding=1)
        skips, channels = [base], base
        down, up = [], []
        for level, width in enumerate(widths):
            blocks = []
            for _ in range(blocks_per_level):
                blocks.append(Block(channels, width, level, options))
                channels = width
                skips.append(width)
            last = level == len(widths) - 1
            down.append(Level(blocks, None if last else Resample(width, up=False)))
            if not last:
                skips.append(width)
        self.down = nn.ModuleList(down)
        self.middle = nn.ModuleList(
            [
                ResidualBlock(channels, channels, options),
                SelfAttention(channels, options["heads"], options["groups"]),
                ResidualBlock(channels, channels, options),
            ]
        )
        for level in reversed(range(len(widths))):
            blocks = []
            for _ in range(blocks_per_level + 1):
                blocks.append(Block(channels + skips.pop(), widths[level], level, options))
                channels = widths[level]
            up.append(Level(blocks, None if level == 0 else Resample(channels, up=True)))
        self.up = nn.ModuleList(up)
        self.norm = nn.GroupNorm(options["groups"], base)
        self.head = nn.Conv2d(base + (cell_channels if cell > 1 else 0), cell_channels, 3, padding=1)

    def forward(self, x, t):
        time = functional.silu(self.time(t))
        cells = functional.pixel_unshuffle(x, self.cell)
        h = self.stem(cells)
        skips = [h]
        for level in self.down:
            for block in level.blocks:
                h = block(h, time)
                skips.append(h)
            if hasattr(level, "resample"):
                h = level.resample(h)
                skips.append(h)
        first, attention, second = self.middle
        h = second(attention(first(h, time)), time)
        for level in self.up:
            for block in level.blocks:
                h = block(torch.cat([h, skips.pop()], dim=1), time)
            if hasattr(level, "resample"):
                h = level.resample(h)
        h = functional.silu(self.norm(h))
        if self.cell > 1:
            h = torch.cat([h, cells], dim=1)
        return functional.pixel_shuffle(self.head(h), self.cell)


def rounded(tensor):
    return [float(f"{value:.9g}") for value in tensor.detach().reshape(-1).tolist()]


def with_gradients(output, tensors):
    """Values of the output, and gradients of the sum of cotangent * output."""
    (output * wave("cotangent", list(output.shape))).sum().backward()
    return {"y": rounded(output), "gradients": {name: rounded(tensor.grad) for name, tensor in tensors.items()}}


def convolution_golden(case):
    tensors = {
        "x": wave("x", case["x"]).requires_grad_(),
        "weight": wave("weight", case["weight"]).requires_grad_(),
        "bias": wave("bias", case["weight"][:1]).requires_grad_(),
    }
    output = functional.conv2d(**{"input" if k == "x" else k: v for k, v in tensors.items()}, stride=case["stride"], padding=case["padding"])
    return {**case, "shape": list(output.shape), **with_gradients(output, tensors)}


class CoderLevel(nn.Module):
    def __init__(self, inputs, outputs, stride, groups):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1)
        self.norm = nn.GroupNorm(groups, outputs) if groups else nn.Identity()

    def forward(self, x):
        return functional.silu(self.norm(self.conv(x)))


class CoderDown(nn.Module):
    def __init__(self, options):
        super().__init__()
        widths, side = [3, *options["widths"]], options["imageSizePx"] // 2 ** len(options["widths"])
        self.levels = nn.ModuleList(CoderLevel(a, b, 2, options["groups"]) for a, b in zip(widths, widths[1:]))
        self.neck = nn.Conv2d(widths[-1], options["neckChannels"], 1)
        self.head = nn.Linear(options["neckChannels"] * side**2, options["latentSize"])

    def forward(self, x):
        for level in self.levels:
            x = level(x)
        return self.head(self.neck(x).flatten(1))


class CoderUp(nn.Module):
    def __init__(self, options):
        super().__init__()
        widths = options["widths"][::-1]
        self.side = options["imageSizePx"] // 2 ** len(widths)
        self.entry = nn.Linear(options["latentSize"], options["neckChannels"] * self.side**2)
        self.neck = nn.Conv2d(options["neckChannels"], widths[0], 1)
        self.levels = nn.ModuleList(CoderLevel(a, b, 1, options["groups"]) for a, b in zip(widths, widths[1:]))
        self.head = nn.Conv2d(widths[-1], 12, 3, padding=1)

    def forward(self, z):
        h = functional.silu(self.neck(self.entry(z).unflatten(1, (-1, self.side, self.side))))
        for level in self.levels:
            h = level(functional.interpolate(h, scale_factor=2, mode="nearest"))
        return functional.pixel_shuffle(self.head(h), 2)


class Autoencoder(nn.Module):
    def __init__(self, options):
        super().__init__()
        self.encoder = CoderDown(options)
        self.decoder = CoderUp(options)

    def forward(self, x):
        return self.decoder(self.encoder(x))


def layer_golden(case, layer):
    layer = layer.double()
    set_weights(layer)
    x = wave("x", case["x"]).requires_grad_()
    return {**case, **with_gradients(layer(x), {"x": x, **dict(layer.named_parameters())})}


def unet_golden(case):
    model = UNet(case["options"]).double()
    set_weights(model)
    x = wave("x", case["x"])
    output = model(x, torch.tensor(case["timesteps"], dtype=torch.float64))
    loss = functional.mse_loss(output, wave("noise", case["x"]))
    loss.backward()
    parameters = [
        {
            "name": name,
            "shape": list(parameter.shape),
            "norm": float(f"{parameter.grad.norm().item():.9g}"),
            "entries": rounded(parameter.grad.reshape(-1)[:: max(1, parameter.numel() // ENTRIES)][:ENTRIES]),
        }
        for name, parameter in model.named_parameters()
    ]
    return {**case, "y": rounded(output), "loss": float(f"{loss.item():.9g}"), "parameters": parameters}


def optimizer_golden(case):
    parameter = nn.Parameter(wave("parameters", [OPTIMIZER_SIZE]))
    optimizer = torch.optim.AdamW([parameter], weight_decay=case["weightDecay"])
    steps = []
    for i, (rate, scale) in enumerate(zip(LEARNING_RATES, GRADIENT_SCALES)):
        parameter.grad = wave(f"gradient {i + 1}", [OPTIMIZER_SIZE], scale=scale)
        norm = nn.utils.clip_grad_norm_([parameter], case["maxNorm"] or math.inf)
        optimizer.param_groups[0]["lr"] = rate
        optimizer.step()
        state = optimizer.state[parameter]
        steps.append(
            {
                "learningRate": rate,
                "gradientScale": scale,
                "gradientNorm": float(f"{norm.item():.9g}"),
                "parameters": rounded(parameter),
                "firstMoment": rounded(state["exp_avg"]),
                "secondMoment": rounded(state["exp_avg_sq"]),
            }
        )
    return {**case, "steps": steps}


def schedule_golden(name, steps):
    """The schedules of diffusers 0.30, schedulers/scheduling_ddpm.py: betas "linear" (ends scaled to T) and "squaredcos_cap_v2"."""
    if name == "linear":
        betas = numpy.linspace(0.0001 * 1000 / steps, 0.02 * 1000 / steps, steps, dtype=numpy.float64)
    else:
        t = numpy.arange(steps + 1, dtype=numpy.float64) / steps
        bar = numpy.cos((t + 0.008) / 1.008 * math.pi / 2) ** 2
        betas = numpy.minimum(1 - bar[1:] / bar[:-1], 0.999)
    products = numpy.cumprod(1 - betas)
    places = sorted({*range(0, steps, max(1, steps // 20)), steps - 2, steps - 1})
    return {"name": name, "steps": steps, "places": places, "alphasCumprod": [float(f"{products[i]:.13g}") for i in places]}


def main():
    golden = {
        "generator": "scripts/golden/network.py",
        "command": "python3 scripts/golden/network.py",
        "versions": {"python": platform.python_version(), "numpy": numpy.__version__, "torch": torch.__version__},
        "seed": None,
        "date": datetime.date.today().isoformat(),
        "convolutions": [convolution_golden(case) for case in CONVOLUTIONS],
        "groupNorms": [layer_golden(case, nn.GroupNorm(case["groups"], case["x"][1])) for case in GROUP_NORMS],
        "attentions": [
            layer_golden(case, SelfAttention(case["x"][1], case["heads"], case["groups"])) for case in ATTENTIONS
        ],
        "autoencoders": [layer_golden(case, Autoencoder(case["options"])) for case in AUTOENCODERS],
        "unets": [unet_golden(case) for case in UNETS],
        "optimizers": [optimizer_golden(case) for case in OPTIMIZERS],
        "schedules": [schedule_golden(*case) for case in SCHEDULES],
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in golden.items()]
    with open(OUTPUT, "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":  # bench/torch_train_step.py takes the network from here
    main()
