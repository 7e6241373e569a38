"""Values of a column that differ are printed so that they differ, and labels too."""

import re

import pytest
from ravine_plugins.figures._style import text_of

NEAR = "0.12345671,0.12345672,0.5"
WORDS = ["-m", "problem=ravine", "training.steps=2", "study=g", "figures=[]"]


@pytest.mark.parametrize("options", [["--runs"], []], ids=" ".join)
def test_settings_that_differ_are_printed_apart(ravine_here, options):
    assert ravine_here(*WORDS, f"optimizer.lr={NEAR}").returncode == 0
    shown = ravine_here("table", "runs/g", *options).stdout
    assert re.findall(r"\b0\.1234\d+", shown) == ["0.12345671", "0.12345672"]


def test_what_is_printed_can_be_typed_to_choose(ravine_here):
    assert ravine_here(*WORDS, "optimizer.lr=0.123456714321,0.123456724321").returncode == 0
    shown = ravine_here("table", "runs/g", "--runs").stdout
    assert "0.12345671 " in shown
    done = ravine_here("table", "runs/g", "--runs", "optimizer.lr=0.12345671")
    assert len(done.stdout.splitlines()) == 2, done.stderr


def test_values_of_a_search_are_printed_apart(ravine_here):
    words = [f"optimizer.lr={NEAR}", "sampler=grid", "search.trials=3", "hydra/sweeper=search"]
    assert ravine_here(*WORDS, *words).returncode == 0
    for options in ([], ["--runs"]):
        assert len(set(re.findall(r"\b0\.1234\d+", ravine_here("table", "runs/g", *options).stdout))) == 2


def test_what_differs_is_six_digits_where_that_is_enough(ravine_here):
    assert ravine_here(*WORDS, "optimizer.lr=0.1234567891,0.2").returncode == 0
    shown = ravine_here("table", "runs/g", "--runs").stdout
    assert " 0.123457 " in shown


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.12345671, "0.12345671"), (0.1, "0.1"), (1.0, "1"), (1e-5, "1e-05"), ("adam", "adam"), ([1], "[1]")],
)
def test_a_figures_label_tells_values_apart(value, text):
    assert text_of(value) == text
