"""PyTorch on one thread: eager, with one loop over the tensors and with a fused update, and compiled.

``torch.compile`` takes the network, its loss and the way back as one, and the update as another. It needs a
C++ compiler, and about a minute before the first step.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable

import numpy as np

from benchmarks.task import LAYERS, LR


def steps(x: np.ndarray, target: np.ndarray) -> dict[str, Callable[[], object]]:
    """Return PyTorch's steps."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    inputs, classes = torch.from_numpy(x), torch.from_numpy(target.astype(np.int64))

    def network() -> torch.nn.Module:
        layers = []
        for n, m in LAYERS:
            affine = torch.nn.Linear(n, m)
            torch.nn.init.kaiming_normal_(affine.weight, nonlinearity="relu")
            torch.nn.init.zeros_(affine.bias)
            layers += [affine, torch.nn.ReLU()]
        return torch.nn.Sequential(*layers[:-1]).to(inputs.dtype)

    def step(
        rule: type[torch.optim.Optimizer], made_of: Callable = lambda of: of, **how: bool
    ) -> Callable[[], float]:
        model = network()
        optimizer = rule(model.parameters(), lr=LR, **how)
        error = made_of(lambda x, target: torch.nn.functional.cross_entropy(model(x), target))
        update = made_of(optimizer.step)

        def one() -> float:
            optimizer.zero_grad()
            loss = error(inputs, classes)
            loss.backward()
            update()
            return loss.item()

        return one

    made = {}
    for name, rule in (("SGD", torch.optim.SGD), ("Adam", torch.optim.Adam)):
        made[f"{name} PyTorch {torch.__version__}, foreach=False"] = step(rule, foreach=False)
        try:
            made[f"{name} PyTorch {torch.__version__}, fused=True"] = step(rule, fused=True)
        except (RuntimeError, TypeError):  # older versions have none for the CPU
            continue
        if shutil.which("g++"):
            made[f"{name} PyTorch {torch.__version__}, compiled"] = step(rule, torch.compile)
    return made


def lenet(x: np.ndarray, target: np.ndarray) -> tuple[str, Callable[[], float]]:
    """Return PyTorch's name and its step of LeNet-5 with SGD, on images of shape (batch, 28, 28)."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.manual_seed(0)
    inputs, classes = torch.from_numpy(x)[:, None], torch.from_numpy(target.astype(np.int64))
    model = nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=LR)

    def one() -> float:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(inputs), classes)
        loss.backward()
        optimizer.step()
        return loss.item()

    return f"PyTorch {torch.__version__}, eager", one
