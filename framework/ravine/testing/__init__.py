"""The conformance kit: tests whether a component keeps the promises of its contract.

One line in a plugin's test module tests all promises::

    from ravine.testing import conformance
    from my_package import Mine

    test_mine = conformance(Mine())

``ravine check mine`` does the same on the command line for any installed component. A check is a small
function, ``check_<promise>``. Its failure says what was seen and what to change. The checks of a kind are in
the module with the name of the kind.
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
        The promise in one sentence.
    check : callable
        Does nothing if the promise is kept.
    component : Component
        The component that makes the promise.
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
        # An error of the component itself.
        except BaseException as error:
            module = importlib.import_module(f"ravine.testing.{self.component.kind}")
            hint = getattr(module, "hint", lambda *_: "")(error, self.component)
            return ": ".join(filter(None, [told(error, self.component), hint]))
        return None


def promises(component: Component, *, in_shape: tuple[int, ...] | None = None) -> list[Promise]:
    """Return the promises of a component: those of every component, and those of its kind.

    Parameters
    ----------
    component : Component
        With the fields to test it with, ``Mine()`` or ``Mine(units=3)``.
    in_shape : tuple of int, optional
        For a layer: the shape of one example. The default is the first of ``layer.SHAPES`` that it accepts.

    Raises
    ------
    ValueError
        If a layer accepts none of those shapes, or not the given one; if a component of a different kind gets a
        shape.
    RuntimeError
        Under ``python -O``, which removes assertions.
    """
    if not __debug__:
        raise RuntimeError("the checks are assertions, which python -O removes: run it without -O")
    given: tuple[Any, ...] = (component,)
    if isinstance(component, Layer):
        from ravine.testing.layer import fitting_shape

        given = (component, in_shape or fitting_shape(component))
        component.out_shape(given[1])
    elif in_shape:
        raise ValueError(f"in_shape is for layers, {type(component).__name__} is of kind {component.kind}")
    calls = [(check, (component,)) for check in checks("component")] + [
        (check, given) for check in checks(component.kind)
    ]
    return [
        Promise(
            check.__name__.removeprefix("check_"),
            (check.__doc__ or "").partition("\n")[0],
            partial(check, *arguments),
            component,
        )
        for check, arguments in calls
        if applies(check, *arguments)
    ]


def checks(kind: str) -> list[Callable[..., None]]:
    """Return the checks of a kind of component; ``"component"`` stands for the checks of all kinds."""
    found: list[Callable[..., None]] = importlib.import_module(f"ravine.testing.{kind}").CHECKS
    return found


def examine(component: Component, *, in_shape: tuple[int, ...] | None = None) -> dict[Promise, str | None]:
    """Return, by promise, how the component breaks it, or None if it keeps it; see ``promises``.

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
    """Return each reason once, with all promises that are broken for it: one bug may break many promises.

    Each promise that is kept is a group of its own. Reasons that differ in shapes only are the same.
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
    """Return a test function for pytest, with a case for each promise.

    Parameters
    ----------
    component, in_shape
        See ``promises``.
    exempt : dict of str to str, optional
        Names of promises that the component cannot keep, each with the reason. Their cases are skipped.

    Raises
    ------
    ValueError
        If a name in ``exempt`` is not a promise of this component. Also as ``promises`` does.

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

    tested = promises(component, in_shape=in_shape)
    reasons = dict(exempt or {})
    for name in reasons:
        if name not in {promise.name for promise in tested}:
            known = nearest(name, (promise.name for promise in tested))
            raise ValueError(f"{type(component).__name__} makes no promise {name!r}{known}")

    @pytest.mark.parametrize("promise", [pytest.param(promise, id=promise.name) for promise in tested])
    def test(promise: Promise) -> None:
        if promise.name in reasons:
            pytest.skip(reasons[promise.name])
        promise.check()

    test.__doc__ = f"{type(component).__name__} keeps every promise of its kind, {component.kind}."
    return test
