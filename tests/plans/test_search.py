"""Searches: spaces, what is judged, trials that go on, and runs that end before their time."""

import itertools
import json
import math
import platform
import re
import subprocess
import sys
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
import ravine as package
from factories import signed
from ravine import Choice, Interval, Space
from ravine.config.command import planned
from ravine.evidence.verdicts import judge_study
from ravine.execution import pool, rounds
from ravine.execution.run_once import make
from ravine.plans.pruning import MedianRule
from ravine.plans.search import SearchPlan
from ravine.plans.settings import Subject
from ravine.records.run import Run

# They give many commands.
pytestmark = pytest.mark.long

LEARNS = ["hydra/sweeper=search", "dataset.train=200", "dataset.validation=0.2", "dataset.test=20",
          "network.hidden=[10]", "training.epochs=2", "figures=[]", "study=s"]  # fmt: skip
RATE = "optimizer.lr=tag(log,interval(1e-6,1))"


def points(study):
    return [trial.point for trial, _ in study.tried]


# ---- spaces --------------------------------------------------------------------------------------------------


def test_a_space_is_what_the_overrides_span():
    plan = planned(
        [
            *LEARNS,
            RATE,
            "training.batch_size=int(interval(10,20))",
            "optimizer=sgd,adam",
            "network.dropout=range(0,0.6,0.2)",
            "regularizer.strength=0.1",
            "regularizer=l2",
        ]
    )
    assert plan.space == Space(
        (
            Interval("optimizer.lr", 1e-6, 1.0, log=True),
            Interval("training.batch_size", 10, 20, integer=True),
            Choice("optimizer", ("sgd", "adam")),
            Choice("network.dropout", (0.0, 0.2, 0.4)),
        )
    )
    (experiment, *_), (job, *_) = plan.first.experiments, plan.first.jobs
    assert "regularizer=l2" in job
    assert experiment.config["regularizer"] == {"name": "l2", "strength": 0.1}


def test_the_last_word_on_a_setting_counts():
    plan = planned([*LEARNS, RATE, "optimizer=sgd,adam", "optimizer=sgd"])
    assert plan.space == Space((Interval("optimizer.lr", 1e-6, 1.0, log=True),))
    assert all("optimizer=sgd" in job for job in plan.first.jobs)


BAD = {
    "optimizer.lr=0.1": "there is nothing to search: give a setting several values",
    "optimizer.lr=interval(2,1)": "optimizer.lr: an interval goes from a number to a larger one",
    "optimizer.lr=tag(log,interval(0,1))": "optimizer.lr: on a log scale an interval begins above 0, not at 0",
    "optimizer.lr=tag(lin,interval(1,2))": "there is no tag 'lin'; there is: log",
    f"{RATE} search.objective=test_accuracy": "whoever chooses by test examples has none left to judge the choice",
    f"{RATE} search.objective=test_loss": "choose by validation_loss, with dataset.validation=0.2",
    f"{RATE} search.objective=acuracy": "no run has 'acuracy'; did you mean train_accuracy or validation_accuracy",
    f"{RATE} search.objective=validation_acuracy": "no run has 'validation_acuracy'; did you mean validation_accuracy",
    f"{RATE} dataset.validation=0": "a search needs examples to choose by: dataset.validation=0.2",
    f"{RATE} search.trials=0": "search: Search: trials = 0 is not in [1, inf)",
    f"{RATE} search.trial=9": "search has no field 'trial'; did you mean trials or storage?",
    f"{RATE} search.foo=1": "search has no field 'foo'; there are: batch, direction, objective, prune, seed, storage, trials",
    f"{RATE} search.direction=up": "direction = 'up': it is one of maximize, minimize",
    f"{RATE} sampler=ramdom": "sampler=ramdom: there is no such sampler; did you mean random",
    f"{RATE} sampler.startup=3": "sampler has no field 'startup'",
    f"{RATE} search.trials=1,2": "search.trials cannot be searched: it is one for all trials",
    f"{RATE} study=a,b": "study cannot be searched: it is one for all trials",
    f"{RATE} workers=1,2": "workers cannot be searched: it is one for all trials",
    f"{RATE} search=interval(0,1)": "search cannot be searched: it is one for all trials",
    "transform=[],[ema]": "transform=[],[ema]: a search chooses among numbers and words, not among lists",
    "network.hidden=[10],[20]": "network.hidden=[10],[20]: a search chooses among numbers and words, not among lists",
    f"{RATE} seed=interval(0,1)": "seed=interval(0,1): it needs values, not an interval: seed=0,1,2 or seed=range(3)",
    "search.seed=interval(0,1)": "it needs values, not an interval: search.seed=0,1,2 or search.seed=range(3)",
    "sampler=interval(0,1)": "sampler=interval(0,1): it needs values, not an interval: sampler=A,B",
    "optimizer=interval(0,1)": "optimizer=interval(0,1): names are searched, optimizer=A,B; there are: adabelief, adadelta, adafactor",
    "training.epochs=interval(1,9)": "it is a whole number; int(interval(LOW,HIGH)) has whole numbers",
    "optimizer.lr=glob(*)": "optimizer.lr=glob(*): glob chooses names of a group",
    f"{RATE} search.storage=x": "search.storage = 'x': Random does not use a storage",
    f"{RATE} sampler=grid sampler.points=30": "Grid: 30 values are 30 points, more than search.trials = 20",
    f"{RATE} optimizer.momentum=0.1,0.2": "optimizer has no field 'momentum'",
    "optimizer.lr=interval(1,": "optimizer.lr=interval(1,: it cannot be read; an interval is optimizer.lr=interval(LOW,HIGH)",
    "optimizer.lr=interval(1)": "optimizer.lr=interval(1): missing a required argument: 'end'; an interval is",
    "optimizer.lr=range(1,2": "optimizer.lr=range(1,2: it cannot be read; a bracket is missing",
    f"{RATE} study=a=b": """study=a=b: it cannot be read; text with special characters is quoted twice, "study='…'\"""",
}


