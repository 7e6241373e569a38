"""Register: classes and arrays of a script or a notebook become components of its process."""

from __future__ import annotations

import re
import types
from dataclasses import dataclass
from typing import Annotated, TypeVar

import numpy as np
import pluggy

from ravine.base.errors import PluginError
from ravine.base.types import Array
from ravine.contracts.component import Component
from ravine.contracts.dataset import Data, Dataset, Examples
from ravine.registry.kinds import KINDS
from ravine.registry.registry import load

__all__ = ["dataset_of", "register"]

_Made = TypeVar("_Made", bound=type[Component])

_HERE = "this process"

# As in ``hookspecs``, which is not needed for it.
_hookimpl = pluggy.HookimplMarker("ravine")


def register(cls: _Made, *, name: str = "") -> _Made:
    """Make a class a component of this process, under a name; it can be a decorator.

    The class of an earlier call under that name is replaced: the cell was run again. Runs are made in this
    process then, and not by workers, which do not know the class. A package is known to all.

    Parameters
    ----------
    cls : type of Component
        A subclass of a contract: ``ravine.Optimizer``, ``ravine.Layer`` and so on.
    name : str, optional
        By default the name of the class in lower case, with _ between words.

    Returns
    -------
    type of Component
        The class.

    Raises
    ------
    PluginError
        If it is not such a class, or its name is taken; the message says by whom.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import ravine
    >>> @ravine.register
    ... @dataclass(frozen=True)
    ... class HalfSteps(ravine.Optimizer):
    ...     lr: float = 0.1
    ...
    ...     def step(self, theta, g, state, *, t, lr):
    ...         theta -= lr / 2 * g
    >>> cfg = ravine.compose(["problem=ravine", "optimizer=half_steps", "training.steps=2"])
    >>> print(ravine.build(cfg).run().status)
    completed
    """
    kind = getattr(cls, "kind", None)
    if not (isinstance(cls, type) and issubclass(cls, Component)) or kind not in KINDS:
        there = ", ".join(one.base.__name__ for one in KINDS.values())
        raise PluginError(f"{cls!r} is not a subclass of a contract; there are: {there}")
    name = name or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
    hook = KINDS[kind].hook
    plugin = types.SimpleNamespace(**{hook: _hookimpl(lambda: {name: cls})})
    if taken := load().add(plugin, f"{kind} {name}", _HERE):
        raise PluginError(f"{taken}; give this one another name: ravine.register({cls.__name__}, name=…)")
    return cls


def dataset_of(
    x: Annotated[Array, "n *shape"],
    target: Annotated[Array, "n"] | Annotated[Array, "n n_out"],
    *,
    test: float | tuple[Array, Array] = 0.2,
    scale: float = 1.0,
    name: str = "arrays",
) -> type[Dataset]:
    """Make arrays a dataset of this process: ``dataset=arrays``.

    Parameters
    ----------
    x : (n, *shape) array
        Inputs of the examples.
    target : (n,) array of whole numbers, or (n, n_out) array
        Classes, from 0, or rows of numbers.
    test : float, or (x, target)
        Examples for the test, or the share of the examples that is drawn for it, the same in every run.
    scale : float
        Inputs are multiplied by it: 1/255 for bytes.
    name : str
        The name by which it is chosen.

    Returns
    -------
    type of Dataset
        The class, with the fields of every dataset: ``train``, ``validation``, ``test``.

    Raises
    ------
    ValueError
        If there are not as many inputs as targets, or the share leaves nothing for one side.

    Examples
    --------
    >>> import numpy as np
    >>> import ravine
    >>> x = np.random.default_rng(0).normal(size=(200, 3))
    >>> _ = ravine.dataset_of(x, (x[:, 0] > 0).astype(int), name="half_spaces")
    >>> words = ["dataset=half_spaces", "network.hidden=[]", "optimizer.lr=1"]
    >>> run = ravine.build(ravine.compose([*words, "training.epochs=30"])).run()
    >>> print(run.final["test_accuracy"] > 0.9)
    True
    """
    examples = Examples(np.array(x), np.array(target))
    if isinstance(test, tuple):
        train, tested = examples, Examples(*map(np.array, test))
    else:
        n = round(len(examples) * test)
        if not 0 < n < len(examples):
            raise ValueError(f"test = {test} of {len(examples)} examples: one side would have none")
        order = np.random.default_rng(0).permutation(len(examples))
        train, tested = examples[np.sort(order[n:])], examples[np.sort(order[:n])]
    classes = examples.target.ndim == 1
    n_out = int(examples.target.max()) + 1 if classes else examples.target.shape[1]
    given = Data(train, tested, n_out=n_out, scale=scale)

    @dataclass(frozen=True, kw_only=True)
    class Arrays(Dataset):
        """Arrays: examples of this process.

        Parameters
        ----------
        train, validation, test
            Which examples to use: see ``ravine.Dataset``.
        """

        def load(self) -> Data:
            return given

    return register(Arrays, name=name)
