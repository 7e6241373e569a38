"""PyTorch on one thread: eager, with one loop over the tensors and with a fused update, and compiled.

``torch.compile`` takes the network, its loss and the way back as one, and the update as another. It needs a
C++ compiler, and about a minute before the first step.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence

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


def convolutions(x: np.ndarray, target: np.ndarray) -> dict[str, Callable[[], float]]:
    """Return PyTorch's steps of networks with convolutions, with SGD, on images of shape (batch, 28, 28)."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.manual_seed(0)
    inputs, classes = torch.from_numpy(x)[:, None], torch.from_numpy(target.astype(np.int64))

    def step(*layers: nn.Module) -> Callable[[], float]:
        model = nn.Sequential(*layers)
        optimizer = torch.optim.SGD(model.parameters(), lr=LR)

        def one() -> float:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(inputs), classes)
            loss.backward()
            optimizer.step()
            return loss.item()

        return one

    def convolution(n: int, m: int) -> list[nn.Module]:
        return [nn.Conv2d(n, m, 3, padding=1), nn.BatchNorm2d(m), nn.ReLU(), nn.MaxPool2d(2)]

    return {
        "LeNet-5": step(
            *(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
            *(nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
        ),
        "two convolutions and batch normalisation": step(
            *convolution(1, 16), *convolution(16, 32), nn.Flatten(), nn.Linear(32 * 49, 10)
        ),
    }


def updates(theta: Sequence[np.ndarray], g: Sequence[np.ndarray]) -> dict[str, Callable[[], object]]:
    """Return by name PyTorch's updates of arrays, given gradients, with its defaults."""
    import torch

    torch.set_num_threads(1)
    made = {}
    for name, (rule, words) in _RULES.items():
        parameters = [torch.nn.Parameter(torch.from_numpy(one.copy())) for one in theta]
        for one, gradient in zip(parameters, g, strict=True):
            one.grad = torch.from_numpy(gradient.copy())
        if rule == "Muon":
            # It takes matrices only.
            parameters = [one for one in parameters if one.ndim == 2]
        made[name] = getattr(torch.optim, rule)(parameters, lr=LR, **words).step
    return made


_RULES: dict[str, tuple[str, dict[str, object]]] = {
    "sgd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "adagrad": ("Adagrad", {}),
    "rmsprop": ("RMSprop", {}),
    "adadelta": ("Adadelta", {}),
    "adam": ("Adam", {}),
    "adamw": ("AdamW", {}),
    "amsgrad": ("Adam", {"amsgrad": True}),
    "adamax": ("Adamax", {}),
    "nadam": ("NAdam", {}),
    "radam": ("RAdam", {}),
    "rprop": ("Rprop", {}),
    "adafactor": ("Adafactor", {}),
    "muon": ("Muon", {}),
}