@pytest.mark.parametrize("typed", BAD)
def test_a_search_that_cannot_be_made_is_one_line_and_makes_nothing(ravine_here, typed):
    done = ravine_here("-m", *LEARNS, *typed.split())
    assert done.returncode == 2
    assert BAD[typed] in done.stderr
    assert done.stderr.count("\n") <= 2
    assert not Path("runs").exists()


# ---- what is judged ------------------------------------------------------------------------------------------


def test_a_trial_is_judged_by_the_mean_over_its_seeds():
    study = package.sweep([*LEARNS, RATE, "seed=range(3)", "search.trials=4"])
    assert len(study.runs) == 12
    for trial, runs in study.tried:
        assert [run.config["seed"] for run in runs] == [0, 1, 2]
        assert {run.config["optimizer"]["lr"] for run in runs} == {trial.point["optimizer.lr"]}
        assert trial.value == pytest.approx(np.mean([run.final["validation_accuracy"] for run in runs]))
    assert study.ledger.search.objective == "validation_accuracy"
    assert study.ledger.search.maximize is True


def test_a_loss_and_a_value_are_minimised_and_other_directions_are_asked_for():
    assert not planned([*LEARNS, RATE, "search.objective=validation_loss"]).searches[0].goal.maximize
    assert (
        planned([*LEARNS, RATE, "search.objective=validation_loss", "search.direction=maximize"])
        .searches[0]
        .goal.maximize
    )
    surface = planned(["hydra/sweeper=search", "problem=ravine", RATE])
    assert (surface.objective, surface.searches[0].goal.maximize) == ("value", False)


def test_a_trial_with_a_run_that_diverged_is_lost_and_counted():
    study = package.sweep(["hydra/sweeper=search", "problem=ravine", "optimizer.lr=0.1,5", "sampler=grid",
                           "training.steps=900", "figures=[]"])  # fmt: skip
    assert [trial.state for trial, _ in study.tried] == ["judged", "lost"]
    assert study.summary().startswith("2 trials, 1 lost; the best of them:\n")


def test_the_best_trials_come_first_in_the_summary():
    study = package.sweep([*LEARNS, RATE, "search.trials=6"])
    lines = [line.split() for line in study.summary().splitlines()]
    assert lines[1] == ["trial", "optimizer.lr", "validation", "accuracy", "runs"]
    values = [float(line[2]) for line in lines[2:]]
    assert values == sorted(values, reverse=True)
    assert len(values) == 6
    assert study._repr_html_().startswith("<table>")


