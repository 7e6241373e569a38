"""Rules: what takes part in every update and keeps a state, the common part of optimizers and transforms."""

from __future__ import annotations

import functools
import inspect
from abc import ABC
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Protocol, TypeAlias, get_args

import numpy as np

from ravine.base.names import nearest
from ravine.base.types import Array
from ravine.contracts.component import Component
from ravine.contracts.layer import Axis

__all__ = [
    "METHODS",
    "WORDS",
    "GradientAt",
    "Place",
    "Role",
    "Rule",
    "Sees",
    "asks",
    "is_evaluated_elsewhere",
]


Sees: TypeAlias = Literal["block", "array", "named", "all"]
"""Which piece of the parameters one call gets."""

Role: TypeAlias = Literal["input", "hidden", "output", "other"]
"""What an array is: a weight of the first layer that has any, of the last, of one between, or another array."""


@dataclass(frozen=True)
class Place:
    """Where an array of parameters is in a network.

    Parameters
    ----------
    name : str
        Its full name, ``1.affine.W``: the layer's place, the layer's name, the array's name.
    shape : tuple of int
        Its shape.
    role : "input", "hidden", "output" or "other"
        ``input`` for weights of the first layer that has weights, ``output`` for those of the last,
        ``hidden`` for those between, and ``other`` for all that the initializer does not draw: biases, and
        scale and shift of a normalisation. In a network with one layer of weights, these are ``output``. The
        arrays of a function are ``hidden`` if they have two axes or more, and ``other`` if they have not.
    depth : int
        The place of its layer among those with parameters, from 0.
    layers : int
        The number of layers with parameters.
    decay : float
        Factor of a rule's own weight decay: 1 for what regularizers act on and for coordinates of surfaces and
        functions, times the ``decay`` that ``training.groups`` gives the array; 0 for biases, and for scale and
        shift of a normalisation.
    axes : tuple of "in", "out" and "kernel"
        What the axes of a weight are; empty if its layer does not say.
    """

    name: str
    shape: tuple[int, ...]
    role: Role
    depth: int
    layers: int
    decay: float
    axes: tuple[Axis, ...] = ()


class GradientAt(Protocol):
    """Asks for loss and gradient at other parameters, on the batch of this update."""

    def __call__(self, theta: Any) -> tuple[float, Any]:
        """Return loss and gradient, for the call of the method that gets this function, and for no later one.

        Parameters
        ----------
        theta : array or mapping of name to array
            Parameters in the form in which the rule sees them: of the same shapes, under the same names, and of
            the same type or in float64, which is rounded.

        Returns
        -------
        loss, g : float, array or mapping of name to array
            With the part of a coupled regularizer. Layers draw the same noise as before, and their buffers do
            not change. Each call counts as one gradient.
        """


WORDS: dict[str, tuple[Sees, ...]] = {
    "place": ("array",),
    "places": ("named",),
    "loss": ("block", "array", "named", "all"),
    "gradient_at": ("named", "all"),
    "rng": ("array", "named", "all"),
}
"""What a method can ask for by naming it as an argument, each with the ``sees`` that it goes with."""

METHODS = ("start", "step", "before", "after", "evaluated")
"""The methods that can ask for more."""


@functools.cache
def asks(cls: type, method: str) -> tuple[str, ...]:
    """Return the words that a method of a class asks for."""
    return tuple(word for word in inspect.signature(getattr(cls, method)).parameters if word in WORDS)


