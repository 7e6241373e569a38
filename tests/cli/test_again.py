"""A study's command once more, with more values; runs out of a study; studies in another folder."""

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import ravine
from ravine.execution import launch, rounds
from ravine.records.ledger import Ledger
from ravine.records.locks import MAKING, making, making_none

# They give many commands.
pytestmark = pytest.mark.long

WORDS = [
    "-m",
    "problem=ravine",
    "optimizer=sgd,adam",
    "seed=0,1",
    "training.steps=5",
    "figures=[]",
    "workers=1",
]

SMALL = ["training.steps=3", "figures=[]", "workers=1"]


@pytest.fixture
def study(ravine_here):
    assert ravine_here(*WORDS, "study=s").returncode == 0
    return Path("runs/s")


def ended(folder):
    return {path.parent.name: path.stat().st_mtime_ns for path in folder.glob("*/run.json")}


def names(ravine_here, folder="runs/s"):
    rows = json.loads(ravine_here("table", folder, "--runs", "--json").stdout)["runs"]
    return [(row["optimizer"], row["seed"]) for row in rows]


def test_one_more_optimizer_makes_only_its_own_runs(study, ravine_here):
    before = ended(study)
    done = ravine_here("again", "runs/s", "optimizer=momentum")
    assert done.returncode == 0, done.stderr
    said = "ravine -m problem=ravine optimizer=sgd,adam,momentum seed=0,1 training.steps=5 'figures=[]' workers=1 study=s"
    assert f"ravine: {said} root=runs\n" in done.stderr
    after = ended(study)
    assert {run: after[run] for run in before} == before
    assert len(after) == len(before) + 2
    assert set(names(ravine_here)) == {(name, seed) for name in ("sgd", "adam", "momentum") for seed in (0, 1)}


def test_values_are_added_and_what_is_one_for_the_study_is_replaced(study, ravine_here):
    assert ravine_here("again", "runs/s", "seed=range(2,4)", "weights=none").returncode == 0
    assert {seed for _, seed in names(ravine_here)} == {0, 1, 2, 3}
    command = json.loads((study / "study.json").read_text())["command"]
    assert "seed=0,1,2,3 " in command
    assert "weights=none" in command


def test_again_and_again(study, ravine_here):
    assert ravine_here("again", "runs/s", "optimizer=momentum").returncode == 0
    assert ravine_here("again", "runs/s", "seed=2").returncode == 0
    assert len(names(ravine_here)) == 9


def test_without_a_word_it_is_the_same_command(study, ravine_here):
    done = ravine_here("again", "runs/s")
    assert done.returncode == 0
    assert "4 done before" in done.stderr


def test_a_dry_run_makes_nothing(study, ravine_here):
    before = ended(study)
    done = ravine_here("again", "runs/s", "optimizer=momentum", "--dry-run")
    assert "6 runs: 4 completed, 2 missing; 2 to make" in done.stdout
    assert ended(study) == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ["runs/s", "optimizer.lr=0.1"],
            "optimizer.lr: the command of runs/s does not sweep it, it does not set it",
        ),
        (["runs/s", "adam"], "'adam' is not SETTING=VALUES"),
        (["runs/s", "optimizer=adm"], "optimizer=adm: there is no such optimizer; did you mean adam"),
        (["runs/t", "optimizer=adam"], "runs/t: not a study"),
    ],
)
def test_what_cannot_be_added_is_one_line(study, ravine_here, words, says):
    done = ravine_here("again", *words)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_tuned_comparison_gets_one_more_arm(ravine_here):
    words = [
        "hydra/sweeper=tune",
        "optimizer=sgd,adam",
        "optimizer.lr=0.01,0.1",
        "sampler=grid",
        "search.trials=2",
    ]
    small = [
        "dataset.train=100",
        "dataset.validation=0.5",
        "dataset.test=50",
        "network.hidden=[5]",
        "training.steps=4",
    ]
    assert (
        ravine_here("-m", *words, *small, "tuning.seeds=[9]", "workers=1", "figures=[]", "study=t").returncode
        == 0
    )
    done = ravine_here("again", "runs/t", "optimizer=momentum")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("[2/2] 2 done before") == 2
    assert {path.name for path in Path("runs/t/tuning").iterdir()} == {"sgd", "adam", "momentum"}


def test_runs_are_taken_out_and_their_folders_stay(study, ravine_here):
    before = ended(study)
    done = ravine_here("drop", "runs/s", "optimizer=sgd", "seed=0")
    assert done.stdout == "runs/s: 1 run taken out, 3 left; ravine figures runs/s draws and judges them\n"
    assert ended(study) == before
    assert ("sgd", 0) not in names(ravine_here)
    assert len((study / "table.csv").read_text().splitlines()) == 4
    assert "these are all of its runs" in ravine_here("drop", "runs/s", "seed=0,1").stderr
    # The command makes them part of the study again.
    assert ravine_here(*WORDS, "study=s").returncode == 0
    assert len(names(ravine_here)) == 4