# ---- going on ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sampler", ["random", "halton", "tpe"])
def test_more_trials_go_on_with_the_same_search(sampler, capsys):
    if sampler == "tpe":
        pytest.importorskip("ravine_optuna", reason="needs ravine-optuna")
    words = [*LEARNS, RATE, f"sampler={sampler}"]
    whole = package.sweep([*words, "search.trials=14"], root="whole")
    package.sweep([*words, "search.trials=8"], root="parts")
    capsys.readouterr()
    parts = package.sweep([*words, "search.trials=14"], root="parts")
    assert points(parts) == points(whole)
    assert list(parts.runs) == list(whole.runs)
    done_before = [line for line in capsys.readouterr().err.splitlines() if "done before" in line]
    assert sum(int(line.split()[-3]) for line in done_before) == 8


def test_proposals_do_not_depend_on_the_runs_seed_and_do_on_the_searchs():
    def asked(*words):
        return [
            {word for word in job if word.startswith("optimizer.lr")}
            for job in planned([*LEARNS, RATE, "search.trials=5", *words]).first.jobs
        ]

    assert asked("seed=1") == asked("seed=2")
    assert asked("search.seed=1") != asked("search.seed=2")
    assert asked("sampler=halton") != asked()


def test_a_dry_run_of_a_search_lists_what_can_be_known(ravine_here):
    pytest.importorskip("ravine_optuna", reason="needs ravine-optuna")
    all_of_it = ravine_here("-m", *LEARNS, RATE, "search.trials=6", "--dry-run").stdout.splitlines()
    assert len(all_of_it) == 1 + 6 + 2
    first = ravine_here("-m", *LEARNS, RATE, "sampler=tpe", "search.trials=14", "--dry-run").stdout.splitlines()
    assert len(first) == 1 + 4 + 3
    assert first[-1].startswith("and 10 later trials, which depend on the values of these; about 0:0")
    assert not Path("runs").exists()


def test_an_experiment_may_be_a_search(ravine_here, tmp_path):
    folder = tmp_path / "mine" / "experiment"
    folder.mkdir(parents=True)
    (folder / "hunt.yaml").write_text(
        "# @package _global_\n"
        "defaults:\n  - override /problem: ravine\n  - override /hydra/sweeper: search\n  - override /sampler: halton\n"
        "study: hunt\nsearch: {trials: 5}\nfigures: []\n"
        "hydra: {sweeper: {params: {optimizer.lr: 'interval(0.1,0.9)'}}}\n"
    )
    done = ravine_here("-m", "--config-dir", "mine", "experiment=hunt")
    assert done.returncode == 0, done.stderr
    study = package.load_study("runs/hunt")
    assert ([*study.searches], len(study.tried)) == ([("halton", 0)], 5)
    assert ravine_here("-m", "--config-dir", "mine", "experiment=hunt", "search.trials=7").returncode == 0
    assert len(package.load_study("runs/hunt").tried) == 7


# ---- how far it is -------------------------------------------------------------------------------------------

HUNT = ["hydra/sweeper=search", "problem=sphere", RATE, "training.steps=20", "training.evaluate_every=10",
        "figures=[]", "study=s"]  # fmt: skip
CLAIM = "claims=[{says: It comes down., metric: {name: final, of: value}, than: 1000, is: lower, exact: true}]"


@pytest.fixture
def stop_after(monkeypatch):
    """Let searches end after so many rounds, as if they were stopped there."""

    def stop(rounds):
        monkeypatch.setattr(
            SearchPlan, "rounds", lambda plan, folder: itertools.islice(whole(plan, folder), rounds)
        )

    whole = SearchPlan.rounds
    return stop


