"""The conformance kit: whether a component keeps the promises of its contract.

One line in a plugin's test module tests all of them::

    from ravine.testing import conformance
    from my_package import Mine

    test_mine = conformance(Mine())

``ravine check mine`` does the same on the command line for any component that is installed. A check is a small
function, ``check_<promise>``, whose failure says what was seen and what to change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ravine.component import Component
from ravine.layer import Layer
from ravine.names import nearest
from ravine.testing import (
    component as every,
)
from ravine.testing import (
    dataset,
    figure,
    initializer,
    layer,
    loss,
    metric,
    network,
    optimizer,
    probe,
    regularizer,
    schedule,
    surface,
)
from ravine.testing.numerics import applies

__all__ = ["Promise", "conformance", "examine", "promises"]

_OF_KIND = {
    module.__name__.rpartition(".")[2]: module.CHECKS
    for module in (
        dataset,
        figure,
        initializer,
        layer,
        loss,
        metric,
        network,
        optimizer,
        probe,
        regularizer,
        schedule,
        surface,
    )
}


@dataclass(frozen=True)
class Promise:
    """One promise of one component.

    Parameters
    ----------
    name : str
        As in ``check_<name>``.
    says : str
        What is promised, one sentence.
    check : callable
        Does nothing if the promise is kept.
    """

    name: str
    says: str
    check: Callable[[], None]

    def broken(self) -> str | None:
        """Return how the component breaks it, or None."""
        try:
            self.check()
        except AssertionError as error:
            return str(error) or "an assertion without a text"
        except Exception as error:  # the component's own
            return f"{type(error).__name__}: {error}"
        return None


def promises(component: Component, *, in_shape: tuple[int, ...] | None = None) -> list[Promise]:
    """Return what a component promises: by its contract, and as any component.

    Parameters
    ----------
    component : Component
        With the fields to test it with, ``Mine()`` or ``Mine(units=3)``.
    in_shape : tuple of int, optional
        For a layer: the shape of one example. Left out, the first of ``layer.SHAPES`` that it takes.

    Raises
    ------
    ValueError
        If a layer takes none of those shapes.
    """
    if not __debug__:
        raise RuntimeError("the checks are assertions, which python -O takes out: run it without -O")
    made = [partial(check, component) for check in every.CHECKS if applies(check, component)]
    for check in _OF_KIND[component.kind]:
        if isinstance(component, Layer):
            made.append(partial(check, component, in_shape or layer.fitting_shape(component)))
        elif applies(check, component):
            made.append(partial(check, component))
    return [
        Promise(check.func.__name__.removeprefix("check_"), (check.func.__doc__ or "").strip(), check)
        for check in made
    ]


def examine(component: Component, *, in_shape: tuple[int, ...] | None = None) -> dict[Promise, str | None]:
    """Return by promise how the component breaks it, or None where it keeps it."""
    return {promise: promise.broken() for promise in promises(component, in_shape=in_shape)}


def conformance(
    component: Component,
    *,
    in_shape: tuple[int, ...] | None = None,
    exempt: Mapping[str, str] | None = None,
) -> Any:
    """Return a test function for pytest, with one case a promise.

    Parameters
    ----------
    component, in_shape
        See ``promises``.
    exempt : dict of str to str, optional
        Promises that the component cannot keep, by name, each with the reason; they are shown as skipped.

    Raises
    ------
    ValueError
        If a name in ``exempt`` is no promise of this component.
    """
    import pytest

    made = promises(component, in_shape=in_shape)
    reasons = dict(exempt or {})
    for name in reasons:
        if name not in {promise.name for promise in made}:
            raise ValueError(f"no promise is called {name!r}{nearest(name, (p.name for p in made))}")

    @pytest.mark.parametrize("promise", [pytest.param(promise, id=promise.name) for promise in made])
    def test(promise: Promise) -> None:
        if promise.name in reasons:
            pytest.skip(reasons[promise.name])
        promise.check()

    test.__doc__ = f"{type(component).__name__} keeps the promises of a {component.kind}."
    return test
