"""Network: a chain of layers with their parameters; ``forward`` returns the output and the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import pairwise
from types import SimpleNamespace
from typing import Annotated

import numpy as np
from numpy.typing import DTypeLike

from ravine.base.types import Array
from ravine.contracts.initializer import Initializer
from ravine.contracts.layer import Layer, ParameterSpec
from ravine.engine.chain import Chain, Link, Pass, Trace
from ravine.engine.parameters import Parameters
from ravine.engine.promises.initializer import drawn, settle
from ravine.engine.promises.layer import out_shape_of, specs_of, words_of
from ravine.engine.promises.writing import to_read
from ravine.fusion.kernel import Fusion

__all__ = [
    "Network",
    "Node",
]


@dataclass(frozen=True)
class Node:
    """A layer with its name, and the layers of its parts.

    Parameters
    ----------
    name : str
        Its registered name.
    layer : Layer
        The layer.
    parts : dict of str to sequence of Node
        Of a composite, by name, the layers of each part in order.
    """

    name: str
    layer: Layer
    parts: Mapping[str, Sequence[Node]] = field(default_factory=dict)


class Network:
    """A chain of layers, of which some may contain chains.

    Parameters
    ----------
    nodes : sequence of Node
        In order; the names of a layer's arrays begin with its place and name, ``1.dense.W``, those in a part
        with the place and name of the composite and the part, ``2.residual.branch.0.dense.W``.
    in_shape : tuple of int
        Shape of one input example.
    initializer : Initializer
        Draws the weights; all other arrays start at the value that their layer declares.
    initializers : dict of str to Initializer, optional
        Others, by a role or a pattern for the full names of weights; the last that fits a weight counts.
    rng : numpy.random.Generator
        Random stream for initial weights.
    dtype : dtype
        float32 or float64.

    Attributes
    ----------
    layers : dict of str to Layer
        All layers by place and name, those in parts too; another one can be put in the place of one.
    shapes : dict of str to (tuple, tuple)
        By place and name, the shapes of one input and one output example of a layer.
    following : dict of str to str
        By place and name, the layer that takes a layer's output: the next, or for the last of a part the
        composite.
    parameters : Parameters
        The arrays that are trained.
    buffers : Parameters
        The arrays that are kept but not trained; no optimizer sees them.
    out_shape : tuple of int
        Shape of one output example.
    vocabulary : int or None
        How many whole numbers there are for an input; None if inputs are any numbers.

    Raises
    ------
    ValueError
        If there is no layer, or a layer does not accept the output of the layer before it; the message has its
        place, its name and the shapes. Also if the initializer does not draw finite numbers in the shape of a
        weight, or a pattern fits no weight.
    TypeError
        If a layer declares anything but shapes, and ParameterSpecs by name.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        in_shape: tuple[int, ...],
        *,
        initializer: Initializer,
        initializers: Mapping[str, Initializer] | None = None,
        rng: np.random.Generator,
        dtype: DTypeLike,
    ) -> None:
        if not nodes:
            raise ValueError("a network has at least one layer, and this one has none")
        self.layers: dict[str, Layer] = {}
        self.vocabulary: int | None = None
        self.shapes: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {}
        self.following: dict[str, str] = {}
        self._trained: dict[tuple[str, str], ParameterSpec] = {}
        self._kept: dict[tuple[str, str], ParameterSpec] = {}
        self.out_shape = self._lay_out(nodes, in_shape, "")
        self.parameters = Parameters(self._trained, dtype)
        self.buffers = Parameters(self._kept, dtype)
        self._chains: list[Chain] = []
        self._chain = self._bind(nodes, "")
        outside = [where for where, _ in _placed(nodes, "")]
        stretches = self.parameters.stretches(lambda place: place.name.rpartition(".")[0] in outside)
        self._in_parts = [
            self.parameters.grad[part]
            for part, place in stretches
            if place.name.rpartition(".")[0] not in outside
        ]
        self._draws = _by_weight(initializer, initializers or {}, self.parameters)

        for parameters in (self.parameters, self.buffers):
            views = parameters.named(parameters.theta)
            for (where, name), spec in parameters.specs.items():
                full = f"{where}.{name}"
                if full in self._draws:
                    views[full][...] = drawn(self._draws[full], rng, spec, parameters.places[full])
                else:
                    views[full][...] = spec.fill

    def _lay_out(self, nodes: Sequence[Node], shape: tuple[int, ...], before: str) -> tuple[int, ...]:
        """Note layers, shapes and arrays of a chain; return the shape of an output."""
        placed = list(_placed(nodes, before))
        self.following |= {where: after for (where, _), (after, _) in pairwise(placed)}
        if placed and before:
            self.following[placed[-1][0]] = before[:-1].rpartition(".")[0]
        for where, node in placed:
            layer, in_shape = node.layer, shape
            if (words := words_of(layer, where)) is not None:
                if self.layers:
                    raise ValueError(
                        f"layer {where} takes whole numbers, so it can only be the first layer of a network"
                    )
                self.vocabulary = words
            self.layers[where] = layer
            outs = {name: self._lay_out(part, shape, f"{where}.{name}.") for name, part in node.parts.items()}
            shape = out_shape_of(layer, where, in_shape, outs)
            self.shapes[where] = in_shape, shape
            declared = [specs_of(layer, where, method, in_shape) for method in ("parameters", "buffers")]
            names = [*node.parts, *(name for specs in declared for name in specs)]
            if len({*names, "grad"}) <= len(names):
                raise ValueError(
                    f"layer {where}: its arrays need different names, and none may be named grad: {names}"
                )
            for arrays, specs in zip((self._trained, self._kept), declared, strict=True):
                arrays |= {(where, name): spec for name, spec in specs.items()}
        return shape

    def _bind(self, nodes: Sequence[Node], before: str) -> Chain:
        """Return a chain whose layers see their arrays."""
        links = []
        for where, node in _placed(nodes, before):
            trained, kept = vars(self.parameters.of(where)), vars(self.buffers.of(where))
            grad, _ = trained.pop("grad"), kept.pop("grad")
            p = SimpleNamespace(**{name: to_read(view) for name, view in trained.items()}, **kept, grad=grad)
            parts = {name: self._bind(part, f"{where}.{name}.") for name, part in node.parts.items()}
            own = any(owner == where for owner, _ in self._trained)
            trains = own or any(part.trains for part in parts.values())
            links.append(Link(where, p, trains, parts))
        self._chains.append(Chain(links, self.layers, inner=bool(before)))
        return self._chains[-1]

    @property
    def settles(self) -> bool:
        """Whether some initializer wants to see what layers return before training."""
        return any(type(one).settle is not Initializer.settle for one in self._draws.values())

    def settle(self, x: Annotated[Array, "batch *in_shape"]) -> None:
        """Let initializers change their weights by what layers return for a batch, first layer to last.

        Raises
        ------
        ValueError
            If one leaves numbers that are not finite.
        """
        views = self.parameters.named(self.parameters.theta)
        # Layers have no noise then.
        unused = np.random.default_rng(0)
        for name, place in sorted(self.parameters.places.items(), key=lambda item: item[1].depth):
            if name in self._draws:
                where = name.rpartition(".")[0]

                def outputs(where: str = where) -> Array:
                    seen: dict[str, Array] = {}
                    self.forward(x, training=False, rng=unused, trace=seen.__setitem__)
                    return seen[where]

                settle(self._draws[name], views[name], outputs, place)

    def forward(
        self,
        x: Annotated[Array, "batch *in_shape"],
        *,
        training: bool,
        rng: np.random.Generator,
        trace: Trace | None = None,
        penalties: list[float] | None = None,
        fusion: Fusion = Fusion.NOTHING,
    ) -> tuple[Annotated[Array, "batch *out_shape"], Callable[[Annotated[Array, "batch *out_shape"]], None]]:
        """Compute the output for a batch, and the function that fills ``parameters.grad``.

        Parameters
        ----------
        x : (batch, *in_shape) array
            Inputs in the network's dtype.
        training : bool
            False in an evaluation.
        rng : numpy.random.Generator
            Random stream for noise in layers.
        trace : callable, optional
            Called for each layer with its place and name, and its output; on the way back with the gradient of
            that output. Layers in parts come before the layer that has them, and on the way back after it.
        penalties : list of float, optional
            Gets what layers add to the loss; the way back has their derivatives already.
        fusion : Fusion
            Whether layers run as programs where these give the same bits. If so, outputs are overwritten by the
            next pass that fuses, and the way back is gone before that.

        Returns
        -------
        y : (batch, *out_shape) array
            Outputs.
        backward : callable
            Takes the gradient of ``y`` and overwrites ``parameters.grad``.

        Raises
        ------
        TypeError
            If a layer does not return its output and a function, or that function does not return a gradient;
            the message has the layer's place and name.
        """
        one = Pass(training, rng, trace, [] if penalties is None else penalties, fusion)
        y, backward = self._chain.through(one)(x)

        def back(dy: Array) -> None:
            self.forget()
            backward(dy, need_dx=False)

        return y, back

    @property
    def fused(self) -> dict[str, str]:
        """By place and name of a layer without parts, why NumPy has run it; "" if a program of it has run."""
        found = {where: why for chain in self._chains for where, why in chain.fused.items()}
        return {where: found[where] for where in self.layers if where in found}

    def forget(self) -> None:
        """Set the gradients in parts to 0: a part that a batch does not go through learns nothing from it."""
        for gradients in self._in_parts:
            gradients[...] = 0