def test_a_search_that_was_stopped_halfway_says_so_wherever_it_is_looked_at(ravine_here, stop_after):
    pytest.importorskip("ravine_optuna", reason="needs ravine-optuna")
    words = [*HUNT, "sampler=tpe", "search.trials=12", CLAIM]
    stop_after(2)
    study = package.sweep(words)
    assert study.to_come == {("tpe", 0): 4}
    assert study.summary().startswith("8 of 12 trials; the best of them:\n")
    lines = ravine_here("status", "runs/s").stdout.splitlines()
    assert lines[:2] == ["runs/s: 8 runs: 8 completed", "8 of 12 trials proposed, 4 to come"]
    assert lines[-1] == f"the last command: {study.ledger.command}"
    assert ravine_here("claims", "runs/s").stdout == (
        "inconclusive: It comes down. [1 left out: a run or its metric is missing] [0 of 1 runs; 8 of 12 trials]\n"
    )
    assert "8 runs, 8 of 12 trials." in ravine_here("claims", "runs/s", "--markdown").stdout
    foretold = ravine_here("-m", *words, "--dry-run").stdout.splitlines()
    assert [line.split()[1] for line in foretold[1:9]] == ["completed"] * 8
    assert foretold[-2] == "runs/s: 8 runs: 8 completed; 0 to make"
    assert foretold[-1].startswith("and 4 later trials, which depend on the values of these; about ")


def test_a_search_that_has_gone_on_to_its_end_has_nothing_to_come(ravine_here, stop_after):
    words = [*HUNT, "sampler=narrowing", "sampler.trials=8", "search.trials=20", CLAIM]
    stop_after(3)
    package.sweep(words)
    stop_after(None)
    assert package.sweep(words).to_come == {}
    assert ravine_here("status", "runs/s").stdout == "runs/s: 20 runs: 20 completed\n"
    assert ravine_here("claims", "runs/s").stdout.startswith("supported: It comes down.")
    assert package.sweep([*words, "search.trials=8"]).trials == "20 trials"  # those that are there stay


def test_of_several_searches_each_says_how_far_it_is(ravine_here, stop_after):
    stop_after(1)
    package.sweep([*HUNT, "sampler=narrowing", "search.seed=0,1", "search.trials=6"])
    assert ravine_here("status", "runs/s").stdout.splitlines()[1:3] == [
        "narrowing search.seed=0: 4 of 6 trials proposed, 2 to come",
        "narrowing search.seed=1: 4 of 6 trials proposed, 2 to come",
    ]


@pytest.mark.parametrize("words", [["sampler=grid"], ["optimizer.lr=0.1,0.2,0.3,0.4,0.5", "search.trials=60"]])
def test_a_space_that_is_used_up_leaves_nothing_to_come(ravine_here, words):
    foretold = ravine_here("-m", *HUNT, *words, "--dry-run").stdout
    assert foretold.splitlines()[-1].startswith("runs/s: 5 runs: 5 missing; 5 to make")
    done = ravine_here("-m", *HUNT, *words)
    assert done.stderr.splitlines()[-1].startswith("[5/5]")
    assert ravine_here("status", "runs/s").stdout == "runs/s: 5 runs: 5 completed\n"


def test_a_space_may_turn_out_to_be_used_up_after_a_round(monkeypatch):
    from ravine_plugins.samplers.grid import Grid

    monkeypatch.setattr(Grid, "learns", True)
    study = package.sweep([*HUNT, "sampler=grid", "sampler.points=4", "search.batch=4"])
    assert (len(study.tried), study.to_come) == (4, {})


