"""Datasets with one mistake each."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from ravine import Data, Dataset, Examples
from ravine.contracts.dataset import Split


@dataclass(frozen=True, kw_only=True)
class Faithful(Dataset):
    """What the mutants below get one thing wrong of: noise, and two classes in turn."""

    def load(self):
        rng = np.random.Generator(np.random.PCG64(0))
        train, test = (Examples(rng.normal(size=(n, 3)), np.arange(n) % 2) for n in (70, 30))
        return Data(train, test, n_out=2)


@dataclass(frozen=True, kw_only=True)
class OneFeatureLess(Faithful):
    """Leaves a feature out of test examples."""

    def load(self):
        data = super().load()
        return replace(data, test=Examples(data.test.x[:, :2], data.test.target))


@dataclass(frozen=True, kw_only=True)
class CountsFromOne(Faithful):
    """Takes class numbers from a file that counts from 1."""

    def load(self):
        data = super().load()
        return replace(data, train=Examples(data.train.x, data.train.target + 1))


@dataclass(frozen=True, kw_only=True)
class Gaps(Faithful):
    """Leaves missing values as they are in the file."""

    def load(self):
        data = super().load()
        data.train.x[5, 1] = np.nan
        return data


@dataclass(frozen=True, kw_only=True)
class WholeQuotient(Faithful):
    """Divides in whole numbers."""

    def load(self):
        return replace(super().load(), scale=1 // 255)


STREAM = np.random.default_rng(0)


@dataclass(frozen=True, kw_only=True)
class Shuffles(Faithful):
    """Loads in an order of chance."""

    def load(self):
        data = super().load()
        return replace(data, train=data.train[STREAM.permutation(len(data.train))])


@dataclass(frozen=True, kw_only=True)
class LoadsFew(Faithful):
    """Loads no more than a run uses."""

    def load(self):
        data = super().load()
        return replace(data, train=data.train[: self.train], test=data.test[: self.test])


@dataclass(frozen=True, kw_only=True)
class RepeatsAFew(Faithful):
    """Noise, of which a few examples have come into both parts."""

    def load(self):
        data = super().load()
        data.test.x[:10] = data.train.x[:10]
        return data


SOUND = [RepeatsAFew()]


@dataclass(frozen=True, kw_only=True)
class LoadsOneFileTwice(Faithful):
    """Tests on what it trains on."""

    def load(self):
        data = super().load()
        return replace(data, test=data.train)


@dataclass(frozen=True, kw_only=True)
class ValidatesOnTrain(Faithful):
    """Trains on examples that are set aside, in the place of others."""

    def split(self, data, rng):
        split = super().split(data, rng)
        both = np.concatenate([split.validation.x, split.train.x])[: len(split.train)]
        return replace(split, train=data.train[both])


@dataclass(frozen=True, kw_only=True)
class SwapsShares(Faithful):
    """Trains on the share that is to be set aside, and validates on the rest."""

    def split(self, data, rng):
        split = super().split(data, rng)
        if not self.validation:
            return split
        return Split(split.validation, split.train, split.test)


@dataclass(frozen=True, kw_only=True)
class LastExamples(Faithful):
    """Uses the last examples that are there."""

    def split(self, data, rng):
        return super().split(replace(data, train=data.train[::-1]), rng)


@dataclass(frozen=True, kw_only=True)
class ValidatesOnTest(Faithful):
    """Makes its choices on test examples."""

    def split(self, data, rng):
        split = super().split(data, rng)
        return replace(split, validation=data.test[rng.permutation(len(data.test))[: len(split.validation)]])


@dataclass(frozen=True, kw_only=True)
class SplitsInputsOnly(Faithful):
    """Puts inputs in another order, and leaves targets where they are."""

    def split(self, data, rng):
        split = super().split(data, rng)
        return replace(split, validation=Examples(split.validation.x[::-1], split.validation.target))


@dataclass(frozen=True, kw_only=True)
class SetsTheLastAside(Faithful):
    """Sets the same examples aside in every run."""

    def split(self, data, rng):
        train = data.train[: self.train]
        n = len(train) - round(len(train) * self.validation)
        return replace(super().split(data, rng), train=train[:n], validation=train[n:])


@dataclass(frozen=True, kw_only=True)
class TakesWhatThereIs(Faithful):
    """Uses all examples where there are fewer than are asked for."""

    def split(self, data, rng):
        there = {
            "train": min(self.train or 10**9, len(data.train)),
            "test": min(self.test or 10**9, len(data.test)),
        }
        return Faithful(validation=self.validation, **there).split(data, rng)


@dataclass(frozen=True, kw_only=True)
class ForgetsItsBase(Faithful):
    """Checks the range of one field, and not of those it inherits."""

    def __post_init__(self):
        self.require(validation="[0, 1)")


@dataclass(frozen=True, kw_only=True)
class Sorts(Faithful):
    """Sorts the targets it is given, to count the classes."""

    def split(self, data, rng):
        data.train.target.sort()
        return super().split(data, rng)


@dataclass(frozen=True, kw_only=True)
class GlobalChance(Faithful):
    """Seeds NumPy's global random numbers, so as to be repeatable."""

    def load(self):
        np.random.seed(0)  # noqa: NPY002 - the bug
        data = super().load()
        return replace(data, train=Examples(np.random.normal(size=(70, 3)), data.train.target))  # noqa: NPY002


@dataclass(frozen=True, kw_only=True)
class Counts(Faithful):
    """Counts in its class how often it is loaded."""

    loaded: ClassVar[int] = 0

    def load(self):
        type(self).loaded += 1
        return super().load()


MUTANTS = [
    (OneFeatureLess(), "loads_examples"),
    (CountsFromOne(), "targets_fit_the_outputs"),
    (Gaps(), "inputs_are_numbers"),
    (WholeQuotient(), "scale_is_a_number"),
    (Shuffles(), "loads_the_same_twice"),
    (LoadsFew(), "loads_all_examples"),
    (LoadsOneFileTwice(), "tests_on_others"),
    (ValidatesOnTrain(), "validates_on_others"),
    (SwapsShares(), "sets_aside_the_share"),
    (LastExamples(), "uses_the_first_examples"),
    (ValidatesOnTest(), "keeps_test_examples_apart"),
    (SplitsInputsOnly(), "keeps_inputs_with_targets"),
    (SetsTheLastAside(), "split_follows_the_stream"),
    (TakesWhatThereIs(), "refuses_more_than_there_are"),
    (ForgetsItsBase(), "refuses_fields_out_of_range"),
    (Sorts(), "spares_the_data"),
    (GlobalChance(), "draws_nothing_global"),
    (Counts(), "keeps_nothing_in_itself"),
]