@dataclass(frozen=True)
class Rule(Component, ABC):
    """Takes part in every update of the parameters, and keeps a state.

    State arrays are declared in the class line: ``class Mine(Optimizer, slots=("v",))``. The engine makes them,
    filled with 0, with one number for each parameter. A rule that needs other shapes or other first values says
    so in ``start``.

    The class line also says which piece of the parameters one call gets, ``sees="array"``:

    ``"block"``
        A part of the flat parameters that fits into the cache; the default. It is for rules that treat every
        coordinate independently. It gives the same bits as one call with all parameters, and is fast.
    ``"array"``
        One array of the network, a weight or a bias, in the shape that its layer declares. It is for rules that
        need rows and columns, or a norm of each array.
    ``"named"``
        All arrays in one call: ``theta``, ``g`` and ``state`` are mappings, by the full name of an array. It is
        for rules that need shapes and a norm of everything.
    ``"all"``
        All parameters, flat. It is for rules that need a norm of everything.

    A method gets more if its signature names it, ``def step(self, theta, g, state, *, t, lr, place)``:

    ``place`` : Place
        With ``"array"``: name, shape, role and depth of the array. It can be named in ``start`` and
        ``evaluated`` too.
    ``places`` : mapping of name to Place
        The same with ``"named"``, but in ``start``, which is called for one array and gets ``place``.
    ``loss`` : float
        The loss before this update, with a regularizer's penalty.
    ``gradient_at`` : callable
        With ``"all"`` and ``"named"``: returns loss and gradient at other parameters, on the same batch; see
        ``GradientAt``.
    ``rng`` : numpy.random.Generator
        The run's random stream for updates; not with ``"block"``, where the draws would depend on the blocks.

    What a method must not change, it gets as arrays that cannot be written to. What it changes, it changes in
    place, and returns nothing: ``theta[name] -= …`` is possible, and ``theta[name] = theta[name] - …``, which
    would be dropped, is refused.

    Between updates the engine may set numbers of parameters and state that are denormal, below 1.2e-38 in
    float32, to 0: arithmetic with them is slow.
    """

    _slots: ClassVar[tuple[str, ...]] = ()
    sees: ClassVar[Sees] = "block"

    def __init_subclass__(
        cls, *, slots: tuple[str, ...] | None = None, sees: Sees | None = None, **kwargs: Any
    ) -> None:
        for word in kwargs:
            raise TypeError(f"{cls.__name__}: its class line has {word}={nearest(word, ('slots', 'sees'))}")
        super().__init_subclass__()
        if isinstance(slots, str):
            raise TypeError(f"{cls.__name__}: slots = {slots!r}: it must be a tuple of names, ({slots!r},)")
        if sees not in (None, *get_args(Sees)):
            raise TypeError(f"{cls.__name__}: sees = {sees!r} is not one of {', '.join(get_args(Sees))}")
        # A subclass inherits what its class line does not say.
        cls._slots = cls._slots if slots is None else slots
        cls.sees = sees or cls.sees
        for method in METHODS:
            for word in asks(cls, method) if hasattr(cls, method) else ():
                fitting = _fitting(word, method)
                if cls.sees not in fitting:
                    goes = " or ".join(f"sees={sees!r}" for sees in fitting) or "updates only"
                    raise TypeError(f"{cls.__name__}: {method} asks for {word}, which goes with {goes}")

    @property
    def slots(self) -> tuple[str, ...]:
        """Names of the state arrays; override it in a rule whose fields decide which arrays it needs."""
        return self._slots

    if TYPE_CHECKING:
        start: ClassVar[Callable[..., Mapping[str, Array]]]
    else:

        def start(self, theta: Annotated[Array, "*shape"]) -> Mapping[str, Array]:
            """Return the state before the first update, by slot; by default every slot is 0.

            Parameters
            ----------
            theta : array
                Initial parameters: with ``"block"`` and ``"all"`` flat, else one array, in its own shape. It
                must not be changed.

            Returns
            -------
            dict of str to array
                Arrays of any shape; a single number is an array without axes, ``np.array(1e-6)``. With
                ``"block"`` they have the shape of ``theta``. An array may leave out slots that it does not
                need; its ``state`` has the others, in the order of ``slots``.
            """
            return {slot: np.full_like(theta, 0) for slot in self.slots}

    def evaluated(self, theta: Any, state: Any, *, t: int) -> Any:
        """Return the parameters at which a run is evaluated after ``t`` steps; by default ``theta``.

        Parameters
        ----------
        theta, state
            As in ``step``; they must not be changed.
        t : int
            Number of steps made.

        Returns
        -------
        array of the shape of ``theta``, or with ``"named"`` a mapping of such arrays
            Parameters for evaluations and probes. Training goes on from ``theta``.
        """
        return theta


def is_evaluated_elsewhere(cls: type[Rule]) -> bool:
    """Whether rules of a class say at which parameters a run is evaluated."""
    return cls.evaluated is not Rule.evaluated


def _fitting(word: str, method: str) -> tuple[Sees, ...]:
    # At the start, every array is alone.
    if method == "start":
        return ("array", "named") if word == "place" else ()
    # Where a run is evaluated must not depend on chance or on a batch.
    if method == "evaluated" and word not in ("place", "places"):
        return ()
    return WORDS[word]