def test_a_search_stops_at_a_run_that_was_not_made_and_goes_on_from_there(monkeypatch, capsys):
    """To take it for lost would change what is proposed, for good."""
    pytest.importorskip("ravine_optuna", reason="needs ravine-optuna")
    words = [*HUNT, "sampler=tpe", "search.trials=16", "workers=1"]
    whole = package.sweep(words, root="whole")
    made, make = [], pool.make

    def full(folder, experiment, *rest):
        made.append(experiment.id)
        if len(made) == 6:
            raise OSError(28, "No space left on device")
        return make(folder, experiment, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(pool, "make", full)
        assert package.sweep(words, root="broken").to_come == {("tpe", 0): 8}
    assert points(package.sweep(words, root="broken")) == points(whole)


# ---- on several machines -------------------------------------------------------------------------------------

RISE = "{says: It learns., statistic: {name: gain, parts: 2}, than: -1000, is: higher}"


def test_a_search_of_two_folders_adds_up_in_both(ravine_here, stop_after, tmp_path):
    pytest.importorskip("ravine_optuna", reason="needs ravine-optuna")
    words = [*HUNT, "sampler=tpe", "search.trials=12", "search.storage=journal:kept.log"]
    words += [f"{CLAIM[:-1]},{RISE}]"]
    stop_after(1)  # before it tells what its four trials have come to
    package.sweep(words, root="a")
    stop_after(None)
    b = package.sweep(words)
    assert [len(runs) for _, runs in b.tried] == [0] * 4 + [1] * 8
    assert (b.to_come, b.elsewhere) == ({}, {("tpe", 0): [0, 1, 2, 3]})
    assert b.summary().startswith("12 trials, 4 not ended, 4 of them made elsewhere; the best of them:\n")
    lines = ravine_here("status", "runs/s").stdout.splitlines()
    assert lines[0] == "runs/s: 8 runs: 8 completed"
    assert lines[1] == "of trials made elsewhere nothing is known yet: 0, 1, 2, 3"
    assert lines[-1] == f"the last command: {b.ledger.command}"
    assert [verdict.outcome for verdict in judge_study(b).verdicts] == ["inconclusive"] * 2
    assert (
        ravine_here("-m", *words, "--dry-run").stdout.splitlines()[-1]
        == "runs/s: 8 runs: 8 completed; 0 to make"
    )

    a = package.sweep(words, root="a")
    assert [len(runs) for _, runs in a.tried] == [1] * 4 + [0] * 8
    b = package.sweep(words)
    assert [trial for trial, _ in a.tried] == [trial for trial, _ in b.tried]
    assert {trial.state for trial, _ in a.tried} == {"judged"}
    assert (a.elsewhere, b.elsewhere) == ({}, {})
    # The run that is chosen is in one of the folders only; what the search is as a whole both know.
    outcomes = [[verdict.outcome for verdict in judge_study(study).verdicts] for study in (a, b)]
    assert sorted(outcomes) == [["inconclusive", "supported"], ["supported", "supported"]]
    third = package.sweep(words, root="c")
    assert [trial for trial, _ in third.tried] == [trial for trial, _ in a.tried]
    assert not third.runs


MACHINE = """
import platform, sys
name = sys.argv.pop(1)
platform.node = lambda: name
from ravine.cli.main import main
sys.exit(main())
"""


@pytest.mark.parametrize("folders", ["aa", "ab"], ids=["in one folder", "in two folders"])
def test_two_machines_at_one_search_share_it(tmp_path, monkeypatch, folders):
    pytest.importorskip("ravine_optuna", reason="needs ravine-optuna")
    words = ["-m", *HUNT, "sampler=tpe", "search.trials=16", "training.steps=300",
             f"search.storage=journal:{tmp_path / 'kept.log'}", f"claims=[{RISE}]"]  # fmt: skip
    for folder in folders:
        Path(folder).mkdir(exist_ok=True)

    def begun(machine, folder):
        script = [sys.executable, "-c", MACHINE, machine, *words]
        return subprocess.Popen(script, cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    both = [begun(machine, folder) for machine, folder in zip("xy", folders, strict=True)]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    for machine, folder in zip("xy", folders, strict=True):  # the first to end has not heard of all
        monkeypatch.setattr(platform, "node", lambda machine=machine: machine)
        package.sweep(words[1:], root=f"{folder}/runs")
    studies = [package.load_study(f"{folder}/runs/s") for folder in folders]
    for study in studies:
        assert [trial.state for trial, _ in study.tried] == ["judged"] * 16
        assert study.trials == "16 trials"
        assert [verdict.outcome for verdict in judge_study(study).verdicts] == ["supported"]
    assert [trial for trial, _ in studies[0].tried] == [trial for trial, _ in studies[1].tried]
    made = [run for study in studies for run in study.runs]
    assert len(set(made)) == 16
    assert len(made) == (32 if folders == "aa" else 16)


def test_a_sampler_that_is_another_now_is_told_once(tmp_path):
    pytest.importorskip("ravine_optuna", reason="needs ravine-optuna")
    words = [*HUNT, "sampler=tpe", "search.trials=4"]
    study = package.sweep(words)
    file = study.folder / "study.json"
    ledger = json.loads(file.read_text())
    known = ledger["search"]["made_with"]["tpe"]
    assert known["origin"]["class"] == "ravine_optuna.tpe:TPE"
    assert known["versions"] == {name: metadata.version(name) for name in ("cmaes", "numpy", "optuna")}
    known["origin"]["sha256"], known["versions"]["optuna"] = "0" * 64, "4.9.0"
    file.write_text(signed(ledger))
    says = (
        rf"runs/s: its trials were proposed by sampler 'tpe' of {known['origin']['distribution']}, whose source has "
        rf"changed since; by optuna 4.9.0; now it is {metadata.version('optuna')}"
    )
    with pytest.warns(package.registry.PluginWarning, match=f"^{re.escape(says)}$"):
        package.sweep([*words[:-1], "search.trials=8"])
    again = package.sweep([*words[:-1], "search.trials=8"])
    assert again.ledger.search.made_with["tpe"]["versions"]["optuna"] == metadata.version("optuna")
    here, known["origin"]["distribution"] = known["origin"]["distribution"], "ravine 0.1.0"  # which had it once
    file.write_text(signed(ledger))
    says = (
        f"runs/s: its trials were proposed by sampler 'tpe' of ravine 0.1.0; now it is {here}; "
        f"by optuna 4.9.0; now it is {metadata.version('optuna')}"
    )
    with pytest.warns(package.registry.PluginWarning, match=f"^{re.escape(says)}$"):
        package.sweep([*words[:-1], "search.trials=8"])
    made_of = planned(words).first.experiments[0].made_of["components"].values()
    assert "sampler" not in [each.get("kind") for each in made_of]  # no run depends on who proposed it


# ---- in one folder -------------------------------------------------------------------------------------------


def test_a_search_answers_for_its_own_runs_whatever_another_asks_for_meanwhile(monkeypatch, ravine_here):
    begin = rounds.begin

    def another_asks_too(folder, *rest, **how):
        begin(folder, *rest, **how)
        ledger = package.load_study(folder).ledger
        (search,), (trial, *_) = ledger.search.searches, ledger.search.trials
        theirs = replace(
            ledger.search,
            samplers={"halton": {}},
            searches=(replace(search, sampler="halton"),),
            trials=(replace(trial, sampler="halton", runs=("0123456789ab-01234567",)),),
        )
        asked = {"0123456789ab-01234567": {}}
        replace(ledger, runs=list(asked), asked=asked, search=theirs).write(folder)

    monkeypatch.setattr(rounds, "begin", another_asks_too)
    done = ravine_here("-m", *HUNT, "sampler=random", "search.trials=3")
    assert done.returncode == 0, done.stderr


def test_searches_of_one_space_are_added_up(ravine_here):
    for words in (["search.trials=3"], ["search.seed=1", "search.trials=2"], ["sampler=halton", "search.trials=2"],
                  ["sampler=halton,random", "search.seed=0", "search.trials=4"]):  # fmt: skip
        assert ravine_here("-m", *HUNT, *words).returncode == 0
    study = package.load_study("runs/s")
    assert {which: len(tried) for which, tried in study.searches.items()} == {
        ("random", 0): 4, ("random", 1): 2, ("halton", 0): 4,
    }  # fmt: skip
    assert all([trial.number for trial, _ in each] == [*range(len(each))] for each in study.searches.values())
    alone = package.sweep([*HUNT, "search.trials=4"], root="alone")
    assert [trial for trial, _ in study.searches["random", 0]] == [trial for trial, _ in alone.tried]
    assert len(study.runs) == 10


def test_more_seeds_and_no_pruning_are_taken_where_all_is_judged_anew(ravine_here):
    assert ravine_here("-m", *HUNT, "search.trials=3", "search.prune=true").returncode == 0
    assert ravine_here("-m", *HUNT, "search.trials=3", "seed=0,1").returncode == 0
    assert [len(runs) for _, runs in package.load_study("runs/s").tried] == [2, 2, 2]
    done = ravine_here("-m", *HUNT, "search.trials=2", "seed=0,1,2")
    assert done.stderr == (
        "ravine: runs/s: it holds a different search, with seeds of a trial = 2, not 3; seed = [0, 1], not [0, 1, 2]: "
        "study=OTHER keeps them apart\n"
    )


OTHERS = {
    "optimizer.lr=interval(0.1,1)": "optimizer.lr = 1e-06 to 1.0, log, not 0.1 to 1.0",
    f"{RATE} seed=1": "seed = [0], not [1]",
    f"{RATE} optimizer=sgd,adam": "optimizer = one value, not sgd, adam",
    f"{RATE} training.steps=30": "training.steps = 20, not 30",
    f"{RATE} sampler.trials=10": "narrowing's trials = 20, not 10",
    f"{RATE} search.direction=maximize": "maximize = False, not True",
    f"{RATE} search.prune=true": "search.prune = False, not True",
    f"{RATE} sampler=random seed=0,1": "seeds of a trial = 1, not 2",
}


def test_another_search_is_refused_in_one_line_before_anything_is_written(ravine_here):
    words = [*(word for word in HUNT if word != RATE), "search.trials=4", "sampler=narrowing"]
    package.sweep([*words, RATE])
    before = {path: path.stat().st_mtime_ns for path in Path("runs").rglob("*")}
    for typed, differs in OTHERS.items():
        for how in ([], ["--dry-run"]):
            done = ravine_here("-m", *words, *typed.split(), *how)
            assert (done.returncode, done.stdout) == (2, "")
            assert done.stderr.startswith(f"ravine: runs/s: it holds a different search, with {differs}")
            assert done.stderr.endswith(": study=OTHER keeps them apart\n")
            assert done.stderr.count("\n") == 1
    assert {path: path.stat().st_mtime_ns for path in Path("runs").rglob("*")} == before


def test_searches_and_grids_are_kept_apart(ravine_here):
    package.sweep([*HUNT, "search.trials=2"])
    grid = ["problem=sphere", "optimizer.lr=0.1,0.2", "figures=[]", "study=s"]
    for words in (["-m", *grid], [*grid[:1], "study=s"]):
        assert ravine_here(*words).stderr == (
            "ravine: runs/s: it holds a search of optimizer.lr, and the command asks for runs without a search: "
            "study=OTHER keeps them apart\n"
        )
    package.sweep([*grid[:-1], "study=g"])
    assert ravine_here("-m", *HUNT, "study=g").stderr == (
        "ravine: runs/g: it holds runs without a search, and the command asks for a search of optimizer.lr: "
        "study=OTHER keeps them apart\n"
    )


def test_a_value_that_is_given_twice_is_one():
    plan = planned([*HUNT[:2], "optimizer.lr=0.1,0.1,1,1.0", "sampler=grid,grid", "seed=0,0"])
    assert plan.space.dimensions[0].values == (0.1, 1)
    assert (len(plan.searches), plan.seeds) == (1, 1)


def test_a_password_of_a_storage_is_neither_kept_nor_told(ravine_here):
    pytest.importorskip("ravine_optuna", reason="needs ravine-optuna")
    words = [*HUNT, "sampler=tpe", "search.storage='postgresql://me:secret@127.0.0.1:1/db?password=secret'"]
    plan = planned(words)
    assert plan.settings.storage == "postgresql://me:secret@127.0.0.1:1/db?password=secret"
    kept = [
        plan.command,
        *(word for job in plan.first.jobs for word in job),
        json.dumps(plan.first.search.to_json()),
    ]
    assert not [text for text in kept if "secret" in text]
    assert "postgresql://me:***@127.0.0.1:1/db?password=***" in plan.command
    for typed in (words, [*words, "sampler=random"], [*words[:-1], words[-1].replace("'", "")]):
        done = ravine_here("-m", *typed)
        assert done.returncode == 2
        assert "postgresql://me:***@127.0.0.1:1/db?password=***" in done.stderr
        assert "secret" not in done.stderr


# ---- pruning -------------------------------------------------------------------------------------------------


def run_of(values, status="completed"):
    arrays = {"evaluation.step": np.arange(len(values)), "evaluation.value": np.array(values, dtype=float)}
    return Run({}, status, len(values), 0.0, arrays=arrays)


def test_the_median_rule_is_the_papers():
    others = [[9, 1, 3], [9, 2, 4], [9, 3, 5], [9, 4, 6], [9, 5, 7]]
    rule = MedianRule.of([run_of(values) for values in others], "value", maximize=False)
    assert rule.medians == {1: 3.0, 2: 4.0}  # medians of 1..5, and of the means 2..6
    rows = [{"step": i, "value": value} for i, value in enumerate([0, 3.5, 4.5])]
    assert not rule.ends(rows[:1])  # the start is not judged
    assert rule.ends(rows[:2])
    assert not rule.ends(rows)  # its best, 3.5, is no worse than 4
    upwards = MedianRule.of([run_of(values) for values in others], "value", maximize=True)
    assert not upwards.ends(rows[:2])
    assert not upwards.ends([*rows[:2], {"step": 5, "value": -9}])  # nobody was judged there


def test_nothing_is_pruned_before_five_runs_are_complete():
    made = [run_of([9, 1])] * 4 + [run_of([9, 1], "diverged"), run_of([9, 1], "pruned")]
    assert MedianRule.of(made, "value", maximize=False).medians == {}


def test_a_hopeless_run_is_pruned_and_recorded(ravine_here):
    words = ["hydra/sweeper=search", "problem=sphere", "optimizer.lr=tag(log,interval(1e-6,0.3))", "figures=[]",
             "training.steps=40", "training.evaluate_every=5", "search.trials=16", "search.prune=true", "study=s"]  # fmt: skip
    study = package.sweep(words)
    pruned = [run for run in study.runs.values() if run.status == "pruned"]
    assert pruned
    for run in pruned:
        assert 5 <= run.step < 40
        assert run.final == {}
    assert [trial.state for trial, _ in study.tried].count("lost") == len(pruned)
    assert f"{len(pruned)} pruned" in ravine_here("status", "runs/s").stdout
    again = package.sweep(words)
    assert list(again.runs) == list(study.runs)
    # Whoever asks for such a run without pruning gets all of it.
    whole = package.sweep([word for word in words if word != "search.prune=true"])
    assert list(whole.runs) == list(study.runs)
    assert {(run.status, run.step) for run in whole.runs.values()} == {("completed", 40)}
    assert math.isfinite(whole.runs[pruned[0].id].final["value"])


def test_a_run_that_was_pruned_stays_lost_whoever_makes_all_of_it():
    words = ["hydra/sweeper=search", "problem=sphere", "optimizer.lr=tag(log,interval(1e-6,0.3))", "figures=[]",
             "training.steps=40", "training.evaluate_every=5", "search.trials=16", "search.prune=true", "study=s"]  # fmt: skip
    study = package.sweep(words)
    trials = [trial for trial, _ in study.tried]
    last = max((trial for trial in trials if trial.state == "lost"), key=lambda trial: trial.number)
    known = {experiment.id: experiment for experiment in planned(words).first.experiments}
    for run in study.runs.values():
        if run.status == "pruned":
            assert make(study.folder, known[run.id], Subject()).status == "completed"
    assert last.number > 5
    assert [trial for trial, _ in package.load_study(study.folder).tried] == trials
    again = package.sweep([*words, "search.trials=20"])
    assert [trial for trial, _ in again.tried][:16] == trials
    alone = package.sweep([*words, "search.trials=20"], root="alone")
    assert [trial for trial, _ in again.tried] == [trial for trial, _ in alone.tried]


def test_pruning_where_no_run_is_looked_at_before_its_end_is_refused(ravine_here):
    for words in ([*HUNT[:3], "training.steps=20"], [*LEARNS, RATE, "training.epochs=1"]):
        done = ravine_here("-m", *words, "search.prune=true", "study=s")
        assert (done.returncode, done.stderr) == (2, (
            "ravine: search.prune=true: runs are evaluated only at their end, and nothing is left to prune; "
            "training.evaluate_every=N evaluates them every N updates\n"
        ))  # fmt: skip
    assert not Path("runs").exists()


def test_workers_prune_too():
    words = [*LEARNS, RATE, "training.epochs=6", "search.trials=12", "search.prune=true", "search.batch=6"]
    one = package.sweep([*words, "workers=1"], root="one")
    two = package.sweep([*words, "workers=2"], root="two")
    assert {run.status for run in one.runs.values()} == {"completed", "pruned"}
    assert [(run.status, run.step) for run in one.runs.values()] == [
        (r.status, r.step) for r in two.runs.values()
    ]
