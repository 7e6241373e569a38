"""How far ravine's optimizers are from PyTorch's: ``python -m ravine_torch.parity`` prints the table.

Both step down the same small quadratic, in float64, with the same noise on their gradients. PyTorch's classes
are used as one uses them there, not through the components of this package. Where a convention is another, the
table says which, and the two are compared again with that accounted for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from ravine import Array, Schedule, registry

__all__ = ["AGREES", "CASES", "Case", "table"]

STEPS = 50
AGREES = 1e-12
"""Relative difference after which two rules are not the same: float64 has sixteen digits."""

_CURVATURE = np.logspace(-1, 0.5, 8)
_CHANCE = np.random.default_rng(6)
_START = _CHANCE.normal(size=8)
_NOISE = _CHANCE.normal(size=(STEPS, 8))

_CARRIED = (
    "a change of rate reaches all of PyTorch's velocity, and only what joins ravine's from then on; with "
    "PyTorch's buffer multiplied by old rate / new rate"
)


@dataclass(frozen=True)
class Case:
    """One optimizer of ravine beside one of PyTorch.

    Parameters
    ----------
    ours, theirs : str
        Name in ravine's registry, and in ``torch.optim``.
    fields, settings : dict
        Of ours and of theirs, where they are not the defaults.
    falling : bool
        Whether the rate falls by 5 % an update, or is constant.
    reason : str
        The convention that tells them apart, and what is changed to account for it.
    alike : dict
        Fields with which ours agrees, where that is what is changed.
    carried : bool
        Whether theirs agrees once its velocity is carried over to every new rate.
    """

    ours: str
    theirs: str
    fields: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, float] = field(default_factory=dict)
    falling: bool = False
    reason: str = ""
    alike: Mapping[str, float] = field(default_factory=dict)
    carried: bool = False

    def difference(self) -> float:
        """Return the largest difference after any update, relative to PyTorch's largest coordinate."""
        return _apart(_descend_ours(self), _descend_theirs(self))

    def accounted(self) -> float:
        """Return that difference with the convention accounted for."""
        same = replace(self, fields={**self.fields, **self.alike})
        return _apart(_descend_ours(same), _descend_theirs(self, carried=self.carried))

    def row(self) -> str:
        """Return the case as a row of the table."""
        verdict = f"differs: {self.reason}: {_text(self.accounted())}" if self.reason else "agrees"
        cells = (
            _call(self.ours, self.fields),
            _call(self.theirs, self.settings),
            "falling" if self.falling else "constant",
            _text(self.difference()),
            verdict,
        )
        return f"| {' | '.join(cells)} |"


def _cases() -> Iterator[Case]:
    for falling in (False, True):
        yield Case("sgd", "SGD", settings={"lr": 0.01}, falling=falling)
    yield Case("sgd", "SGD", reason="PyTorch's default rate is 0.001; with lr=0.001", alike={"lr": 0.001})
    for ours, nesterov in (("momentum", {}), ("nesterov", {"nesterov": True})):
        settings = {"lr": 0.01, "momentum": 0.9, **nesterov}
        yield Case(ours, "SGD", settings=settings)
        yield Case(ours, "SGD", settings=settings, falling=True, reason=_CARRIED, carried=True)
    for ours, theirs, eps in (("adagrad", "Adagrad", 1e-10), ("rmsprop", "RMSprop", 1e-8)):
        for falling in (False, True):
            yield Case(ours, theirs, fields={"eps": eps}, falling=falling)
        reason = f"PyTorch's default ε is {eps:g}, ravine's 1e-07; with eps={eps:g}"
        yield Case(ours, theirs, reason=reason, alike={"eps": eps})
    for falling in (False, True):
        yield Case("adam", "Adam", falling=falling)


CASES = tuple(_cases())


def table() -> str:
    """Return all cases as a table in Markdown."""
    head = ("ravine", "PyTorch", "rate", "largest relative difference", "verdict")
    lines = [f"| {' | '.join(head)} |", f"|{'|'.join(' --- ' for _ in head)}|"]
    return "\n".join([*lines, *(case.row() for case in CASES)])


def _gradient(t: int, theta: Array) -> Array:
    gradient: Array = _CURVATURE * theta + _NOISE[t - 1]
    return gradient


def _schedule(case: Case) -> Schedule:
    """Return ravine's schedule of a case; PyTorch's optimizers are given the same rates."""
    offered = registry.load()
    falling: Schedule = offered.get("schedule", "exponential")(gamma=0.95)
    constant: Schedule = offered.get("schedule", "constant")()
    return falling if case.falling else constant


def _descend_ours(case: Case) -> Array:
    optimizer = registry.load().get("optimizer", case.ours)(**case.fields)
    schedule, theta, path = _schedule(case), _START.copy(), []
    slots = [np.zeros(theta.shape) for _ in optimizer.slots]
    for t in range(1, STEPS + 1):
        optimizer.step(theta, _gradient(t, theta), slots, t=t, lr=optimizer.lr * schedule.factor(t - 1, STEPS))
        path.append(theta.copy())
    return np.array(path)


def _descend_theirs(case: Case, carried: bool = False) -> Array:
    import torch

    theta = torch.from_numpy(_START.copy())
    optimizer = getattr(torch.optim, case.theirs)([theta], **case.settings)
    (group,) = optimizer.param_groups
    schedule, base, path = _schedule(case), group["lr"], []
    for t in range(1, STEPS + 1):
        before, group["lr"] = group["lr"], base * schedule.factor(t - 1, STEPS)
        if carried and t > 1:
            optimizer.state[theta]["momentum_buffer"] *= before / group["lr"]
        theta.grad = torch.from_numpy(_gradient(t, theta.numpy()))
        optimizer.step()
        path.append(theta.numpy().copy())
    return np.array(path)


def _apart(ours: Array, theirs: Array) -> float:
    return float((np.abs(ours - theirs).max(axis=1) / np.abs(theirs).max(axis=1)).max())


def _text(difference: float) -> str:
    """Return a difference; one of rounding depends on the processor, and is bounded only."""
    return f"≤ {AGREES:g}" if difference <= AGREES else f"{difference:.2g}"


def _call(name: str, settings: Mapping[str, float]) -> str:
    inside = ", ".join(f"{key}={value!r}" for key, value in settings.items())
    return f"`{name}({inside})`" if inside else f"`{name}`"


def _main() -> None:
    try:
        print(table())
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        print(
            "ravine_torch.parity: it needs PyTorch, which is not installed: pip install torch", file=sys.stderr
        )
        sys.exit(2)


if __name__ == "__main__":
    _main()
