"""Times PyTorch's training step of the benchmark network, one step a line on stdin; answers with seconds.

Run by bench/main.ts with the network's options as JSON. Debian: apt-get install python3-torch.
"""

import json
import pathlib
import sys
import time

import torch

sys.dont_write_bytecode = True  # nothing is left in the checkout
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "scripts" / "golden"))
from network import UNet  # noqa: E402

config = json.loads(sys.argv[1])
torch.manual_seed(0)
torch.set_num_threads(config["threads"])
torch.set_default_dtype(torch.float32)
model = UNet(config["unet"]).float()
average = [parameter.detach().clone() for parameter in model.parameters()]
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
batch, channels, height, width = config["batchShape"]
betas = torch.linspace(1e-4, 0.02, 1000)
signal = torch.cumprod(1 - betas, 0)


class FloatTime(torch.nn.Module):
    """The golden's embedding computes in float64; the step is timed in float32 throughout."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner
        half = inner.size // 2
        self.frequencies = 10000.0 ** (-torch.arange(half, dtype=torch.float32) / half)

    def forward(self, t):
        angles = t[:, None] * self.frequencies[None, :]
        sinusoids = torch.cat([torch.cos(angles), torch.sin(angles)], dim=1)
        return self.inner.linear2(torch.nn.functional.silu(self.inner.linear1(sinusoids)))


model.time = FloatTime(model.time)
print(json.dumps({"version": torch.__version__, "parameters": sum(p.numel() for p in average)}), flush=True)
for line in sys.stdin:
    x0 = torch.rand(batch, channels, height, width) * 2 - 1
    noise = torch.randn_like(x0)
    timesteps = torch.randint(0, 1000, (batch,))
    started = time.perf_counter()
    if line.strip() == "forward":
        with torch.no_grad():
            model(x0, timesteps.float())
    else:
        kept = signal[timesteps][:, None, None, None]
        xt = kept.sqrt() * x0 + (1 - kept).sqrt() * noise
        loss = torch.nn.functional.mse_loss(model(xt, timesteps.float()), noise)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        with torch.no_grad():
            for mean, parameter in zip(average, model.parameters()):
                mean.mul_(0.99).add_(parameter, alpha=0.01)
    print(time.perf_counter() - started, flush=True)
