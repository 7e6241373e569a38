"""What ``ravine list`` shows of a folder of one's own."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _mine():
    for path, text in {
        "mine/optimizer/heavy.yaml": "# A long memory.\ndefaults: [momentum, _self_]\nmomentum: 0.99\n",
        "mine/experiment/rates.yaml": "# @package _global_\nquestion: How fast?\ndefaults: [override /problem: ravine]\n",
        "mine/experiment/sgd_on_ravine.yaml": "# @package _global_\nquestion: Is it mine?\n",
    }.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)


def rows(done):
    assert (done.returncode, done.stderr) == (0, "")
    return [row.split(maxsplit=3) for row in done.stdout.splitlines()[1:]]


@pytest.mark.parametrize("at", ["behind", "before"])
def test_presets_and_experiments_of_a_folder_are_listed(ravine_here, at):
    def listed(*words):
        option = ["--config-dir", "mine"]
        return rows(
            ravine_here(
                "list", *(option if at == "before" else ()), *words, *(option if at == "behind" else ())
            )
        )

    assert ["optimizer", "heavy", "mine", "preset of momentum: A long memory."] in listed("optimizer")
    found = listed("experiment")
    assert ["experiment", "rates", "mine", "How fast?"] in found
    assert [row for row in found if row[1] == "sgd_on_ravine"] == [
        ["experiment", "sgd_on_ravine", "mine", "Is it mine?"]
    ]
    assert {"rates", "heavy", "adam", "optimizer_paths"} <= {row[1] for row in listed()}


def test_a_file_of_a_folder_has_a_card(ravine_here):
    assert "momentum: 0.99" in ravine_here("list", "heavy", "--config-dir", "mine").stdout
    card = ravine_here("list", "experiment", "sgd_on_ravine", "--config-dir", "mine").stdout
    assert card.startswith("experiment sgd_on_ravine, of mine\n")
    assert "question: Is it mine?" in card


def test_without_the_option_the_folder_is_not_looked_at(ravine_here):
    assert "heavy" not in {row[1] for row in rows(ravine_here("list"))}


def test_a_folder_that_is_not_there_is_named(ravine_here):
    done = ravine_here("list", "--config-dir", "nowhere")
    assert (done.returncode, done.stderr) == (2, "ravine: --config-dir nowhere: no such folder\n")
