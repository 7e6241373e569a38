"""Seeds that gave the same numbers are one observation: verdicts and tables say so, and do not count them."""

import json
from pathlib import Path

import pytest
import ravine

WORDS = ["problem=sphere", "training.steps=3", "figures=[]", "study=s"]
SAME = "the 6 seeds gave the same numbers: this is one observation"


def claim(text, **more):
    fields = ",".join(f"{key}:{value}" for key, value in more.items())
    return f"claims=[{{says:{text},metric:{{name:final,of:value}},is:lower{',' * bool(fields)}{fields}}}]"


def verdict():
    (found,) = json.loads(Path("runs/s/claims.json").read_text())
    return found


def test_a_claim_is_not_judged_by_copies_of_one_run(ravine_here):
    done = ravine_here("-m", *WORDS, "seed=range(6)", claim("x", than=1000))
    assert done.returncode == 0, done.stderr
    assert f"inconclusive: x (-856.5, n = 1) [1 of 6 runs; {SAME}, and exact: true judges it]\n" in done.stdout
    assert (verdict()["n"], verdict()["missing"], verdict()["interval"], verdict()["p"]) == (1, 0, None, None)


def test_pairs_of_copies_are_one_pair(ravine_here):
    words = ["optimizer=sgd,adam", "seed=range(6)"]
    done = ravine_here("-m", *WORDS, *words, claim("x", where="{optimizer:sgd}", than="{optimizer:adam}"))
    assert f"[1 of 6 pairs; {SAME}, and exact: true judges it]\n" in done.stdout
    assert verdict()["outcome"] == "inconclusive"


def test_an_exact_claim_is_judged_and_says_what_it_rests_on(ravine_here):
    words = ["optimizer=sgd,adam", "seed=range(6)"]
    exact = claim("x", where="{optimizer:sgd}", than="{optimizer:adam}", exact="true")
    done = ravine_here("-m", *WORDS, *words, exact)
    (line,) = [line for line in done.stdout.splitlines() if ": x (" in line]
    assert line.startswith("supported: x (")
    assert line.endswith(f"n = 1) [{SAME}]")


def test_one_seed_has_nothing_to_repeat(ravine_here):
    done = ravine_here("-m", *WORDS, "seed=0", claim("x", than=1000, exact="true"))
    assert "supported: x (-856.5, n = 1)\n" in done.stdout
    assert "same numbers" not in done.stdout


def test_a_pair_that_is_missing_is_still_counted(ravine_here):
    words = [
        "optimizer=sgd,adam",
        "seed=range(6)",
        claim("x", where="{optimizer:sgd}", than="{optimizer:adam}"),
    ]
    assert ravine_here("-m", *WORDS, *words).returncode == 0
    (gone,) = [
        run.id for run in ravine.load_study("runs/s").runs.values()
        if run.config["seed"] == 3 and run.config["optimizer"]["name"] == "adam"
    ]  # fmt: skip
    Path("runs/s", gone, "run.json").unlink()
    done = ravine_here("claims", "runs/s")
    assert "[1 left out: a run or its metric is missing]" in done.stdout
    assert "the 5 seeds gave the same numbers: this is one observation" in done.stdout


def test_tables_say_it_once_and_have_no_interval(ravine_here):
    done = ravine_here("-m", *WORDS, "seed=0,1,2")
    assert done.stdout.count("the 3 seeds gave the same numbers: this is one observation\n") == 1
    table = ravine_here("table", "runs/s").stdout
    assert table == (
        "value  n  lost  median   mean  its 95 % interval\n"
        "sgd    3     -   143.5  143.5                  -\n\n"
        "the 3 seeds gave the same numbers: this is one observation\n"
    )
    (row,) = ravine.load_study("runs/s").statistics("value")
    assert row["n"] == 3
    assert "low" not in row
    csv = ravine_here("table", "runs/s", "--csv").stdout
    assert "same numbers" not in csv
    assert "low" not in csv.splitlines()[0]


def test_rows_of_several_groups(ravine_here):
    done = ravine_here("-m", *WORDS, "seed=0,1", "optimizer.lr=0.01,0.02")
    assert "\nin every row the seeds gave the same numbers: a row is one observation\n" in done.stdout
    table = ravine_here("table", "runs/s").stdout
    assert table.endswith("\n\nin every row the seeds gave the same numbers: a row is one observation\n")


@pytest.mark.filterwarnings("always")
def test_seeds_that_differ_are_counted_as_before(ravine_here):
    small = [
        "dataset.train=200",
        "dataset.test=50",
        "network.hidden=[5]",
        "training.steps=2",
        "study=s",
        "figures=[]",
    ]
    accuracy = "claims=[{says:x,metric:{name:final,of:train_loss},is:lower,than:100}]"
    done = ravine_here("-m", *small, "seed=range(6)", accuracy)
    assert "same numbers" not in done.stdout
    assert verdict()["n"] == 6
    assert "low" in ravine.load_study("runs/s").statistics("train_loss")[0]
