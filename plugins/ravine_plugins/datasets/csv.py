"""A table of your own: a file of text with a line an example."""

import csv
import itertools
import math
import re
import sys
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from ravine import Array, Data, Dataset, Examples, hookimpl

from ravine_plugins.datasets._own import Scaling, parts, regular_file, standard

NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
WHOLE = re.compile(r"[+-]?[0-9]{1,18}(?:\.0*)?")
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
SHOWN = 40
"""The most letters of a value that an error shows."""


@dataclass(frozen=True, kw_only=True)
class Csv(Dataset):
    """CSV: a table of yours, an example a line; one column is the target, all others are inputs.

    Parameters
    ----------
    file : str
        A file of text in UTF-8; a ``~`` is the home. Its inputs are numbers, with a decimal point. A missing
        value is refused with its line and column.
    target : str
        The column of the targets: its name, or its number, from 1, in a file without a header.
    targets : "classes" or "numbers"
        What they are. Classes are words, in the order of the alphabet, or whole numbers, in their order: the
        first is class 0. Numbers are for loss=mean_squared_error.
    leave_out : tuple of str
        Columns that are not inputs, such as names of examples.
    header : bool
        Whether the first line has the names of the columns.
    separator : "comma", "semicolon" or "tab"
        What stands between the values of a line.
    scaling : "none" or "standard"
        Inputs as they are, or with the mean 0 and the deviation 1 of the training examples, column by column.
    target_scaling : "none" or "standard"
        The same for targets that are numbers.
    test_share : float
        The share of the examples that is the test, drawn with ``data_seed``.
    data_seed : int
        Of the draw, which is also the order of the training examples; it is the same for every seed of a run.
    train, validation, test
        Which examples to use: see ``ravine.Dataset``.

    References
    ----------
    Shafranovich 2005, Common Format and MIME Type for Comma-Separated Values (CSV) Files, RFC 4180.
    """

    file: str
    target: str
    targets: Literal["classes", "numbers"] = "classes"
    leave_out: tuple[str, ...] = ()
    header: bool = True
    separator: Literal["comma", "semicolon", "tab"] = "comma"
    scaling: Scaling = "none"
    target_scaling: Scaling = "none"
    test_share: float = 0.2
    data_seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(test_share="(0, 1)", data_seed="[0, inf)")
        if self.targets == "classes" and self.target_scaling != "none":
            raise ValueError("Csv: target_scaling is for numbers: targets=numbers; classes are not scaled")

    def load(self) -> Data:
        path = regular_file(self.file)
        try:
            x, target, n_out = self._read(path)
        except UnicodeDecodeError:
            raise ValueError(f"{path}: it is not text in UTF-8") from None
        except MemoryError:
            raise ValueError(f"{path}: there is not enough memory for its numbers") from None
        train, test = parts(Examples(x, target), self.test_share, self.data_seed, path)
        inputs, targets = (train.x, test.x), (train.target, test.target)
        if self.scaling == "standard":
            inputs = standard(*inputs)
        if self.target_scaling == "standard":
            targets = standard(*targets)
        return Data(Examples(inputs[0], targets[0]), Examples(inputs[1], targets[1]), n_out=n_out)

    def _read(self, path: Path) -> tuple[Array, Array, int]:
        """Return inputs, targets and the number of outputs."""
        lines = _lines(path, SEPARATORS[self.separator])
        first = next(lines, None)
        if first is None:
            raise ValueError(f"{path}: there is nothing in it")
        names = list(first[1]) if self.header else [str(i + 1) for i in range(len(first[1]))]
        at, inputs = self._columns(path, names)
        where, numbers, targets = array("q"), array("d"), list[str]()
        for line, cells in lines if self.header else itertools.chain([first], lines):
            if len(cells) != len(names):
                raise ValueError(
                    f"{path}: line {line} has {len(cells)} values, and there are {len(names)} columns"
                )
            where.append(line)
            targets.append(sys.intern(cells[at]))
            for i in inputs:
                try:
                    numbers.append(_number(cells[i]))
                except ValueError as error:
                    header = " (is it the header? dataset.header=true)" if line == 1 else ""
                    raise ValueError(f"{path}: line {line}, column {names[i]!r}: {error}{header}") from None
        if not where:
            raise ValueError(f"{path}: there are no values below the header")
        x = np.array(numbers).reshape(-1, len(inputs))
        try:
            if self.targets == "numbers":
                return x, np.array([[_number(text)] for text in targets]), 1
            classes = _classes(set(targets))
        except _TextError as error:
            line = where[targets.index(error.text)]
            raise ValueError(f"{path}: line {line}, column {names[at]!r}: {error}") from None
        if len(set(classes.values())) == 1:
            raise ValueError(
                f"{path}: column {names[at]!r} is {targets[0]!r} in every line: there is nothing to tell apart"
            )
        return x, np.array([classes[text] for text in targets]), max(classes.values()) + 1

    def _columns(self, path: Path, names: Sequence[str]) -> tuple[int, list[int]]:
        """Return the places of the target and of the inputs.

        Raises
        ------
        ValueError
            If a column is not there, or is there twice, or none is left.
        """
        if twice := next((name for i, name in enumerate(names) if name in names[:i]), None):
            raise ValueError(f"{path}: two columns have the name {twice!r}")
        for field, name in (("target", self.target), *(("leave_out", name) for name in self.leave_out)):
            if name not in names:
                raise ValueError(
                    f"{path}: {field} = {name!r}: there is no such column; there are: {_some(names)}"
                )
        if self.target in self.leave_out:
            raise ValueError(f"{path}: {self.target!r} is the target, and cannot be left out")
        left_out = {self.target, *self.leave_out}
        if not (inputs := [i for i, name in enumerate(names) if name not in left_out]):
            raise ValueError(f"{path}: no column is left for the inputs; there are: {_some(names)}")
        return names.index(self.target), inputs


