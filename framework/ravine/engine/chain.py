"""Chain: layers in order, each bound to its arrays; a composite layer has further chains."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from types import SimpleNamespace
from typing import Any, TypeAlias

import numpy as np

from ravine.base.types import Array
from ravine.contracts.layer import Backward, Layer
from ravine.engine.promises import refuse_writing, to_read
from ravine.fusion.pointwise import Pointwise

__all__ = [
    "Chain",
    "Link",
    "Pass",
    "Trace",
]

Trace: TypeAlias = Callable[[str, Array], None]
"""Called with a layer's place and name, and its output; on the way back with the gradient of that output."""


@dataclass(frozen=True)
class Pass:
    """What is the same for all layers of one forward pass.

    Parameters
    ----------
    training : bool
        False in an evaluation.
    rng : numpy.random.Generator
        Random stream for noise in layers.
    trace : callable or None
        Sees the output of every layer.
    penalties : list of float
        Gets what layers add to the loss.
    fuses : bool
        Whether layers run as compiled loops where these give the same bits.
    """

    training: bool
    rng: np.random.Generator
    trace: Trace | None
    penalties: list[float]
    fuses: bool = False


@dataclass(frozen=True)
class Link:
    """One layer of a chain.

    Parameters
    ----------
    where : str
        Its place and name, ``1.dense``.
    p : namespace
        Views of its arrays.
    trains : bool
        Whether there are parameters, in the layer or in its parts.
    parts : dict of str to Chain
        By name, the chains of a composite.
    pointwise : Pointwise or None
        How the layer is fused, if it has no arrays.
    """

    where: str
    p: SimpleNamespace
    trains: bool
    parts: Mapping[str, Chain]
    pointwise: Pointwise | None = None

    def arrays(self, of: Pass) -> SimpleNamespace:
        """Return what the layer finds as ``p`` in a pass."""
        if not self.parts:
            return self.p
        return SimpleNamespace(**vars(self.p), **{name: part.through(of) for name, part in self.parts.items()})


class Chain:
    """Layers, one after the other.

    Parameters
    ----------
    links : sequence of Link
        In order.
    layers : dict of str to Layer
        The layers by place and name; another one can be put in the place of one.
    """

    def __init__(self, links: Sequence[Link], layers: Mapping[str, Layer]) -> None:
        self._links, self._layers = links, layers
        trained = [place for place, link in enumerate(links) if link.trains]
        self.trains = bool(trained)
        # Without the gradient of the input, the way back ends at the first layer with parameters.
        self._first = trained[0] if trained else 0

    def through(self, of: Pass) -> Callable[[Array], tuple[Array, Backward]]:
        """Return the function that goes forward in a pass, and returns output and way back.

        Raises
        ------
        TypeError
            If a layer does not return its output and a function, or that function does not return a gradient;
            the message has the layer's place and name.
        """

        def forward(x: Array) -> tuple[Array, Backward]:
            way_back = []
            for link in self._links:
                layer = self._layers[link.where]
                if not (of.fuses and link.pointwise and (fused := _fused(layer, link, x, of))):
                    fused = _forward(layer, link, x, of)
                x, backward = fused
                way_back.append(backward)
                if of.trace:
                    of.trace(link.where, x)

            def backward_all(dy: Any, need_dx: bool = True) -> Any:
                first = 0 if need_dx else self._first
                for place in range(len(way_back) - 1, first - 1, -1):
                    where = self._links[place].where
                    if of.trace:
                        of.trace(where, dy)
                    needed = need_dx or place > first
                    dy = _backward(self._layers[where], where, way_back[place], dy, need_dx=needed)
                return dy

            return x, backward_all

        return forward


# The first argument of these is the component that causes the error, so that ``registry.guard`` finds it.


def _fused(layer: Layer, link: Link, x: Array, of: Pass) -> tuple[Array, Backward] | None:
    """Return a layer's output and the way back as compiled loops; None if NumPy runs it."""
    assert link.pointwise

    def forward(x: Any, rng: Any) -> Any:
        return layer.forward(x, link.p, training=of.training, rng=rng)

    found: tuple[Array, Backward] | None = link.pointwise(layer, forward, x, training=of.training)
    return found


def _forward(layer: Layer, link: Link, x: Array, of: Pass) -> tuple[Array, Backward]:
    """Return a layer's output, and the function for the way back.

    Raises
    ------
    TypeError
        If its ``forward`` returns anything else.
    """
    # The layer before it may keep its output for the way back, and a second gradient needs the first input.
    try:
        returned: Any = layer.forward(to_read(x), link.arrays(of), training=of.training, rng=of.rng)
    except ValueError as error:
        refuse_writing(error, f"layer {link.where}: forward", "x or a parameter in p")
        raise
    if not (isinstance(returned, tuple) and len(returned) in (2, 3) and callable(returned[1])):
        got = type(returned).__name__
        raise TypeError(
            f"layer {link.where}: forward returned {got}, not output and function: "
            "end it with return y, backward"
        )
    y, backward, *penalty = returned
    if not isinstance(y, np.ndarray):
        raise TypeError(f"layer {link.where}: its output is a {type(y).__name__}, not an array")
    if penalty and of.training:
        if not isinstance(penalty[0], Real):
            raise TypeError(f"layer {link.where}: its penalty is {penalty[0]!r}, not a number")
        of.penalties.append(float(penalty[0]))
    return y, backward


def _backward(layer: Layer, where: str, backward: Backward, dy: Any, *, need_dx: bool) -> Any:
    """Return the gradient of a layer's input, if it is needed.

    Raises
    ------
    TypeError
        If the function that ``forward`` returned does not return it.
    """
    try:
        dx = backward(to_read(dy)) if need_dx else backward(to_read(dy), need_dx=False)
    except ValueError as error:
        refuse_writing(error, f"layer {where}: backward", "dy")
        raise
    if need_dx and not isinstance(dx, np.ndarray):
        missing = ": is return missing?" if dx is None else ""
        got = "None" if dx is None else f"a {type(dx).__name__}"
        raise TypeError(f"layer {where}: backward returned {got}, not the gradient of x{missing}")
    return dx
