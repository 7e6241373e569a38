"""What a command says that has no word: nothing runs that nobody has asked for."""

import pytest


@pytest.mark.parametrize("words", [[], ["-m"], ["--multirun"]])
def test_without_a_word_nothing_runs(ravine_here, tmp_path, words):
    done = ravine_here(*words)
    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "runs").exists()


def test_the_greeting_says_what_it_is_and_what_comes_first(ravine_here):
    lines = ravine_here().stdout.splitlines()
    assert lines[0] == "ravine: a lab for the techniques that make neural networks learn"
    commands = [line.strip().partition("  ")[0] for line in lines[1:] if line.strip()]
    assert commands[0] == "ravine problem=ravine optimizer=momentum"
    assert {"ravine list", "ravine --help"} < set(commands)
    # What it proposes runs.
    done = ravine_here(*commands[0].split()[1:])
    assert done.returncode == 0, done.stderr
    assert "runs/problem=ravine,optimizer=momentum/figures/paths.png" in done.stdout


def test_a_sweep_of_nothing_says_what_can_be_swept(ravine_here):
    said = ravine_here("-m").stdout
    assert said.startswith("ravine -m makes a study: every combination of values that are separated by commas")
    assert "ravine -m problem=ravine optimizer=sgd,momentum,adam" in said
    done = ravine_here("-m", "problem=ravine", "optimizer=sgd,momentum,adam", "--dry-run")
    assert "3 runs: 3 missing" in done.stdout


def test_the_run_that_no_word_made_is_made_by_a_word_that_says_the_default(ravine_here):
    plain, same = ravine_here("--cfg", "job"), ravine_here("--cfg", "job", "optimizer=sgd")
    assert plain.returncode == 0
    assert plain.stdout == same.stdout
