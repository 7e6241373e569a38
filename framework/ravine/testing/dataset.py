"""Promises of a dataset: the same examples every time, and a split without examples in two parts."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ravine.base.types import Array
from ravine.contracts.dataset import Data, Dataset, Examples, Split
from ravine.testing.numerics import assert_keeps_nothing, only_given_chance, refusal, rng, same_chance

N_TRAIN, N_TEST = 60, 20
"""Numbers of examples in the artificial data that are split."""

TRAIN, SHARE = 40, 0.25
"""How many training examples are asked for, and the share of these that is set aside."""


def _numbered() -> Data:
    """Return examples whose inputs are their numbers: 0, 1, … for training, -1, -2, … for test."""
    train, test = np.arange(N_TRAIN), -1 - np.arange(N_TEST)
    return Data(Examples(train, train % 3 % 2), Examples(test, test % 2), n_out=2)


def _split(dataset: Dataset, *, seed: int = 7, data: Data | None = None, **fields: Any) -> Split:
    asked = {"train": TRAIN, "validation": SHARE, "test": None, **fields}
    return replace(dataset, **asked).split(data or _numbered(), rng(seed))


def _parts(data: Data) -> dict[str, Examples]:
    return {"train": data.train, "test": data.test}


def _look(array: Array) -> Array:
    """Return a thousand rows, evenly spaced in an array, or all rows if there are fewer."""
    return array[:: max(1, len(array) // 1000)]


# ---- what is loaded ------------------------------------------------------------------------------------------


def check_loads_examples(dataset: Dataset) -> None:
    """There are training and test examples, and their inputs have the same shape and type."""
    parts = _parts(dataset.load())
    for name, part in parts.items():
        arrays = isinstance(part.x, np.ndarray) and isinstance(part.target, np.ndarray)
        assert arrays, (
            f"{name}: inputs and targets must be arrays, these are {type(part.x)} and {type(part.target)}"
        )
        assert len(part), f"there are no {name} examples"
    train, test = ((part.x.shape[1:], part.x.dtype) for part in parts.values())
    assert train == test, (
        f"a training example is {train[0]} in {train[1]}, a test example {test[0]} in {test[1]}"
    )


def check_targets_fit_the_outputs(dataset: Dataset) -> None:
    """Targets are class numbers from 0 to below n_out, or rows of n_out finite numbers."""
    data = dataset.load()
    for name, part in _parts(data).items():
        target = part.target
        if target.ndim == 1:
            assert target.dtype.kind in "iu", (
                f"{name}: class numbers must be integers, these are {target.dtype}"
            )
            low, high = int(target.min()), int(target.max())
            assert low >= 0 and high < data.n_out, (  # noqa: PT018 - one promise
                f"{name}: class numbers go from {low} to {high}, n_out is {data.n_out}: they must begin at 0, "
                "and be below n_out"
            )
        else:
            assert target.shape[1:] == (data.n_out,), (
                f"{name}: targets are {target.shape}, n_out is {data.n_out}"
            )
            assert np.isfinite(target).all(), f"{name}: there are targets that are not finite"


def check_inputs_are_numbers(dataset: Dataset) -> None:
    """Every input is a finite number."""
    for name, part in _parts(dataset.load()).items():
        assert part.x.dtype.kind in "iufb", f"{name}: inputs must be numbers, these are {part.x.dtype}"
        x = _look(part.x)
        bad = int(np.count_nonzero(~np.isfinite(x).reshape(len(x), -1).all(axis=1)))
        assert not bad, (
            f"{name}: {bad} of {len(x)} examples have inputs that are not finite: leave them out, or replace "
            "these numbers"
        )


def check_scale_is_a_number(dataset: Dataset) -> None:
    """The scale of inputs is a finite number above 0."""
    scale = dataset.load().scale
    assert isinstance(scale, float | int), f"scale is a {type(scale).__name__}: make it a float(…)"
    assert 0 < scale < math.inf, f"scale is {scale}: it must be above 0 and finite, 1 / 255 for bytes"


def check_loads_the_same_twice(dataset: Dataset) -> None:
    """Loaded again, the examples are the same, in the same order."""
    first, second = dataset.load(), replace(dataset).load()
    for name, part in _parts(first).items():
        other = _parts(second)[name]
        for what, one, two in (("inputs", part.x, other.x), ("targets", part.target, other.target)):
            same = one.shape == two.shape and _look(one).tobytes() == _look(two).tobytes()
            assert same, (
                f"{name}: loaded again, {what} are different: draw nothing, or with a seed that is a field"
            )


def check_loads_all_examples(dataset: Dataset) -> None:
    """All examples are loaded, however many a run uses."""
    every, few = (_parts(replace(dataset, train=n, test=n).load()) for n in (None, 1))
    for name, part in every.items():
        assert len(few[name]) == len(part), (
            f"with {name} = 1 it loads {len(few[name])} of {len(part)} {name} examples: load must return all, "
            "split chooses"
        )


def check_tests_on_others(dataset: Dataset) -> None:
    """At most half of the test examples are also training examples; in collected data a few may be."""
    parts = _parts(dataset.load())
    x = parts["train"].x.reshape(len(parts["train"].x), -1)
    known = {hash(example.tobytes()) for example in x}
    # In a table of all possible inputs, like that of XOR, there are no different examples to test on.
    if len(known) == math.prod(len(np.unique(column)) for column in x.T):
        return
    tested = _look(parts["test"].x)
    seen = sum(hash(example.tobytes()) in known for example in tested)
    assert seen <= len(tested) / 2, (
        f"{seen} of {len(tested)} test examples are also training examples: a test must use new examples; is "
        "one file loaded twice?"
    )


# ---- how it is split -----------------------------------------------------------------------------------------


def check_validates_on_others(dataset: Dataset) -> None:
    """No example is in both the training and the validation part, or twice in one of them."""
    split = _split(dataset)
    numbers = np.concatenate([split.train.x, split.validation.x])
    twice = len(numbers) - len(np.unique(numbers))
    assert not twice, (
        f"{twice} examples are in both parts, or twice in one: take examples that are set aside out of training"
    )


def check_sets_aside_the_share(dataset: Dataset) -> None:
    """The validation part has the share that is asked for, the training part the rest; with 0 it is empty."""
    for share in (0.0, SHARE):
        split = _split(dataset, validation=share)
        seen, asked = len(split.validation), TRAIN * share
        assert abs(seen - asked) < 1, (
            f"validation = {share} of {TRAIN} examples sets {seen} aside, not {asked:g}"
        )
        assert len(split.train) == TRAIN - seen, (
            f"of {TRAIN} examples {seen} are set aside and {len(split.train)} train: together they must be all"
        )


def check_uses_the_first_examples(dataset: Dataset) -> None:
    """Training and test use the first examples, as many as are asked for, or all if no number is given."""
    for n in (TRAIN, None):
        split = _split(dataset, train=n, validation=0.0)
        assert split.train.x.tolist() == list(range(n or N_TRAIN)), (
            f"train = {n}: the training part is not the first {n or N_TRAIN} examples in their order"
        )
    for n in (5, 0, None):
        split, wanted = _split(dataset, test=n), N_TEST if n is None else n
        assert split.test.x.tolist() == [-1 - i for i in range(wanted)], (
            f"test = {n}: the test part is not the first {wanted} test examples in their order"
        )


def check_keeps_test_examples_apart(dataset: Dataset) -> None:
    """No test example is in the training or the validation part."""
    split = _split(dataset)
    for name, part in (("train", split.train), ("validation", split.validation)):
        leaked = int(np.count_nonzero(part.x < 0))
        assert not leaked, f"{leaked} test examples are in the {name} part: choices would be made on them"


def check_keeps_inputs_with_targets(dataset: Dataset) -> None:
    """Every input keeps its target."""
    data = _numbered()
    split = _split(dataset, data=data)
    for name, part in (("train", split.train), ("validation", split.validation)):
        wrong = int(np.count_nonzero(part.target != data.train.target[part.x]))
        assert not wrong, f"{name}: {wrong} of {len(part)} inputs have a wrong target: index Examples, not x"


def check_split_follows_the_stream(dataset: Dataset) -> None:
    """The same stream sets the same examples aside, a different seed different examples."""
    one, same, other = (_split(dataset, seed=seed).validation.x.tolist() for seed in (7, 7, 8))
    assert one == same, "the same stream sets different examples aside: draw them from the rng that is given"
    assert one != other, "a different seed sets the same examples aside: draw them from the rng that is given"


def check_refuses_more_than_there_are(dataset: Dataset) -> None:
    """Asking for more examples than there are is an error that says how many there are."""
    for name, n in (("train", N_TRAIN), ("test", N_TEST)):
        asked: Any = {name: n + 1}
        text = refusal(partial(_split, dataset, **asked))
        assert text is not None, f"{name} = {n + 1} of {n} examples is accepted: raise a ValueError"
        assert str(n) in text, f"{name} = {n + 1} is refused with {text!r}: say that there are {n}"


def check_refuses_fields_out_of_range(dataset: Dataset) -> None:
    """A number of 0 training examples, and a validation share of 1, are refused."""
    for field, value in {"train": 0, "validation": 1.0}.items():
        changes: Any = {field: value}
        text = refusal(partial(replace, dataset, **changes))
        assert text is not None and field in text, (  # noqa: PT018 - one promise
            f"{field} = {value} is accepted, or refused without naming {field}: call super().__post_init__() "
            "in __post_init__"
        )


def check_spares_the_data(dataset: Dataset) -> None:
    """A split does not change the data."""
    data = _numbered()
    _split(dataset, data=data)
    for (name, part), before in zip(_parts(data).items(), _parts(_numbered()).values(), strict=True):
        same = (part.x == before.x).all() and (part.target == before.target).all()
        assert same, f"split wrote into the {name} examples, which other runs also use: index them, or copy"


def check_draws_nothing_global(dataset: Dataset) -> None:
    """No global random number is drawn, and a split does not make its own generator."""
    np.random.random()  # noqa: NPY002 - so that seeding them shows
    with same_chance(dataset):
        dataset.load()
    with only_given_chance(dataset):
        _split(dataset)


def check_keeps_nothing_in_itself(dataset: Dataset) -> None:
    """Neither loading nor a split changes anything in the component or its class."""
    assert_keeps_nothing(dataset, lambda: (dataset.load(), dataset.split(_numbered(), rng())))


CHECKS = [
    check_loads_examples,
    check_targets_fit_the_outputs,
    check_inputs_are_numbers,
    check_scale_is_a_number,
    check_loads_the_same_twice,
    check_loads_all_examples,
    check_tests_on_others,
    check_validates_on_others,
    check_sets_aside_the_share,
    check_uses_the_first_examples,
    check_keeps_test_examples_apart,
    check_keeps_inputs_with_targets,
    check_split_follows_the_stream,
    check_refuses_more_than_there_are,
    check_refuses_fields_out_of_range,
    check_spares_the_data,
    check_draws_nothing_global,
    check_keeps_nothing_in_itself,
]