def test_between_two_runs_of_a_command_nothing_is_dropped(study, ravine_here):
    before = (study / "study.json").read_bytes()
    with making(study), making(study):
        done = ravine_here("drop", "runs/s", "optimizer=sgd", "seed=0")
    assert (done.returncode, done.stderr) == (
        2,
        "ravine: runs/s: a command is making runs of it, and may ask for dropped ones again; drop them when it has "
        "ended\n",
    )
    assert (study / "study.json").read_bytes() == before
    assert ravine_here("drop", "runs/s", "optimizer=sgd", "seed=0").returncode == 0


def test_a_command_that_comes_between_the_steps_of_a_drop_waits_and_adds_its_runs(
    study, ravine_here, monkeypatch
):
    begun = []
    drop = Ledger.drop

    def slow(folder, runs):
        before = (folder / "study.json").read_bytes()
        command = [Path(sys.executable).parent / "ravine", "again", folder, "seed=2"]
        begun.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        until = time.monotonic() + 20
        # It is there when the file that it waits for is open.
        while not is_open(begun[0].pid, (folder / MAKING).resolve()) and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.2)
        assert begun[0].poll() is None
        assert (folder / "study.json").read_bytes() == before
        drop(folder, runs)

    monkeypatch.setattr(Ledger, "drop", slow)
    assert ravine_here("drop", "runs/s", "optimizer=sgd", "seed=0").returncode == 0
    said, _ = begun[0].communicate(timeout=60)
    assert begun[0].returncode == 0, said
    # It asks for the dropped run too, whose folder was there.
    assert set(names(ravine_here)) == {(name, seed) for name in ("sgd", "adam") for seed in (0, 1, 2)}


def is_open(process, path):
    with contextlib.suppress(OSError):
        return any(Path(link).resolve() == path for link in Path(f"/proc/{process}/fd").iterdir())
    return False


def test_a_command_that_makes_runs_is_seen_from_before_it_asks_for_them_to_its_end(ravine_here, monkeypatch):
    seen = []

    def looking(module, name):
        act = getattr(module, name)

        def looks(*arguments, **fields):
            with making_none(Path("runs/s")) as nobody:
                seen.append((name, nobody))
            return act(*arguments, **fields)

        monkeypatch.setattr(module, name, looks)

    looking(rounds, "begin")
    looking(rounds, "finish")
    assert ravine_here(*WORDS, "study=s").returncode == 0
    assert seen == [("begin", False), ("finish", False)]
    with making_none(Path("runs/s")) as nobody:
        assert nobody
    # Of a study that is there, before any search of it is made.
    looking(launch, "run_rounds")
    assert ravine_here(*WORDS, "study=s").returncode == 0
    assert seen[2] == ("run_rounds", False)


def test_studies_lie_where_root_says(ravine_here):
    done = ravine_here(*WORDS, "study=s", "root=elsewhere/deep")
    assert done.returncode == 0
    assert "elsewhere/deep/s/table.csv" in done.stdout
    assert not Path("runs").exists()
    assert (
        "elsewhere/deep/s: 4 runs: 4 completed"
        in ravine_here(*WORDS, "study=s", "root=elsewhere/deep", "--dry-run").stdout
    )
    assert ravine_here("again", "elsewhere/deep/s", "optimizer=momentum").returncode == 0
    assert len(names(ravine_here, "elsewhere/deep/s")) == 6


def test_a_file_cannot_say_where_studies_lie(ravine_here):
    Path("conf/experiment").mkdir(parents=True)
    Path("conf/experiment/x.yaml").write_text("# @package _global_\nroot: /tmp/elsewhere\n")
    done = ravine_here("experiment=x", "--config-dir", "conf")
    assert done.returncode == 2
    assert "there is no setting 'root'" in done.stderr
    assert "root=: it is a folder" in ravine_here("root=").stderr


def test_what_an_experiment_sweeps_gets_more_values(ravine_here):
    Path("mine/experiment").mkdir(parents=True)
    Path("mine/experiment/x.yaml").write_text(
        "# @package _global_\ndefaults: [{override /problem: ravine}]\nstudy: x\nfigures: []\ntraining: {steps: 3}\n"
        "hydra: {sweeper: {params: {optimizer: 'sgd,adam', seed: '0,1'}}}\n"
        "claims: [{says: Good., metric: {name: final, of: value}, where: {optimizer: sgd}, than: {optimizer: adam}, is: lower}]\n"
    )
    assert ravine_here("-m", "experiment=x", "--config-dir", "mine").returncode == 0
    done = ravine_here("again", "runs/x", "optimizer=momentum", "seed=2")
    assert done.returncode == 0, done.stderr
    assert len(names(ravine_here, "runs/x")) == 9
    assert "with root" not in done.stdout
    assert (
        "training.steps: the command of runs/x does not sweep it"
        in ravine_here("again", "runs/x", "training.steps=4").stderr
    )


