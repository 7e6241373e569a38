"""One update by a class of ``torch.optim``, whose whole memory is ravine's slots."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from ravine import Array, Optimizer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

__all__ = ["TorchOptimizer", "number", "update", "warm_up"]


@dataclass(frozen=True)
class TorchOptimizer(Optimizer, sees="all"):
    """A class of ``torch.optim``, made anew for every update.

    Notes
    -----
    Fields are the arguments of that class, slots what it keeps of a parameter, both by PyTorch's names. A rule
    that treats every coordinate alone sees all parameters as one tensor: its numbers are the same as with a
    tensor for every array, and one object an update is enough.
    """

    rule: ClassVar[str]

    def step(self, theta: Array, g: Array, state: Sequence[Array], *, t: int, lr: float) -> None:
        settings = {**vars(self), "lr": lr, "foreach": False}
        slots = dict(zip(self.slots, state, strict=True))
        update(self.rule, settings, theta, g, slots, t=t, kept=self.kept)

    def kept(self, slots: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return what PyTorch's class keeps, by its names, made from the slots; here it is the slots."""
        return slots


def update(
    rule: str,
    settings: Mapping[str, Any],
    theta: Array,
    g: Array,
    slots: Mapping[str, Array],
    *,
    t: int,
    kept: Callable[[dict[str, Tensor]], dict[str, Tensor]] = dict,
) -> None:
    """Make one update with a class of ``torch.optim``, in place.

    Parameters
    ----------
    rule : str
        Name of the class.
    settings : mapping
        Its arguments.
    theta, g : arrays of one shape
        Parameters, on whose memory PyTorch works, and gradient.
    slots : mapping of str to array of that shape
        What the class keeps between updates, by its names. A number or a row of it fills the slot.
    t : int
        Number of this update, from 1. The first begins without a past, so that PyTorch's own beginning counts.
    kept : callable, optional
        From slots to what the class keeps, where that is not the same.
    """
    import torch

    parameter = torch.from_numpy(theta)
    # A copy, because PyTorch warns of memory that cannot be written to.
    parameter.grad = torch.tensor(g)
    tensors = {name: torch.from_numpy(slot) for name, slot in slots.items()}
    optimizer = getattr(torch.optim, rule)([parameter], **settings)
    if t > 1:
        optimizer.state[parameter] = {"step": torch.tensor(t - 1.0), **kept(tensors)}
    with _one_thread():
        optimizer.step()
    for name, tensor in tensors.items():
        if name in optimizer.state[parameter]:
            tensor.copy_(optimizer.state[parameter][name])


def number(slot: Tensor) -> Tensor:
    """Return the number that fills a slot, as PyTorch keeps it."""
    import torch

    return torch.tensor(slot.flatten()[0].item())


def warm_up() -> None:
    """Import PyTorch with all that a first step needs."""
    update("SGD", {"lr": 0.0}, np.zeros(1), np.zeros(1), {}, t=1)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let PyTorch compute in one thread, as NumPy does in a step of ravine's own, and then as it did before."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
