"""Promises of an augmentation: batches like those that it gets, by the given stream of chance alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike

from ravine.base.types import Array
from ravine.contracts.augmentation import Augmentation
from ravine.contracts.loss import one_hot
from ravine.testing.numerics import assert_keeps_nothing, meant, only_given_chance, rng, source, told

SHAPES = ((12, 11), (3, 12, 11), (20,))
"""Shapes of examples: images, images with channels, and rows of numbers."""

N_OUT = 4

MANY = 20
"""Batches in which chance has to show."""

Of = Literal["classes", "mixtures", "numbers"]


@dataclass(frozen=True)
class _Batch:
    """Examples of a shape, and what their targets are."""

    x: Array
    target: Array
    of: Of

    def __str__(self) -> str:
        return f"{len(self.x)} examples of shape {self.x.shape[1:]} whose targets are {self.of}"

    def copy(self) -> _Batch:
        return replace(self, x=self.x.copy(), target=self.target.copy())


def _batch(
    shape: tuple[int, ...], of: Of, *, n: int = 6, seed: int = 1, dtype: DTypeLike = "float64"
) -> _Batch:
    """Return a batch with inputs from 0.25 to 1."""
    chance = rng(seed)
    x = chance.uniform(0.25, 1, (n, *shape)).astype(dtype)
    classes, numbers = chance.integers(N_OUT, size=n), chance.normal(size=(n, N_OUT))
    rows = one_hot(classes, numbers)
    targets = {"classes": classes, "mixtures": 0.75 * rows + 0.25 * rows[::-1], "numbers": numbers}
    return _Batch(x, targets[of], of)


def _kinds(augmentation: Augmentation) -> list[tuple[tuple[int, ...], Of]]:
    """Return the shapes and kinds of targets that it does not refuse."""
    kinds: list[tuple[tuple[int, ...], Of]] = []
    for shape in SHAPES:
        for of in ("classes", "mixtures", "numbers"):
            try:
                _call(augmentation, _batch(shape, of))
            except ValueError as error:
                # Of a class without a source no one can tell a refusal from another error.
                if meant(error, augmentation) or not source(error, augmentation)[1]:
                    continue
                raise
            kinds.append((shape, of))
    assert kinds, f"it refuses examples of shapes {', '.join(map(str, SHAPES))}, for classes and for numbers"
    return kinds


def _batches(augmentation: Augmentation, **like: Any) -> Iterator[_Batch]:
    """Yield a batch of each kind that it does not refuse."""
    for shape, of in _kinds(augmentation):
        yield _batch(shape, of, **like)


def _call(
    augmentation: Augmentation, batch: _Batch, chance: np.random.Generator | None = None, *, spared: bool = True
) -> tuple[Any, Any]:
    """Return what it makes of a batch; if that is to be ``spared``, of a copy."""
    given = batch.copy() if spared else batch
    made: Any = augmentation.augment(given.x, given.target, n_out=N_OUT, rng=chance or rng(2))
    assert isinstance(made, tuple) and len(made) == 2, (  # noqa: PT018 - one promise
        f"augment returned a {type(made).__name__}, not inputs and targets: end it with return x, target"
    )
    return made


def _bytes(made: tuple[Array, Array]) -> tuple[bytes, ...]:
    return tuple(np.asarray(part).tobytes() for part in made)


def check_inputs_are_like_those_given(augmentation: Augmentation) -> None:
    """The inputs have the shape and type of those that it gets, in float32 and float64."""
    for dtype in (np.float32, np.float64):
        for batch in _batches(augmentation, dtype=dtype):
            x, _ = _call(augmentation, batch)
            assert isinstance(x, np.ndarray), f"inputs are a {type(x).__name__}, not an array"
            seen, due = (f"{one.shape} in {one.dtype}" for one in (x, batch.x))
            assert seen == due, f"x is {due}, the inputs that are returned are {seen}: .astype(x.dtype)?"


def check_targets_fit_the_inputs(augmentation: Augmentation) -> None:
    """Each example has a target: the number of a class, or a row of finite numbers."""
    for batch in _batches(augmentation):
        _, target = _call(augmentation, batch)
        n = len(batch.x)
        assert isinstance(target, np.ndarray), f"targets are a {type(target).__name__}, not an array"
        if batch.of == "classes" and target.ndim == 1:
            right = target.shape == (n,) and target.dtype.kind in "iu"
            assert right, f"targets of shape {target.shape} in {target.dtype} are not {n} whole numbers"
            low, high = target.min(), target.max()
            assert 0 <= low <= high < N_OUT, f"class numbers are {low} to {high}, with n_out = {N_OUT}"
        else:
            assert target.shape == (n, N_OUT), (
                f"targets for {batch} have shape {target.shape}, not {(n, N_OUT)}"
            )
            assert np.isfinite(target).all(), f"targets for {batch} are not finite"


def check_rows_for_classes_are_shares(augmentation: Augmentation) -> None:
    """Rows of targets for classes are at least 0 and sum to 1."""
    for batch in _batches(augmentation, dtype=np.float32):
        for seed in range(MANY):
            _, target = _call(augmentation, batch, rng(seed))
            if batch.of != "numbers" and target.ndim == 2:
                assert target.min() >= 0, f"a share of a class is {target.min():.6g}"
                worst = float(abs(target.sum(axis=1) - 1).max())
                assert worst < 1e-3, f"the shares of an example sum to 1 ± {worst:.3g}: must they be divided?"


def check_inputs_are_finite(augmentation: Augmentation) -> None:
    """The inputs are finite, also where all that are given are 0."""
    for batch in _batches(augmentation):
        for given in (batch, replace(batch, x=np.zeros_like(batch.x))):
            with np.errstate(all="ignore"):
                x, _ = _call(augmentation, given)
            assert np.isfinite(x).all(), (
                f"{(~np.isfinite(x)).sum()} inputs are not finite: is one divided by 0?"
            )


def check_takes_one_example(augmentation: Augmentation) -> None:
    """A batch may have one example."""
    for batch in _batches(augmentation, n=1):
        try:
            x, target = _call(augmentation, batch)
        except ValueError as error:
            raise AssertionError(f"a batch of one example is refused: {told(error, augmentation)}") from error
        assert len(x) == len(target) == 1, f"of one example it makes {len(x)}, with {len(target)} targets"


def check_spares_what_it_gets(augmentation: Augmentation) -> None:
    """Inputs and targets that it gets are not changed."""
    for batch in _batches(augmentation):
        given = batch.copy()
        _call(augmentation, given, spared=False)
        assert (given.x == batch.x).all(), "augment writes into x: work on a copy, x.copy()"
        assert (given.target == batch.target).all(), "augment writes into target: work on a copy"


def check_changes_something(augmentation: Augmentation) -> None:
    """Over some batches inputs or targets change."""
    for batch in _batches(augmentation):
        for seed in range(MANY):
            x, target = _call(augmentation, batch, rng(seed))
            if not (np.array_equal(x, batch.x) and np.array_equal(target, batch.target)):
                return
    raise AssertionError(f"{MANY} batches stay as they are: does it return what it has made?")


def check_depends_on_the_stream_only(augmentation: Augmentation) -> None:
    """The same stream gives the same bits, whatever came before; no other chance is used."""
    for batch in _batches(augmentation):
        other = _batch(batch.x.shape[1:], batch.of, seed=3)
        with only_given_chance(augmentation):
            first = _bytes(_call(replace(augmentation), batch, rng(4)))
            _call(augmentation, other)
            second = _bytes(_call(augmentation, batch, rng(4)))
        assert first == second, "the same batch and stream give other numbers: does it keep something?"


def check_keeps_nothing_in_itself(augmentation: Augmentation) -> None:
    """A call changes nothing in the component or its class."""
    assert_keeps_nothing(
        augmentation, lambda: [_call(augmentation, one) for one in _batches(augmentation, seed=5)]
    )


CHECKS = [
    check_inputs_are_like_those_given,
    check_targets_fit_the_inputs,
    check_rows_for_classes_are_shares,
    check_inputs_are_finite,
    check_takes_one_example,
    check_spares_what_it_gets,
    check_changes_something,
    check_depends_on_the_stream_only,
    check_keeps_nothing_in_itself,
]
