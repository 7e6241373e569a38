"""Chain: layers in order, each bound to its arrays; a composite layer has further chains."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ravine.base.types import Array
from ravine.contracts.layer import Backward, Layer
from ravine.engine.promises.layer import backward_of, forward_of
from ravine.fusion.kernel import Fusion
from ravine.fusion.layout import OtherwiseError
from ravine.fusion.stretch import Stretch

__all__ = [
    "NOT_RUN",
    "Chain",
    "Link",
    "Pass",
    "Trace",
]

NOT_RUN = "no program of it has run"
"""Why NumPy runs a layer of which nothing else is known."""

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
    fusion : Fusion
        Whether layers run as programs where these give the same bits.
    taken : list of Stretch
        Those that have run as a program: their results have to last as long as the pass.
    """

    training: bool
    rng: np.random.Generator
    trace: Trace | None
    penalties: list[float]
    fusion: Fusion = Fusion.NOTHING
    taken: list[Stretch] = field(default_factory=list)


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
    """

    where: str
    p: SimpleNamespace
    trains: bool
    parts: Mapping[str, Chain]

    def arrays(self, of: Pass) -> SimpleNamespace:
        """Return what the layer finds as ``p`` in a pass."""
        if not self.parts:
            return self.p
        return SimpleNamespace(**vars(self.p), **{name: part.through(of) for name, part in self.parts.items()})


class _WayBack(NamedTuple):
    """The way back of a layer, or of those of a stretch that runs as a program, which has its inputs."""

    begin: int
    end: int
    backward: Callable[..., Any]
    x: Array | None = None


class _Section(NamedTuple):
    """Layers of a chain that run as a stretch, from one place to before another."""

    begin: int
    end: int
    stretch: Stretch


class Chain:
    """Layers, one after the other.

    Parameters
    ----------
    links : sequence of Link
        In order.
    layers : dict of str to Layer
        The layers by place and name; another one can be put in the place of one.
    inner : bool
        Whether it is a part of a composite, which needs the gradient of its inputs.

    Attributes
    ----------
    trains : bool
        Whether there are parameters.
    """

    def __init__(self, links: Sequence[Link], layers: Mapping[str, Layer], *, inner: bool) -> None:
        self._links, self._layers = links, layers
        trained = [place for place, link in enumerate(links) if link.trains]
        self.trains = bool(trained)
        # Without the gradient of the input, the way back ends at the first layer with parameters.
        self._first = trained[0] if trained else 0
        self._inner = inner
        self._by_numpy: dict[str, str] = {}
        self._sections = {section.begin: section for section in self._cut(0, len(links))}

    @property
    def fused(self) -> dict[str, str]:
        """By place and name of a layer without parts, why NumPy has run it; "" if a program of it has run."""
        ran = {
            link.where
            for begin, end, stretch in self._sections.values()
            if stretch.has_run
            for link in self._links[begin:end]
        }
        return {
            link.where: self._by_numpy.get(link.where, "" if link.where in ran else NOT_RUN)
            for link in self._links
            if not link.parts
        }

    def _cut(self, begin: int, end: int) -> Iterator[_Section]:
        """Yield the longest stretches of layers that may be fused."""
        may = [not link.parts and link.where not in self._by_numpy for link in self._links[begin:end]]
        for can, places in itertools.groupby(range(begin, end), lambda place: may[place - begin]):
            if can:
                at, *rest = places
                last = at + 1 + len(rest)
                ends = not self._inner and at <= self._first
                arrays = [link.p for link in self._links[at:last]]
                yield _Section(at, last, Stretch(arrays, self._first - at if ends else None))

    def through(self, of: Pass) -> Callable[[Array], tuple[Array, Backward]]:
        """Return the function that goes forward in a pass, and returns output and way back.

        Raises
        ------
        TypeError
            If a layer does not return its output and a function, or that function does not return a gradient;
            the message has the layer's place and name.
        """

        def forward(x: Array) -> tuple[Array, Backward]:
            ways_back: list[_WayBack] = []
            # By the last of its layers, a stretch that NumPy runs this time, with its inputs.
            unknown: dict[int, tuple[Stretch, Array]] = {}
            fuses = of.fusion & (Fusion.PROGRAMS | Fusion.OFTEN) and not of.trace
            at = 0
            while at < len(self._links):
                section = self._sections.get(at) if fuses else None
                if section and (found := self._run(section, x, of)):
                    y, backward = found
                    ways_back.append(_WayBack(*section[:2], backward, x))
                    x, at = y, section.end
                    continue
                # It may have been cut just now.
                if fuses and (section := self._sections.get(at)):
                    unknown[section.end - 1] = section.stretch, x
                link = self._links[at]
                x, backward = forward_of(
                    self._layers[link.where],
                    link.where,
                    x,
                    link.arrays(of),
                    training=of.training,
                    rng=of.rng,
                    penalties=of.penalties,
                )
                if of.trace:
                    of.trace(link.where, x)
                if at in unknown:
                    backward = _noting(*unknown[at], backward)
                at += 1
                ways_back.append(_WayBack(at - 1, at, backward))

            def backward_all(dy: Any, need_dx: bool = True) -> Any:
                return self._back(ways_back, dy, of, need_dx=need_dx)

            return x, backward_all

        return forward

    def _back(self, ways_back: Sequence[_WayBack], dy: Any, of: Pass, *, need_dx: bool) -> Any:
        """Go back, from the last way to the first; return the gradient of the inputs, if it is needed."""
        first = 0 if need_dx else self._first
        for begin, end, backward, x in reversed(ways_back):
            if end <= first:
                break
            where = self._links[begin].where
            if of.trace:
                of.trace(where, dy)
            if x is None:
                dy = backward_of(self._layers[where], where, backward, dy, need_dx=need_dx or begin > first)
                continue
            try:
                dy = backward(dy)
            except OtherwiseError:
                dy = self._back(self._by_layers(begin, end, x, of), dy, of, need_dx=need_dx)
        return dy

    def _by_layers(self, begin: int, end: int, x: Array, of: Pass) -> list[_WayBack]:
        """Return the ways back of layers that have run as a program, which has none this time."""
        ways_back = []
        for place, link in enumerate(self._links[begin:end], begin):
            x, backward = forward_of(
                self._layers[link.where],
                link.where,
                x,
                link.arrays(of),
                training=of.training,
                rng=of.rng,
                penalties=of.penalties,
            )
            ways_back.append(_WayBack(place, place + 1, backward))
        return ways_back

    def _run(
        self, section: _Section, x: Array, of: Pass
    ) -> tuple[Array, Callable[[Array], Array | None]] | None:
        """Run a stretch; None if NumPy has to, this time or always: then the stretch is cut there."""
        begin, end, stretch = section
        if stretch in of.taken:
            return None
        forwards = [self._layers[link.where].forward for link in self._links[begin:end]]
        found = stretch(forwards, x, training=of.training, rng=of.rng, fusion=of.fusion)
        if found:
            of.taken.append(stretch)
        elif stretch.fault:
            at, why = stretch.fault
            self._by_numpy[self._links[begin + at].where] = why
            del self._sections[begin]
            self._sections |= {one.begin: one for one in self._cut(begin, end)}
        return found


def _noting(stretch: Stretch, x: Array, backward: Backward) -> Backward:
    """Return a way back that lets a stretch know the gradient of its outputs."""
    gone = False

    def noting(dy: Array, need_dx: bool = True) -> Array | None:
        nonlocal gone
        stretch.note(x, dy, again=gone)
        gone = True
        return backward(dy) if need_dx else backward(dy, need_dx=False)

    return noting
