"""The conformance kit: whether a component keeps the promises of its contract.

One line in a plugin's test module tests all of them::

    from ravine.testing import conformance
    from my_package import Mine

    test_mine = conformance(Mine())

``ravine check mine`` does the same on the command line for any component that is installed. A check is a small
function, ``check_<promise>``, whose failure says what was seen and what to change. Those of a kind are in the
module of that name.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ravine.base.names import nearest
from ravine.contracts.component import Component
from ravine.contracts.layer import Layer
from ravine.testing.numerics import applies, told

__all__ = ["Promise", "by_reason", "conformance", "examine", "promises"]


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
    component : Component
        Whose promise it is.
    """

    name: str
    says: str
    check: Callable[[], None]
    component: Component = field(compare=False)

    def broken(self) -> str | None:
        """Return how the component breaks it, or None."""
        try:
            self.check()
        except AssertionError as error:
            return str(error) or "an assertion without a text"
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # the component's own
            module = importlib.import_module(f"ravine.testing.{self.component.kind}")
            hint = getattr(module, "hint", lambda *_: "")(error, self.component)
            return ": ".join(filter(None, [told(error, self.component), hint]))
        return None


def promises(component: Component, *, in_shape: tuple[int, ...] | None = None) -> list[Promise]:
    """Return what a component promises: as any component, and by the contract of its kind.

    Parameters
    ----------
    component : Component
        With the fields to test it with, ``Mine()`` or ``Mine(units=3)``.
    in_shape : tuple of int, optional
        For a layer: the shape of one example. Left out, the first of ``layer.SHAPES`` that it takes.

    Raises
    ------
    ValueError
        If a layer takes none of those shapes, or not the one that is given; if anything else has a shape given.
    RuntimeError
        Under ``python -O``, where assertions do nothing.
    """
    if not __debug__:
        raise RuntimeError("the checks are assertions, which python -O takes out: run it without -O")
    given: tuple[Any, ...] = (component,)
    if isinstance(component, Layer):
        from ravine.testing.layer import fitting_shape

        given = (component, in_shape or fitting_shape(component))
        component.out_shape(given[1])
    elif in_shape:
        raise ValueError(f"in_shape is for layers, {type(component).__name__} is of kind {component.kind}")
    made = [(check, (component,)) for check in checks("component")] + [
        (check, given) for check in checks(component.kind)
    ]
    return [
        Promise(
            check.__name__.removeprefix("check_"),
            (check.__doc__ or "").partition("\n")[0],
            partial(check, *what),
            component,
        )
        for check, what in made
        if applies(check, *what)
    ]


def checks(kind: str) -> list[Callable[..., None]]:
    """Return the checks of a kind of component, or of all, ``"component"``."""
    found: list[Callable[..., None]] = importlib.import_module(f"ravine.testing.{kind}").CHECKS
    return found


def examine(component: Component, *, in_shape: tuple[int, ...] | None = None) -> dict[Promise, str | None]:
    """Return by promise how the component breaks it, or None where it keeps it; see ``promises``.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from ravine import Schedule
    >>> from ravine.testing import examine
    >>> @dataclass(frozen=True)
    ... class Below(Schedule):
    ...     '''Below: the last updates go uphill.'''
    ...
    ...     def factor(self, step, steps):
    ...         return 0.25 - step / steps
    >>> broken = {promise.name: text for promise, text in examine(Below()).items() if text}
    >>> print(broken["is_not_negative"])
    factor(1, 2) is -0.25: is max(0, …) missing?
    """
    return {promise: promise.broken() for promise in promises(component, in_shape=in_shape)}


def by_reason(examined: Mapping[Promise, str | None]) -> list[tuple[list[Promise], str | None]]:
    """Return every reason why promises are broken once, after all that it breaks: one bug may break many.

    Promises that are kept stand alone. Reasons that differ only in the shapes in them are one.
    """
    found: dict[str, tuple[list[Promise], str | None]] = {}
    for promise, text in examined.items():
        key = f"kept {promise.name}" if text is None else re.sub(r"\([\d, ]*\)", "()", text)
        found.setdefault(key, ([], text))[0].append(promise)
    return list(found.values())


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
        If a name in ``exempt`` is no promise of this component; and as ``promises`` does.

    Examples
    --------
    All of a test module; pytest finds the function by its name:

    >>> from dataclasses import dataclass
    >>> from ravine import Schedule
    >>> from ravine.testing import conformance
    >>> @dataclass(frozen=True)
    ... class Down(Schedule):
    ...     '''Down: the rate goes to 0 along a straight line.'''
    ...
    ...     def factor(self, step, steps):
    ...         return 1 - step / steps
    >>> test_down = conformance(Down(), exempt={"names_its_source": "it is made up"})
    """
    import pytest

    made = promises(component, in_shape=in_shape)
    reasons = dict(exempt or {})
    for name in reasons:
        if name not in {promise.name for promise in made}:
            known = nearest(name, (promise.name for promise in made))
            raise ValueError(f"{type(component).__name__} makes no promise {name!r}{known}")

    @pytest.mark.parametrize("promise", [pytest.param(promise, id=promise.name) for promise in made])
    def test(promise: Promise) -> None:
        if promise.name in reasons:
            pytest.skip(reasons[promise.name])
        promise.check()

    test.__doc__ = f"{type(component).__name__} keeps every promise of its kind, {component.kind}."
    return test