def _placed(nodes: Sequence[Node], before: str) -> Iterator[tuple[str, Node]]:
    """Yield layers with place and name."""
    for place, node in enumerate(nodes):
        yield f"{before}{place}.{node.name}", node


def _by_weight(
    initializer: Initializer, others: Mapping[str, Initializer], parameters: Parameters
) -> dict[str, Initializer]:
    """Return the initializer of every weight by its full name.

    Raises
    ------
    ValueError
        If a pattern fits no weight, or later ones take all that it fits; the message has what there is.
    """
    drawn = {f"{where}.{name}" for (where, name), spec in parameters.specs.items() if spec.fill is None}
    weights = {name: place for name, place in parameters.places.items() if name in drawn}
    of: dict[str, str] = dict.fromkeys(weights, "")
    for pattern in others:
        fitting = [
            name for name, place in weights.items() if pattern == place.role or fnmatchcase(name, pattern)
        ]
        if not fitting:
            roles = ", ".join(dict.fromkeys(place.role for place in weights.values()))
            raise ValueError(
                f"initializers.{pattern}: no weight is named {pattern}; there are: {', '.join(weights)}, "
                f"and by role: {roles}"
            )
        of |= dict.fromkeys(fitting, pattern)
    for pattern in others:
        if pattern not in of.values():
            raise ValueError(f"initializers.{pattern}: later ones take all weights named {pattern}")
    return {name: others[pattern] if pattern else initializer for name, pattern in of.items()}
