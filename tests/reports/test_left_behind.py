"""A run that no command makes any more: the study says so, and how to take it out."""

import shutil
from pathlib import Path

import ravine

WORDS = ["problem=sphere", "training.steps=3", "study=s"]
HOW = "to take it out, remove runs/s/study.json and give the last command again"


def without_seed_0(ravine_here):
    """Make a study of three seeds, remove the folder of one, and go on with the other two."""
    assert ravine_here("-m", *WORDS, "seed=0,1,2").returncode == 0
    study = ravine.load_study("runs/s")
    (first,) = [name for name, run in study.runs.items() if run.config["seed"] == 0]
    shutil.rmtree(Path("runs/s", first))
    return first


def test_a_run_that_the_last_command_makes_again_is_only_missing(ravine_here):
    without_seed_0(ravine_here)
    done = ravine_here("status", "runs/s")
    assert "3 runs: 2 completed, 1 missing" in done.stdout
    assert "take" not in done.stdout


def test_a_run_that_no_command_makes_is_told_with_the_way_out(ravine_here):
    first = without_seed_0(ravine_here)
    done = ravine_here("-m", *WORDS, "seed=1,2")
    assert done.returncode == 0
    assert (
        "ravine: 1 run of earlier commands is missing; ravine status runs/s says how to take it out\n"
        in done.stderr
    )
    told = ravine_here("status", "runs/s").stdout
    assert f"{first}  missing" in told
    assert told.endswith(f"1 missing run is of an earlier command, which makes it; {HOW}\n")

    Path("runs/s/study.json").unlink()
    done = ravine_here("-m", *WORDS, "seed=1,2")
    assert (done.returncode, "missing" in done.stderr) == (0, False)
    assert ravine_here("status", "runs/s").stdout == "runs/s: 2 runs: 2 completed\n"


def test_runs_of_earlier_commands_that_are_there_stay(ravine_here):
    without_seed_0(ravine_here)
    assert ravine_here("-m", *WORDS, "seed=1").returncode == 0
    Path("runs/s/study.json").unlink()
    assert ravine_here("-m", *WORDS, "seed=1").returncode == 0
    assert ravine_here("status", "runs/s").stdout == "runs/s: 2 runs: 2 completed\n"


def test_several_are_counted(ravine_here):
    assert ravine_here("-m", *WORDS, "seed=0,1,2").returncode == 0
    for run in ravine.load_study("runs/s").runs.values():
        if run.config["seed"] != 1:
            shutil.rmtree(Path("runs/s", run.id))
    done = ravine_here("-m", *WORDS, "seed=1")
    assert (
        "ravine: 2 runs of earlier commands are missing; ravine status runs/s says how to take them out\n"
        in done.stderr
    )
    told = ravine_here("status", "runs/s").stdout
    assert (
        "2 missing runs are of earlier commands, which make them; to take them out, remove runs/s/study.json and give"
        in told
    )