def test_a_study_whose_name_has_commas(ravine_here):
    assert ravine_here(*WORDS).returncode == 0
    (folder,) = Path("runs").iterdir()
    assert "," in folder.name
    done = ravine_here("again", str(folder), "seed=2")
    assert done.returncode == 0, done.stderr
    assert len(names(ravine_here, str(folder))) == 6


@pytest.mark.parametrize("word", ["study=z", "root=z", "figures=[paths]", "training.steps=9", "optimizer="])
def test_what_is_not_swept_is_refused(study, ravine_here, word):
    done = ravine_here("again", "runs/s", word)
    assert done.returncode == 2
    assert word.partition("=")[0] in done.stderr


def test_one_run_is_no_sweep(ravine_here):
    assert (
        ravine_here("problem=ravine", "optimizer=sgd", "training.steps=2", "figures=[]", "study=one").returncode
        == 0
    )
    assert "runs/one: the study was not made by a sweep" in ravine_here("again", "runs/one", "seed=1").stderr


def test_the_folder_that_one_is_in(study, ravine_here, monkeypatch):
    monkeypatch.chdir(study)
    done = ravine_here("again", ".", "seed=2")
    assert done.returncode == 0, done.stderr
    assert len(names(ravine_here, ".")) == 6


@pytest.mark.parametrize(
    "word", ["seed=0,range(2)", "optimizer.lr=shuffle(1,range(3))", "optimizer.lr=0.1,interval(0,1)"]
)
def test_a_range_among_values_is_told(ravine_here, word):
    done = ravine_here(*WORDS[:2], word)
    assert done.returncode == 2
    assert done.stderr.startswith(f"ravine: {word}: ")
    assert done.stderr.strip().endswith(("or one range", "it cannot be computed from these values"))


def test_from_another_folder_the_files_that_the_command_names_are_found(ravine_here, tmp_path, monkeypatch):
    place, elsewhere = tmp_path / "place", tmp_path / "elsewhere"
    (place / "mine" / "optimizer").mkdir(parents=True)
    (place / "mine" / "optimizer" / "fast.yaml").write_text("defaults: [sgd, _self_]\nlr: 0.5\n")
    elsewhere.mkdir()
    monkeypatch.chdir(place)
    words = ["--config-dir", "mine", "-m", "problem=ravine", "optimizer=sgd,fast", "seed=0", *SMALL, "study=s"]
    assert ravine_here(*words).returncode == 0
    for number, root in enumerate(["runs", "deep/er"]):
        monkeypatch.chdir(place)
        assert ravine_here(*words, f"root={root}").returncode == 0
        monkeypatch.chdir(elsewhere)
        done = ravine_here("again", str(place / root / "s"), f"seed={number + 1}")
        assert done.returncode == 0, done.stderr
        assert done.stderr.startswith(f"ravine: in {place}: ravine --config-dir mine -m problem=ravine")
        assert len(list((place / root / "s").glob("*/run.json"))) == 4
        assert Path.cwd() == elsewhere
        assert not list(elsewhere.iterdir())


def test_a_study_that_was_moved_finds_the_files_where_the_user_is(ravine_here, tmp_path):
    (tmp_path / "mine" / "optimizer").mkdir(parents=True)
    (tmp_path / "mine" / "optimizer" / "fast.yaml").write_text("defaults: [sgd, _self_]\nlr: 0.5\n")
    words = ["--config-dir", "mine", "-m", "problem=ravine", "optimizer=sgd,fast", "seed=0", *SMALL, "study=s"]
    assert ravine_here(*words).returncode == 0
    (tmp_path / "archive").mkdir()
    (tmp_path / "runs").rename(tmp_path / "archive" / "runs")
    done = ravine_here("again", "archive/runs/s", "seed=1")
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "archive" / "runs" / "s").glob("*/run.json"))) == 4


def test_a_study_of_one_seed_gets_more(ravine_here):
    ravine_here("-m", "problem=ravine", "optimizer=sgd,adam", "training.steps=2", "study=one", "figures=[]")
    done = ravine_here("again", "runs/one", "seed=1,2")
    assert done.returncode == 0, done.stderr
    seeds = {run.seed for run in ravine.load_study("runs/one").runs.values()}
    assert seeds == {0, 1, 2}
