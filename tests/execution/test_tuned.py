"""A tuned comparison: a search for each arm, then what they have chosen, on seeds that they have not seen."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import ravine
from ravine.config.command import planned
from ravine.execution import launch, pool
from ravine.records.tuned import last_command, tuned, tuned_text

SPACE = "optimizer.lr=tag(log,interval(1e-3,1))"
SMALL = [
    "dataset.train=200",
    "dataset.validation=0.5",
    "dataset.test=100",
    "network.hidden=[10]",
    "training.steps=20",
    "workers=1",
]
TUNE = ["hydra/sweeper=tune", "search.trials=3", "tuning.seeds=[100,101]", "study=tuned", "figures=[]", *SMALL]
COMMAND = ["optimizer=sgd,adam", SPACE, "seed=0,1", *TUNE]


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    root = tmp_path_factory.mktemp("tuned")
    return ravine.sweep(COMMAND, root=root), root / "tuned"


@pytest.fixture
def made(once, tmp_path):
    shutil.copytree(once[1], tmp_path / "tuned")
    return ravine.load_study(tmp_path / "tuned")


def bytes_of(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("timing.json", "table.csv", "table.txt")
    }


def test_each_arm_has_the_settings_that_its_own_search_found_best(once):
    study, folder = once
    for arm in ("sgd", "adam"):
        search = ravine.load_study(folder / "tuning" / arm)
        assert len(search.tried) == 3
        values = [np.mean([run.final["validation_accuracy"] for run in runs]) for _, runs in search.tried]
        rates = [trial.point["optimizer.lr"] for trial, _ in search.tried]
        compared = [run for run in study.runs.values() if run.config["optimizer"]["name"] == arm]
        assert {run.config["optimizer"]["lr"] for run in compared} == {rates[int(np.argmax(values))]}
        assert {run.config["seed"] for run in compared} == {0, 1}
        assert {run.config["seed"] for _, runs in search.tried for run in runs} == {100, 101}


def test_the_table_has_the_value_in_the_search_and_that_on_new_seeds(once):
    study, _ = once
    head, columns, *rows = tuned_text(study).splitlines()
    assert head == "each chosen by validation accuracy among 3 trials of 2 runs:"
    assert columns.split() == ["tuned", "chosen", "in", "the", "search", "on", "new", "seeds", "change"]
    for row, arm in zip(rows, tuned(study), strict=False):
        again = np.mean(
            [
                r.final["validation_accuracy"]
                for r in study.runs.values()
                if r.config["optimizer"]["name"] == arm.arm
            ]
        )
        assert row.split()[0] == arm.arm
        assert row.split()[2:] == [f"{arm.trial.value:.4g}", f"{again:.4g}", f"{again - arm.trial.value:+.2g}"]


def test_one_more_arm_and_seed_make_only_what_is_missing(made, capsys):
    before = bytes_of(made.folder)
    words = ["optimizer=sgd,adam,momentum", SPACE, "seed=0,1,2", *TUNE]
    study = ravine.sweep(words, root=made.folder.parent)
    assert len(study.runs) == 9
    after = bytes_of(made.folder)
    assert {path for path in before if before[path] != after.get(path)} <= {made.folder / "study.json"} | {
        path for path in before if path.name in ("study.json", "claims.json")
    }
    said = capsys.readouterr().err
    assert said.count("[6/6] 6 done before") == 2
    assert "[4/9] 4 done before" in said


def test_another_choice_leaves_no_run_of_the_earlier_one(made):
    words = [word.replace("search.trials=3", "search.trials=5") for word in COMMAND]
    study = ravine.sweep(words, root=made.folder.parent)
    assert len(study.ledger.runs) == 4
    assert len(study.groups()) == 2


def test_a_comparison_that_was_stopped_in_a_search_goes_on_to_the_same_bytes(once, tmp_path, monkeypatch):
    stopped_in_search(2, COMMAND, tmp_path, monkeypatch)
    assert not (tmp_path / "tuned" / "study.json").exists()
    ravine.sweep(COMMAND, root=tmp_path)
    assert bytes_of(tmp_path / "tuned") == bytes_of(once[1])


def stopped_in_search(n, words, root, monkeypatch):
    """Give a command that is stopped before its search of that number."""
    run_rounds, places = launch.run_rounds, []

    def stopping(folder, plan, **rest):
        places.append(folder)
        if len(places) == n:
            raise KeyboardInterrupt
        return run_rounds(folder, plan, **rest)

    with monkeypatch.context() as patch:
        patch.setattr(launch, "run_rounds", stopping)
        with pytest.raises(KeyboardInterrupt):
            ravine.sweep(words, root=root)


def test_again_goes_on_with_a_comparison_that_was_stopped_in_a_search(once, tmp_path, monkeypatch, ravine_here):
    monkeypatch.chdir(tmp_path)
    stopped_in_search(2, COMMAND, Path("runs"), monkeypatch)
    assert ravine_here("again", "runs/tuned", "--dry-run").returncode == 0
    assert ravine_here("again", "runs/tuned").returncode == 0
    made, whole = (
        {path: of for path, of in bytes_of(at).items() if path.name != "study.json"}
        for at in (Path("runs/tuned"), once[1])
    )
    assert made == whole


def test_again_gives_the_command_that_was_stopped_and_not_the_one_before(made, monkeypatch):
    words = ["optimizer=sgd,adam,momentum", SPACE, "seed=0,1", *TUNE]
    with monkeypatch.context() as patch:
        # It is killed in the search of the new arm.
        patch.setattr(pool, "make", _killed)
        with pytest.raises(KeyboardInterrupt):
            ravine.sweep(words, root=made.folder.parent)
    assert "optimizer=sgd,adam,momentum" in last_command(made.folder)
    ravine.sweep(words, root=made.folder.parent)
    assert last_command(made.folder) == ravine.load_study(made.folder).ledger.command


def _killed(*_args, **_rest):
    raise KeyboardInterrupt


def test_before_the_searches_have_ended_status_shows_them(made, ravine_here):
    (made.folder / "study.json").unlink()
    done = ravine_here("status", str(made.folder))
    assert done.returncode == 0
    assert "tuning/adam: 6 runs: 6 completed" in done.stdout
    assert "tuning/sgd: 6 runs: 6 completed" in done.stdout


def test_a_search_without_a_trial_that_came_to_its_end_chooses_nothing(tmp_path, ravine_here, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["optimizer=sgd,momentum", "optimizer.lr=tag(log,interval(1e30,1e38))", "seed=0", *TUNE]
    done = ravine_here("-m", *words)
    assert done.returncode == 1
    assert "tuning/sgd: no trial came to its end, so nothing is chosen; ravine status" in done.stderr


def test_the_best_at_an_end_of_its_space_is_told(tmp_path):
    words = ["optimizer=sgd,momentum", "optimizer.lr=1e-6,1e-5,1e-4", "sampler=grid", "seed=0", *TUNE]
    text = tuned_text(ravine.sweep(words, root=tmp_path))
    assert "momentum: the best optimizer.lr, 0.0001, is at the upper end of " in text


def test_arms_may_have_spaces_of_their_own(tmp_path):
    own = "tuning.spaces={adam:{optimizer.beta1:'0.5,0.9',optimizer.lr:'tag(log,interval(1e-4,1e-2))'},sgd:{training.steps:10}}"
    plan = planned(["optimizer=sgd,adam", SPACE, own, "seed=0", *TUNE])
    spaces = {arm: [str(d) for d in search.space.dimensions] for arm, search in plan.searches.items()}
    assert set(spaces) == {"sgd", "adam"}
    assert [d.key for d in plan.searches["adam"].space.dimensions] == ["optimizer.lr", "optimizer.beta1"]
    assert plan.searches["adam"].space.dimensions[0].high == 1e-2
    assert [d.key for d in plan.searches["sgd"].space.dimensions] == ["optimizer.lr"]
    steps = {e.config["optimizer"]["name"]: e.config["training"]["steps"] for e in plan.middle.runs.experiments}
    assert steps == {"sgd": 10, "adam": 20}


def test_an_experiment_can_be_tuned_and_its_claims_are_about_the_comparison(tmp_path, ravine_here, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conf" / "experiment").mkdir(parents=True)
    (tmp_path / "conf" / "experiment" / "mine.yaml").write_text(
        """# @package _global_
