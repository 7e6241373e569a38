"""ravine compare: how far components are from the same of other libraries."""

import importlib
import sys
from importlib import resources

import pytest
import ravine
from ravine import registry


def test_a_rule_is_compared_with_each_source_and_those_that_differ_say_from_where_and_why(ravine_here):
    done = ravine_here("compare", "optimizer", "radam")
    assert done.returncode == 0, done.stderr
    agrees, differs = (
        [line for line in done.stdout.splitlines() if line.startswith(word)] for word in ("agrees", "differs")
    )
    assert [line.split()[1].partition("(")[0] for line in agrees] == [
        "optax.radam",
        "papers.radam",
        "torch.optim.RAdam",
    ]
    assert len(differs) == 2
    assert "from update 5 on, at most by quadratic 0.15" in done.stdout
    assert ": the threshold is 4\n" in done.stdout


@pytest.mark.long
def test_all_of_a_kind_are_a_table_that_ends_with_how_many_agree(ravine_here):
    done = ravine_here("compare", "optimizer")
    assert done.returncode == 0, done.stderr
    n = sum(entry.kind == "optimizer" and entry.built_in for entry in registry.load())
    assert done.stdout.splitlines()[-1] == f"{n} of {n} agree with two sources or more"
    assert done.stdout.split()[0:3] == ["name", "agrees", "with"]


@pytest.mark.long
def test_what_has_no_numbers_of_others_is_said_with_the_kinds_that_have(ravine_here):
    done = ravine_here("compare", "figure")
    assert done.returncode == 2
    assert done.stderr.startswith(
        "ravine: figure: its package has no numbers of other libraries to compare it with; kinds that have: "
    )
    assert "optimizer, regularizer, schedule, surface, transform" in done.stderr
    assert ravine_here("compare", "optimizer", "adm").stderr.startswith("ravine: no optimizer is named 'adm'; ")


def test_a_card_says_which_libraries_do_the_same_and_what_others_do(ravine_here):
    card = ravine_here("list", "rmsprop").stdout
    table = card.partition("\ncompared with\n")[2].partition("\n\n")[0].splitlines()
    assert table == [
        "  torch 2.13.0  as here; with other settings: centred: the square of the mean is taken from the mean square",
        "  optax 0.2.8   as here; with other settings: ε is added to v before the root",
        "  keras 3.15.1  as here; with other settings: ε is added to v before the root",
        "ravine compare optimizer rmsprop says how far apart they are",
    ]
    assert "compared with" not in ravine_here("list", "figure", "paths").stdout


def test_without_a_word_it_asks_which(ravine_here):
    done = ravine_here("compare")
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, "usage: ravine compare [KIND] [NAME]")
    assert "which component? ravine compare NAME, or all of a kind: ravine compare optimizer" in done.stderr


def test_a_rule_that_is_not_what_its_numbers_say_is_an_error(ravine_here, tmp_path, monkeypatch):
    package = tmp_path / "there" / "stranger_numbers"
    (package / "references" / "optimizer").mkdir(parents=True)
    (package / "__init__.py").write_text(
        "from dataclasses import dataclass\nfrom ravine import Optimizer\n\n@dataclass(frozen=True)\n"
        "class Half(Optimizer):\n    lr: float = 0.0625\n\n"
        "    def step(self, theta, g, state, *, t, lr):\n        theta -= lr / 2 * g\n"
    )
    theirs = resources.files("ravine_plugins") / "references" / "optimizer" / "sgd.json"
    (package / "references" / "optimizer" / "half.json").write_text(theirs.read_text("utf-8"), "utf-8")
    monkeypatch.syspath_prepend(package.parent)
    ravine.register(importlib.import_module("stranger_numbers").Half, name="half")
    done = ravine_here("compare", "half")
    monkeypatch.delitem(sys.modules, "stranger_numbers")
    assert done.returncode == 1
    assert "not expected: the component or the file of numbers is wrong" in done.stdout