class _TextError(ValueError):
    """A text that is not what is expected."""

    def __init__(self, text: str, what: str) -> None:
        super().__init__(what)
        self.text = text


def _lines(path: Path, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the values of each line that is not empty, and its number, from 1."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=separator, strict=True)
        try:
            for cells in reader:
                if cells:
                    yield reader.line_num, [cell.strip() for cell in cells]
        except csv.Error as error:
            raise ValueError(f"{path}: line {reader.line_num}: {error}") from None


def _number(text: str) -> float:
    """Return the number that a text is.

    Raises
    ------
    ValueError
        If it is none; the message does not say where it stands.
    """
    if not text:
        raise _TextError(text, "there is no value; fill it, or leave the line out")
    if not NUMBER.fullmatch(text):
        comma = "; numbers have a decimal point" if NUMBER.fullmatch(text.replace(",", ".", 1)) else ""
        raise _TextError(text, f"{_shown(text)} is not a number{comma}")
    if math.isinf(number := float(text)):
        raise _TextError(text, f"{_shown(text)} is larger than any number")
    return number


def _classes(texts: set[str]) -> dict[str, int]:
    """Return the class of each text: the first in the order of whole numbers, or of words, is class 0.

    Raises
    ------
    ValueError
        If a text is empty, or a number with decimals, and the others are numbers.
    """
    if "" in texts:
        raise _TextError("", "there is no class; fill it, or leave the line out")
    if not all(map(NUMBER.fullmatch, texts)):
        return {text: number for number, text in enumerate(sorted(texts))}
    if text := next((text for text in sorted(texts) if not WHOLE.fullmatch(text)), ""):
        raise _TextError(
            text, f"{_shown(text)} is not a whole number, as classes are: are they targets=numbers?"
        )
    whole = {text: int(text.partition(".")[0]) for text in texts}
    order = sorted(set(whole.values()))
    return {text: order.index(number) for text, number in whole.items()}


def _shown(text: str) -> str:
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")


def _some(names: Sequence[str]) -> str:
    return ", ".join(map(_shown, names[:10])) + ", …" * (len(names) > 10)


@hookimpl
def ravine_datasets() -> dict[str, type[Dataset]]:
    return {"csv": Csv}
