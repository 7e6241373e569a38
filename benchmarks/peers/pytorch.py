"""PyTorch, eager, on one thread."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.floor import UNITS


def steps(x: np.ndarray, target: np.ndarray) -> dict[str, Callable[[], object]]:
    import torch

    torch.set_num_threads(1)
    inputs, classes = torch.from_numpy(x), torch.from_numpy(target.astype(np.int64))

    def step(rule: type[torch.optim.Optimizer], lr: float, **how: bool) -> Callable[[], float]:
        network = _network(torch)
        optimizer = rule(network.parameters(), lr=lr, **how)

        def one() -> float:
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(network(inputs), classes)
            loss.backward()
            optimizer.step()
            return loss.item()

        return one

    made = {}
    for name, rule, lr in (("SGD", torch.optim.SGD, 0.01), ("Adam", torch.optim.Adam, 0.001)):
        made[f"{name} PyTorch {torch.__version__}, one loop a tensor"] = step(rule, lr, foreach=False)
        try:
            made[f"{name} PyTorch {torch.__version__}, fused"] = step(rule, lr, fused=True)
        except (RuntimeError, TypeError):  # older versions have none for this device
            continue
    return made


def _network(torch):  # noqa: ANN001, ANN202
    torch.manual_seed(0)
    layers = []
    for n, m in zip(UNITS[:-1], UNITS[1:], strict=True):
        affine = torch.nn.Linear(n, m)
        torch.nn.init.kaiming_normal_(affine.weight, nonlinearity="relu")
        torch.nn.init.zeros_(affine.bias)
        layers += [affine, torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])