defaults:
  - override /hydra/sweeper: tune
study: mine
search: {trials: 2}
tuning: {seeds: [7], spaces: {adam: {optimizer.lr: 'tag(log,interval(1e-4,1e-2))'}}}
dataset: {train: 200, validation: 0.5, test: 100}
network: {hidden: [10]}
training: {steps: 20}
figures: []
hydra:
  sweeper:
    params:
      optimizer: sgd,adam
      optimizer.lr: tag(log,interval(1e-3,1))
      seed: range(6)
claims:
  - says: Adam is better when both are tuned.
    metric: {name: final, of: test_accuracy}
    where: {optimizer: adam}
    than: {optimizer: sgd}
    is: higher
"""
    )
    done = ravine_here("-m", "experiment=mine", "--config-dir", "conf")
    assert done.returncode == 0, done.stderr
    (verdict,) = json.loads((tmp_path / "runs" / "mine" / "claims.json").read_text())
    assert verdict["n"] == 6
    assert "each chosen by validation accuracy among 2 trials of 1 run:" in done.stdout


def test_a_dry_run_says_what_the_searches_make_and_what_follows(tmp_path, ravine_here, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = ravine_here("-m", *COMMAND, "--dry-run")
    assert "runs/tuned/tuning/sgd: 6 runs: 6 missing; 6 to make" in done.stdout
    assert re.fullmatch(
        r"runs/tuned: then 4 runs of what these choose, about \d:\d\d$", done.stdout.splitlines()[-1]
    )
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["optimizer=sgd,adam"], "sgd: there is nothing to search: give a setting several values"),
        (["optimizer=sgd", SPACE], "no component has several names: tuning.over=SETTING says what is tuned and compared"),
        (["optimizer=sgd,adam", "initializer=he,xavier", SPACE], "optimizer, initializer have several values: tuning.over"),
        (["optimizer=sgd,adam", SPACE, "seed=100"], "seed = 100: the searches have it, tuning.seeds = [100, 101]"),
        (["optimizer=sgd,adam", SPACE, "sampler=random,grid"], "sampler: a tuned comparison has one"),
        (["optimizer=sgd,adam", SPACE, "search.seed=0,1"], "search.seed: a tuned comparison has one"),
        (["optimizer=sgd,adam", SPACE, "tuning.over=training.steps"], "tuning.over = training.steps: it needs values"),
        (["optimizer=sgd,adam", SPACE, "tuning.ovr=optimizer"], "tuning has no field 'ovr'; did you mean over?"),
        (["optimizer=sgd,adam", SPACE, "tuning.spaces={amad:{optimizer.lr:'1,2'}}"], "optimizer has no value 'amad'; did you mean adam?"),
        (["optimizer=sgd,adam", SPACE, "tuning.spaces={adam:{optimizer.lr:[1,2]}}"], "tuning.spaces.adam.optimizer.lr = [1,2]: values are written as text"),
        (["optimizer=sgd,adam", SPACE, "tuning.spaces={adam:3}"], "it is a mapping, {NAME: {SETTING: 'VALUES'}}"),
        (["optimizer=sgd,adam", SPACE, "tuning.seeds=[]"], "tuning.seeds = []: a search needs a seed"),
        (["optimizer=sgd,adam", SPACE, "search.objective=test_accuracy"], "sgd: "),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_before_anything_runs(words, says, tmp_path, ravine_here, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = ravine_here("-m", *TUNE, *words)
    assert done.returncode == 2, done.stdout
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists()


def test_without_the_sweeper_its_settings_are_refused(ravine_here):
    assert "tuning.over belongs to a tuned comparison: ravine -m hydra/sweeper=tune; this is a grid" in (
        ravine_here("-m", "optimizer=sgd,adam", "tuning.over=optimizer").stderr
    )


def test_a_grid_and_a_tuned_comparison_do_not_share_a_folder(made, tmp_path):
    grid = ["optimizer=sgd,adam", "seed=0", "study=tuned", "figures=[]", *SMALL]
    with pytest.raises(
        ValueError, match="it holds a tuned comparison, and the command asks for runs that no search"
    ):
        ravine.sweep(grid, root=made.folder.parent)
    ravine.sweep(grid, root=tmp_path / "grid")
    with pytest.raises(
        ValueError, match="it holds a grid or a search, and the command asks for a tuned comparison"
    ):
        ravine.sweep(COMMAND, root=tmp_path / "grid")


def test_another_search_in_the_folder_of_an_arm_is_refused(made):
    with pytest.raises(
        ValueError, match=r"it holds the search of random with search.seed=0; the command asks for random"
    ):
        ravine.sweep([*COMMAND, "search.seed=1"], root=made.folder.parent)
    assert len(tuned(ravine.load_study(made.folder))) == 2


def test_runs_that_are_left_out_are_counted(made, capsys):
    words = [word.replace("seed=0,1", "seed=0") for word in COMMAND]
    assert len(ravine.sweep(words, root=made.folder.parent).runs) == 2
    assert (
        "2 runs of an earlier comparison stay in their folders, and are not part of it"
        in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["tuning.spaces={adam:{search.trials:9}}"], "tuning.spaces.adam.search.trials: it is one for all arms"),
        (["tuning.spaces={adam:{seed:9}}"], "tuning.spaces.adam.seed: it is one for all arms"),
        (["tuning.seeds=[7,7]"], "tuning.seeds = [7, 7]: a seed is there twice"),
        (["optimizer=sgd,sgd"], "optimizer=sgd: a comparison has two arms or more"),
        (["tuning.over=seed"], "tuning.over = seed: it is one for all arms"),
        (["tuning.over=optimizer", "tuning.each=[optimizer]"], "tuning.each = ['optimizer']: optimizer is what is compared, or the same for all"),
        (["tuning.each=[seed]"], "tuning.each = ['seed']: seed is what is compared, or the same for all"),
        (["tuning.each=[initializer]"], "tuning.each = ['initializer']: initializer needs several values, initializer=A,B"),
        (["tuning.each=[initialiser]", "initializer=he,xavier"], "tuning.each = ['initialiser']: initialiser needs several values, initialiser=A,B; did you mean initializer"),
        (["tuning.over=optimzer"], "tuning.over = optimzer: it needs values to compare, optimzer=A,B; did you mean optimizer"),
        (["tuning.each=[optimizer]"], "no component outside of tuning.each has several names: tuning.over=SETTING says what is tuned and compared"),
        (["tuning.over=optimizer.lr", "optimizer.lr=0.1,0.2", "optimizer=sgd", "tuning.spaces={0.1:{training.steps:3}}"], "0.1: there is nothing to search"),
    ],
)  # fmt: skip
def test_arms_are_tuned_alike(words, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        planned([*COMMAND, *words])


def test_all_is_tuned_anew_for_each_value_of_another_setting(tmp_path):
    words = [
        "initializer=he,xavier",
        "tuning.each=[initializer]",
        "tuning.spaces={adam:{optimizer.beta1:'0.8,0.9'}}",
    ]
    study = ravine.sweep([*COMMAND, *words], root=tmp_path)
    names = {"sgd_he", "sgd_xavier", "adam_he", "adam_xavier"}
    assert {path.name for path in (study.folder / "tuning").iterdir()} == names
    assert len(study.runs) == 8
    for each in tuned(study):
        optimizer, initializer = each.arm.split("_")
        assert each.record.settings["initializer.name"] == initializer
        assert {run.config["optimizer"]["name"] for run in each.again} == {optimizer}
        assert {run.config["initializer"]["name"] for run in each.again} == {initializer}
        assert {run.config["optimizer"]["lr"] for run in each.again} == {each.trial.point["optimizer.lr"]}
        assert ("optimizer.beta1" in each.trial.point) == (optimizer == "adam")
    assert {each.arm for each in tuned(study)} == names
    assert list(study.groups()) == ["he sgd", "xavier sgd", "he adam", "xavier adam"]


# The rates of one arm are so high that all of its runs diverge.
ONE_LOST = ["optimizer=sgd,adam,momentum", SPACE, "seed=0,1", *TUNE,
            "tuning.spaces={sgd:{optimizer.lr:'tag(log,interval(1e30,1e38))'}}"]  # fmt: skip


def test_an_arm_that_diverges_everywhere_is_told_and_the_others_are_compared(ravine_here):
    for _ in range(2):  # the same command says the same again
        done = ravine_here("-m", *ONE_LOST)
        assert done.returncode == 1
        assert (
            "ravine: of 3 arms 1 is not compared: runs/tuned/tuning/sgd: no trial came to its end, so nothing is "
            "chosen; ravine status runs/tuned/tuning/sgd says more\n"
        ) in done.stderr
        assert [line.split()[0] for line in done.stdout.splitlines()[1:3]] == ["adam", "momentum"]
    study = ravine.load_study("runs/tuned")
    assert sorted({run.config["optimizer"]["name"] for run in study.runs.values()}) == ["adam", "momentum"]
    assert len(study.runs) == 4


def test_table_and_report_say_which_arm_is_not_compared_and_where_its_search_is(ravine_here):
    assert ravine_here("-m", *ONE_LOST).returncode == 1
    says = (
        "sgd is not compared: none of its 3 trials came to an end; ravine status runs/tuned/tuning/sgd says how "
        "they ended"
    )
    assert ravine_here("table", "runs/tuned").stdout.splitlines()[-1] == says
    found = json.loads(ravine_here("table", "runs/tuned", "--json").stdout)
    assert found["lost_arms"] == [{"arm": "sgd", "search": "runs/tuned/tuning/sgd", "trials": 3}]
    assert ravine_here("report", "runs/tuned").returncode == 0
    page = (Path("runs") / "tuned" / "report.html").read_text()
    assert f'<p class="note">{says}.</p>' in page
    assert "each chosen by validation accuracy among 3 trials of 2 runs" in page
    for arm in ("sgd", "adam", "momentum"):
        assert f'<a href="tuning/{arm}/table.txt">search of {arm}</a>' in page
        assert (Path("runs/tuned/tuning") / arm / "table.txt").is_file()


def test_a_comparison_all_of_whose_arms_are_lost_says_where_its_searches_are(ravine_here):
    words = [word for word in ONE_LOST if not word.startswith("tuning.spaces")]
    both = "tuning.spaces={sgd:{optimizer.lr:'tag(log,interval(1e30,1e38))'},momentum:{optimizer.lr:'tag(log,interval(1e30,1e38))'}}"
    assert ravine_here("-m", *words, "optimizer=sgd,momentum", both).returncode == 1
    for word in ("table", "report", "figures"):
        done = ravine_here(word, "runs/tuned")
        assert done.stderr == (
            "ravine: runs/tuned: a tuned comparison that has no runs yet; ravine status runs/tuned says how far its "
            "searches are, which are in runs/tuned/tuning\n"
        ), word


def test_a_dry_run_of_a_complete_comparison_has_nothing_to_make(made, ravine_here):
    root = f"root={made.folder.parent}"
    said = ravine_here("-m", *COMMAND, root, "--dry-run").stdout
    assert said.count("; 0 to make") == 3
    assert said.splitlines()[-1] == f"{made.folder.as_posix()}: 4 runs: 4 completed; 0 to make"
    assert "then" not in said
    # What is asked for in addition is known too.
    more = [word.replace("seed=0,1", "seed=0,1,2") for word in COMMAND]
    said = ravine_here("-m", *more, root, "--dry-run").stdout
    assert "6 runs: 4 completed, 2 missing; 2 to make, about 0:0" in said.splitlines()[-1]
    made_then = ravine.sweep(more, root=made.folder.parent)
    assert {line.split()[0] for line in said.splitlines() if "  missing  " in line} <= set(made_then.runs)
    # More trials may choose something else.
    longer = [word.replace("search.trials=3", "search.trials=4") for word in COMMAND]
    said = ravine_here("-m", *longer, root, "--dry-run").stdout
    assert re.search(r": then 4 runs of what these choose, about \d:\d\d$", said.splitlines()[-1])


def test_a_dry_run_of_again_is_that_of_the_command(ravine_here):
    ravine.sweep(COMMAND)
    said = ravine_here("again", "runs/tuned", "--dry-run").stdout
    # A study that a script has made has the command that does the same.
    assert said.splitlines()[-1] == "runs/tuned: 4 runs: 4 completed; 0 to make"


def test_a_script_gets_the_arms_that_are_compared_and_is_told_of_the_other(tmp_path, capsys):
    study = ravine.sweep(ONE_LOST, root=tmp_path)
    assert len(study.groups()) == 2
    assert "tuning/sgd: no trial came to its end, so nothing is chosen" in capsys.readouterr().err


def test_the_json_of_a_tuned_table_has_what_was_chosen(made, ravine_here):
    found = json.loads(ravine_here("table", str(made.folder), "--json").stdout)["tuned"]
    assert [arm["arm"] for arm in found] == ["sgd", "adam"]
    for arm, of in zip(found, tuned(made), strict=True):
        assert arm["chosen"] == {"optimizer.lr": of.trial.point["optimizer.lr"]}
        assert (arm["objective"], arm["trials"], arm["runs"]) == ("validation_accuracy", 3, 2)
        assert (arm["in_search"], arm["on_new_seeds"]) == (of.trial.value, of.value_again)
        assert arm["edges"] == of.edges
    runs = json.loads(ravine_here("table", str(made.folder), "--runs", "--json").stdout)
    assert runs["tuned"] == found
