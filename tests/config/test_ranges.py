"""Ranges of a sweep: the values that are typed, in the order that is asked for."""

import re

import pytest
import ravine


def _values(ravine_here, word):
    done = ravine_here("-m", "--dry-run", "problem=sphere", "training.steps=2", word)
    assert done.returncode == 0, done.stderr
    return re.findall(rf"{re.escape(word.partition('=')[0])}=(\S+)$", done.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("word", "values"),
    [
        ("optimizer.lr=range(0.1,0.4,0.1)", ["0.1", "0.2", "0.3"]),
        ("optimizer.lr=range(0.01,0.05,0.01)", ["0.01", "0.02", "0.03", "0.04"]),
        ("optimizer.lr=range(0.5,0.1,-0.1)", ["0.5", "0.4", "0.3", "0.2"]),
        ("optimizer.lr=range(0,1.5,0.5)", ["0.0", "0.5", "1.0"]),
        ("optimizer.lr=sort(range(0.5,0.05,-0.2))", ["0.1", "0.3", "0.5"]),
        ("seed=range(3)", ["0", "1", "2"]),
        ("seed=range(4,0,-2)", ["4", "2"]),
        ("seed=sort(range(1,6,2),reverse=true)", ["5", "3", "1"]),
        ("seed=sort(range(0,5,2),reverse=true)", ["4", "2", "0"]),
        ("seed=sort(range(5,0,-2))", ["1", "3", "5"]),
        ("seed=int(range(0.0,3.0))", ["0", "1", "2"]),
    ],
)
def test_a_range_has_the_values_that_are_typed(ravine_here, word, values):
    assert _values(ravine_here, word) == values


def test_a_search_has_the_same_values():
    words = ["hydra/sweeper=search", "search.trials=9", "sampler=grid", "problem=sphere", "training.steps=2"]
    study = ravine.sweep([*words, "optimizer.lr=range(0.1,0.4,0.1)", "figures=[]"])
    assert sorted({run.config["optimizer"]["lr"] for run in study.runs.values()}) == [0.1, 0.2, 0.3]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("seed=range(0)", "seed=range(0): it has no value, so its grid is empty"),
        ("optimizer=glob(z*)", "optimizer=glob(z*): it has no value, so its grid is empty"),
        ("seed=range(1,5,0)", "seed=range(1,5,0): its step is 0"),
        (
            "seed=range(1000000000)",
            "seed=range(1000000000): it has 1000000000 values, and a sweep at most 100000",
        ),
        ("optimizer.lr=range(0,1,nan)", "optimizer.lr=range(0,1,nan): its numbers are finite"),
        ("optimizer.lr=range(0,inf)", "optimizer.lr=range(0,inf): its numbers are finite"),
    ],
)
def test_a_range_without_an_end_or_a_value_is_refused(ravine_here, word, said):
    done = ravine_here("-m", "--dry-run", "problem=sphere", "training.steps=2", word)
    assert (done.returncode, done.stderr) == (2, f"ravine: {said}\n")
