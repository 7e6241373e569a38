"""Runs side by side: the same results, and what becomes of them when a process dies."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import ravine as package
from distributions import describe
from omegaconf import OmegaConf
from ravine.base.errors import ConfigError
from ravine.config import command
from ravine.config.build import build_both
from ravine.config.grid import Composer
from ravine.engine import data
from ravine.execution import finish, launch, pool, rounds
from ravine.execution.pool import Makers, WorkerError, Workers, cores
from ravine.plans.settings import Execution, Subject
from ravine.records.locks import is_locked
from ravine.records.run import EXECUTION

SMALL = ["dataset.train=200", "dataset.test=50", "network.hidden=[10]", "training.steps=10", "figures=[]"]


def results(study):
    return {
        f"{run}/{name}": (study.folder / run / name).read_bytes()
        for run in study.ledger.runs
        for name in ("config.yaml", "metrics.npz", "run.json")
    }


def test_two_processes_make_what_one_makes():
    grid = ["optimizer=sgd,adam", "seed=0,1", *SMALL]
    one = package.sweep([*grid, "workers=1"], root="one")
    two = package.sweep([*grid, "workers=2"], root="two")
    assert results(one) == {
        name: content.replace(b"study: two", b"study: one") for name, content in results(two).items()
    }
    drop = slice(None, -1)  # seconds
    tables = [
        [line.split(",")[drop] for line in (s.folder / "table.csv").read_text().splitlines()]
        for s in (one, two)
    ]
    assert tables[0] == tables[1]
    assert len(tables[0]) == 5


@dataclass(frozen=True)
class Refuses(package.Figure):
    def draw(self, study):
        raise ValueError("no")


def test_who_made_the_runs_draws_the_figures_the_same_and_what_they_cannot_is_drawn_here(monkeypatch, tmp_path):
    words = [
        "optimizer=sgd,adam",
        *SMALL[:-1],
        "figures=[loss_curves,{name: accuracy_curves, test: true},refuses]",
    ]
    plugin = SimpleNamespace(ravine_figures=package.hookimpl(lambda: {"refuses": Refuses}))
    package.registry.load().add(plugin, "refuses", "here 1.0")
    drawn = []
    draw = finish.draw
    monkeypatch.setattr(
        finish, "draw", lambda study, name, figure: (drawn.append(name), draw(study, name, figure))
    )
    pictures = {}
    try:
        for number in (1, 2):
            (tmp_path / str(number)).mkdir()
            monkeypatch.chdir(tmp_path / str(number))
            with pytest.warns(
                UserWarning,
                match=r"figure refuses is not drawn: figure 'refuses', Refuses of plugin refuses of here 1\.0: no \(",
            ):
                study = package.sweep([*words, f"workers={number}", "study=s"])
            files = sorted((study.folder / "figures").iterdir())
            pictures[number] = {file.name: file.read_bytes() for file in files}
    finally:
        package.registry.load.cache_clear()
    assert drawn == ["loss_curves", "accuracy_curves", "refuses", "refuses"]
    assert len(pictures[1]) == 4
    assert pictures[1] == pictures[2]


def test_descents_are_made_here_and_networks_on_all_cores():
    def workers(*words):
        both = [build_both(package.compose([*words, f"seed={i}"])) for i in range(5)]
        return pool.workers_for([experiment for experiment, _ in both], both[0][1])

    assert workers("problem=ravine") == 1
    assert workers("problem=ravine", "workers=3") == 3
    assert workers() == min(5, cores())
    assert workers("workers=9") == 5  # no more than there are runs
    assert workers("training.threads=2") == min(5, max(1, cores() // 2))
    assert workers(f"training.threads={cores() + 1}") == 1
    assert pool.workers_for([], Subject()) == 1


def test_a_component_that_only_this_process_has_is_used_here(monkeypatch):
    loaded = package.registry.load()
    here = {kind: dict(entries) for kind, entries in loaded.entries.items()}
    monkeypatch.setattr(loaded, "entries", here)

    @dataclass(frozen=True)
    class Mine(package.Optimizer):
        lr: float = 0.1

        def step(self, theta, g, state, *, t, lr):
            theta -= lr * g

    plugin = SimpleNamespace(ravine_optimizers=package.hookimpl(lambda: {"mine_alone": Mine}))
    loaded.add(plugin, "mine", "here 1.0")
    try:
        with pytest.warns(UserWarning, match="workers = 2: only this process knows optimizer mine_alone"):
            study = package.sweep(["optimizer=mine_alone", "seed=0,1", "workers=2", *SMALL])
        assert [run.status for run in study.runs.values()] == ["completed"] * 2
    finally:
        loaded.manager.unregister(name="mine")


DIES = '''
import os, signal, sys, time
from dataclasses import dataclass
import numpy as np
from ravine import Data, Dataset, Examples, Optimizer, hookimpl

@dataclass(frozen=True)
class Dies(Optimizer):
    lr: float = 1.0
    def step(self, theta, g, state, *, t, lr):
        print("noise on standard output")
        os.kill(os.getpid(), signal.SIGKILL)

@dataclass(frozen=True)
class Talks(Optimizer):
    lr: float = 0.1
    def step(self, theta, g, state, *, t, lr):
        print("noise on standard output")
        sys.stdout.flush()
        theta -= lr * g

@dataclass(frozen=True)
class Leaves(Optimizer):
    """Leaves a process behind that would outlive it."""
    lr: float = 0.1
    def step(self, theta, g, state, *, t, lr):
        if t == 1 and not os.fork():
            time.sleep(600)
            os._exit(0)
        theta -= lr * g

@dataclass(frozen=True, kw_only=True)
class OfProcess(Dataset):
    def load(self):
        rng = np.random.default_rng(os.getpid())
        examples = Examples(rng.random((20, 3)), rng.integers(2, size=20))
        return Data(examples, examples, n_out=2)

@hookimpl
def ravine_optimizers():
    return {"dies": Dies, "talks": Talks, "leaves": Leaves}

@hookimpl
def ravine_datasets():
    return {"of_process": OfProcess}
'''


@pytest.fixture
def dies(tmp_path):
    place = tmp_path / "site"
    describe(place, "dies", "1.0", "dies = dies")
    (place / "dies.py").write_text(DIES)
    return str(place)


@pytest.mark.filterwarnings("ignore:.* which is not installed")
def test_a_run_that_kills_its_process_costs_the_others_nothing(ravine, dies):
    words = ["-m", "optimizer=dies,sgd,talks,leaves", "seed=0,1", "workers=2", "study=s", *SMALL]
    done = ravine(*words, PYTHONPATH=dies, timeout=60)  # which what leaves has left would hold up
    assert done.returncode == 1
    assert done.stderr.count("not made: the process that made it was killed by SIGKILL") == 2
    assert "of 8 runs 2 did not end; the same command makes them again" in done.stderr
    study = package.load_study("runs/s")
    made = [run.config["optimizer"]["name"] for run in study.runs.values()]
    assert made == ["sgd", "sgd", "talks", "talks", "leaves", "leaves"]
    assert [study.status(run) for run in study.missing] == ["missing"] * 2
    assert "noise" not in done.stdout  # what a program reads there is ravine's


@dataclass(frozen=True, kw_only=True)
class Unseeded(package.Dataset):
    def load(self):
        rng = np.random.default_rng()
        examples = package.Examples(rng.random((20, 3)), rng.integers(2, size=20))
        return package.Data(examples, examples, n_out=2)


@pytest.mark.parametrize(
    "words", [["seed=0"], ["-m", "seed=0,1", "workers=1"], ["-m", "seed=0,1"], ["--dry-run"]]
)
def test_data_that_are_drawn_without_a_seed_are_refused_before_anything_is_made(ravine_here, tmp_path, words):
    plugin = SimpleNamespace(ravine_datasets=package.hookimpl(lambda: {"unseeded": Unseeded}))
    package.registry.load().add(plugin, "unseeded", "here 1.0")
    try:
        done = ravine_here("dataset=unseeded", *SMALL[2:], *words)
    finally:
        package.registry.load.cache_clear()
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    whose = "dataset 'unseeded', Unseeded of plugin unseeded of here 1.0: Unseeded"
    assert line.startswith(
        f"ravine: {whose}: two calls of load gave different examples: either it draws without a seed"
    )
    assert re.search(rf"\({__file__}:\d+\)$", line)
    assert not list(tmp_path.iterdir())


def test_data_that_stay_in_memory_are_read_through_once(monkeypatch):
    read = []
    # Other tests of this process have read the digits, and are to have the true numbers again.
    monkeypatch.setattr(data, "_KNOWN", {})
    monkeypatch.setattr(data, "_DIGESTS", {})
    monkeypatch.setattr(data, "sha256", lambda content: read.append(len(content)) or "…")
    for train in (100, 200):
        experiment = package.build(package.compose([f"dataset.train={train}", *SMALL[1:]]))
        _ = experiment.id, experiment.problem(), experiment.problem()
    assert sum(read) < 60e6  # 54.95 MB of digits


def test_workers_have_the_path_of_a_script_and_say_what_is_not_the_same_with_them(dies, tmp_path):
    script = tmp_path / "script.py"
    grid = ["seed=0,1", "workers=2", *SMALL[2:]]
    script.write_text(
        f"import sys\nsys.path.append({dies!r})\nimport ravine\n"
        f"for word in 'optimizer=talks', 'dataset=of_process':\n"
        f"    print([run.status for run in ravine.sweep([word, *{grid}]).runs.values()])\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "['completed', 'completed']\n[]\n", done.stderr
    line = DIES[: DIES.index("class OfProcess")].count("\n")
    whose = "dataset 'of_process', OfProcess of plugin dies of dies 1.0"
    said = f"not made: in another process {whose}: load gives different examples ({dies}/dies.py:{line})\n"
    assert done.stderr.count(said) == 2


def test_on_error_stop_leaves_the_rest(ravine, tmp_path):
    place = tmp_path / "site"
    describe(place, "quits", "1.0", "quits = quits")
    (place / "quits.py").write_text(
        "from dataclasses import dataclass\nfrom ravine import Optimizer, hookimpl\n"
        "@dataclass(frozen=True)\nclass Quits(Optimizer):\n    lr: float = 1.0\n"
        "    def step(self, theta, g, state, *, t, lr): raise RuntimeError('it quits')\n"
        "@hookimpl\ndef ravine_optimizers(): return {'quits': Quits}\n"
    )
    words = ["-m", "optimizer=quits,sgd", "seed=0,1,2", "on_error=stop", "study=s", *SMALL]
    done = ravine(*words, "workers=1", PYTHONPATH=str(place))
    assert done.returncode == 1
    assert "of 6 runs 1 failed and 5 did not end" in done.stderr
    assert (
        ravine(*words, "on_error=continue", PYTHONPATH=str(place)).stderr.count(
            "failed: optimizer 'quits', Quits of plugin quits of quits 1.0: RuntimeError: it quits ("
        )
        == 3
    )


def test_what_is_asked_of_the_execution_is_checked(ravine_here):
    for words, says in {
        "workers=0": "workers = 0 is not in [1, inf)",
        "workers=many": "workers = 'many': it must be a whole number",
        "on_error=sometimes": "on_error = 'sometimes': it must be one of continue, stop",
        "checkpoint_seconds=-1": "checkpoint_seconds = -1.0 is not in [0, inf)",
        "weights=all": "weights = 'all': it must be one of none, last, best, both",
        "weights=null": "weights = None: it must be one of none, last, best, both",
    }.items():
        done = ravine_here("-m", "seed=0,1", *SMALL, words)
        assert done.returncode == 2
        assert says in done.stderr
    assert not Path("runs").exists()


def test_no_number_depends_on_the_execution():
    ids = {
        package.build(package.compose([*SMALL, *words])).id
        for words in (
            [],
            ["workers=7"],
            ["on_error=stop"],
            ["checkpoint_seconds=9"],
            ["weights=none"],
            ["study=other"],
        )
    }
    assert len(ids) == 1


def test_workers_end_when_they_are_dismissed():
    experiment = package.build(package.compose([*SMALL[:-2], "training.epochs=100000"]))
    workers = Workers(1)
    began = []

    def follow(_):
        return nullcontext(lambda *step: began.append(step))

    made = []
    thread = threading.Thread(
        target=lambda: made.extend(workers.make(Path("s"), [experiment], Subject(), follow))
    )
    thread.start()
    # A worker is a new process, which a busy machine starts late.
    until = time.monotonic() + 300
    while not began:
        assert time.monotonic() < until
        time.sleep(0.01)
    (process,) = workers._all
    workers.dismiss()
    thread.join(300)
    assert not thread.is_alive()
    ((_, error),) = made
    assert isinstance(error, WorkerError)
    assert process.poll() is not None


def test_workers_end_when_whoever_asks_is_gone(tmp_path):
    words = ["-m", "seed=0,1", "workers=2", "study=s", *SMALL[:-2], "training.epochs=100000", "figures=[]"]
    command = subprocess.Popen([Path(sys.executable).parent / "ravine", *words], cwd=tmp_path, stderr=-3)
    until = time.monotonic() + 30
    while sum(map(is_locked, tmp_path.glob("runs/s/*-*"))) < 2:
        assert time.monotonic() < until
        time.sleep(0.05)
    command.kill()
    command.wait()
    until = time.monotonic() + 10
    while any(map(is_locked, tmp_path.glob("runs/s/*-*"))):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_worker_that_died_while_it_had_nothing_to_do_costs_no_run(tmp_path):
    one, two = (package.build(package.compose([*SMALL, f"seed={seed}"])) for seed in (0, 1))
    workers = Workers(1)
    try:
        for experiment in (one, two):
            ((_, error),) = workers.make(
                tmp_path, [experiment], Subject(), lambda _: nullcontext(lambda *_: None)
            )
            assert error is None
            workers._all[-1].kill()
            workers._all[-1].wait()
    finally:
        workers.dismiss()
    assert len(workers._all) == 2


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="no process groups")
def test_nothing_is_sent_to_a_process_whose_end_is_known(tmp_path, monkeypatch):
    """Its number may be another's by now."""
    workers = Workers(1)
    ((_, error),) = workers.make(
        tmp_path, [package.build(package.compose(SMALL))], Subject(), lambda _: nullcontext(lambda *_: None)
    )
    assert error is None
    (process,) = workers._all
    process.kill()
    process.wait()
    killed = []
    monkeypatch.setattr(os, "killpg", lambda *number: killed.append(number))
    workers.dismiss()
    assert not killed


def test_a_command_answers_for_its_own_runs_whatever_another_asks_for_meanwhile(monkeypatch, ravine_here):
    begin = rounds.begin

    def another_asks_too(folder, *rest, **how):
        begin(folder, *rest, **how)
        ledger = package.load_study(folder).ledger
        ledger.runs.append("0123456789ab-01234567")
        ledger.asked["0123456789ab-01234567"] = {}
        ledger.write(folder)

    monkeypatch.setattr(rounds, "begin", another_asks_too)
    assert ravine_here("-m", "seed=0,1", "study=s", "workers=1", *SMALL).returncode == 0


def test_ctrl_c_before_anything_is_written_is_a_stop(monkeypatch, ravine_here):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(rounds, "begin", interrupted)
    done = ravine_here("-m", "seed=0,1", "study=s", "workers=1", *SMALL)
    assert done.returncode == 130
    assert "not a study" not in done.stderr


def test_a_run_that_another_command_makes_is_waited_for(tmp_path):
    """Two commands at once in one study make each run once."""
    words = ["-m", "seed=range(4)", "workers=2", "study=s", *SMALL[:-2], "training.steps=300", "figures=[]"]
    command = [Path(sys.executable).parent / "ravine", *words]
    two = [
        subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    printed = [process.communicate(timeout=120) for process in two]
    assert [process.returncode for process in two] == [0, 0], printed
    study = package.load_study("runs/s")
    assert [run.status for run in study.runs.values()] == ["completed"] * 4
    assert not [path for path in Path("runs").rglob("*.half")]
    assert json.loads((study.folder / "study.json").read_text())["runs"] == list(study.runs)


def test_execution_is_no_part_of_what_a_run_keeps():
    study = package.sweep(["problem=sphere", "workers=2", "seed=0,1", "on_error=stop"])
    for run in study.runs:
        kept = OmegaConf.load(study.folder / run / "config.yaml")
        assert kept.keys().isdisjoint(EXECUTION)
    experiment, subject = build_both(package.compose(["workers=2", "on_error=stop", "checkpoint_seconds=5"]))
    assert subject.execution == Execution(2, "stop", 5.0)
    assert experiment.config.keys().isdisjoint(EXECUTION)


def test_what_a_killed_worker_was_writing_is_removed_and_what_another_command_writes_is_not(tmp_path):
    halves = [tmp_path / run / f".config.yaml.{run}.half" for run in ("mine", "theirs")]
    for half in halves:
        half.parent.mkdir()
        half.write_text("seed: ")
    code = (
        "from pathlib import Path; from ravine.records.locks import locked\n"
        f"with locked(Path({str(halves[1].parent)!r})): print('held', flush=True); input()"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        makers = Makers(tmp_path, Subject())
        makers._workers = Workers(2)
        makers._workers._start()
        makers.close()
        assert [half.exists() for half in halves] == [False, True]
        other.communicate("\n")


@pytest.fixture
def started(monkeypatch):
    """The processes that have been started."""
    processes = []
    start = Workers._start

    def remembered(self):
        processes.append(start(self))
        return processes[-1]

    monkeypatch.setattr(Workers, "_start", remembered)
    return processes


def test_processes_start_while_the_command_checks_and_only_if_several_runs_are_not_made(started, monkeypatch):
    at_check = []
    check = launch.check
    monkeypatch.setattr(launch, "check", lambda stage: (at_check.append(len(started)), check(stage)))
    words = ["optimizer=sgd,adam", "study=s", "workers=2", *SMALL]
    package.sweep(words)
    assert at_check == [2]
    # They are those that have made the runs.
    assert len(started) == 2
    package.sweep(words)
    package.sweep([*words, "seed=0,0"])
    assert at_check == [2, 2, 2]
    assert len(started) == 2


@pytest.mark.parametrize(
    "words",
    [
        ["optimizer=sgd,adam"],
        [
            "hydra/sweeper=search",
            "search.trials=4",
            "dataset.validation=0.2",
            "optimizer.lr=tag(log,interval(0.001,0.1))",
        ],
    ],
)
def test_processes_of_a_new_study_start_while_its_other_runs_are_composed(started, monkeypatch, words):
    composed = []
    before = Composer.compose
    monkeypatch.setattr(
        Composer,
        "compose",
        lambda self, job, *, claims: composed.append(len(started)) or before(self, job, claims=claims),
    )
    package.sweep(["study=s", "workers=2", *words, *SMALL])
    assert len(started) == 2
    assert (composed[0], composed[-1]) == (0, 2)


def test_a_search_that_makes_one_run_at_a_time_starts_no_process(started):
    one_by_one = ["sampler=narrowing", "search.batch=1", "search.trials=3", "dataset.validation=0.2"]
    space = ["optimizer.lr=tag(log,interval(0.001,0.1))"]
    package.sweep(["hydra/sweeper=search", *one_by_one, *space, "workers=2", *SMALL])
    assert started == []


@pytest.fixture
def at_check(started, monkeypatch):
    """Of each check before the first run, which of the processes that have been started have ended."""
    seen = []
    check = launch.check

    def looked(stage):
        seen.append([process.returncode is not None for process in started])
        check(stage)

    monkeypatch.setattr(launch, "check", looked)
    return seen


def test_processes_that_are_not_needed_after_all_end_before_the_first_run(at_check):
    @package.register
    @dataclass(frozen=True)
    class MineAlone(package.Optimizer):
        lr: float = 0.1

        def step(self, theta, g, state, *, t, lr):
            theta -= lr * g

    with pytest.warns(UserWarning, match="only this process knows optimizer mine_alone"):
        package.sweep(["optimizer=sgd,mine_alone", "workers=2", *SMALL])
    # Two words that are one run.
    package.sweep(["optimizer.lr=0.1,0.1", "workers=2", *SMALL])
    assert at_check == [[True] * 2, [True] * 4]


def test_a_ctrl_c_while_processes_start_leaves_none(started, monkeypatch):
    start = Workers._start

    def interrupted(self):
        if started:
            raise KeyboardInterrupt
        return start(self)

    monkeypatch.setattr(Workers, "_start", interrupted)
    # As a notebook does, this keeps the error, and with it all that it came through.
    with pytest.raises(KeyboardInterrupt) as kept:
        package.sweep(["optimizer=sgd,adam", "workers=2", *SMALL])
    assert [process.returncode is not None for process in started] == [True]
    assert kept.tb


def test_as_many_processes_are_started_as_are_asked_for(started, at_check, monkeypatch):
    monkeypatch.setattr(pool, "cores", lambda: 2)
    package.sweep(["seed=range(4)", "study=s", "workers=3", *SMALL])
    assert at_check == [[False] * 3]
    assert len(started) == 3


def test_more_are_started_if_runs_are_made_that_were_not_expected(started, tmp_path):
    words = [*SMALL, "workers=3"]
    built = [build_both(package.compose([*words, f"seed={seed}"])) for seed in range(3)]
    experiments, subject = [one for one, _ in built], built[0][1]
    with closing(Makers(tmp_path / "s", subject)) as makers:
        makers.expect(experiments[:2])
        assert len(started) == 2
        made = list(makers.make(experiments, lambda experiment: nullcontext(lambda *told: None), None))
        assert [error for _, error in made] == [None] * 3
        assert len(started) == 3


def test_a_process_that_waits_reads_the_data_of_a_run(tmp_path, monkeypatch):
    experiment, _ = build_both(package.compose(SMALL))
    monkeypatch.setenv("RAVINE_CACHE", str(tmp_path / "cache"))
    unpacked = tmp_path / "cache" / "mnist"
    workers = Workers(1)
    try:
        workers.start(experiment)
        until = time.monotonic() + 60
        while time.monotonic() < until and len(list(unpacked.glob("[!.]*"))) < 4:
            time.sleep(0.05)
        assert len(list(unpacked.glob("[!.]*"))) == 4
    finally:
        workers.dismiss()


def test_processes_that_wait_end_if_the_plan_cannot_be_made(started):
    with pytest.raises(ConfigError, match="optimizer has no field 'beta1'"):
        package.sweep(["optimizer=adam,sgd", "optimizer.beta1=0.8", "workers=2", *SMALL])
    assert len(started) == 2
    assert all(process.returncode is not None for process in started)
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("figures", "prepared"), [(["loss_curves"], 1), (["loss_curves", "accuracy_curves"], 0), ([], 0)]
)
def test_what_draws_is_imported_while_the_last_run_is_made(monkeypatch, figures, prepared):
    made = []
    monkeypatch.setattr(pool, "import_early", lambda: made.append("matplotlib"))
    package.sweep(["seed=range(3)", "study=s", "workers=2", *SMALL[:-1], f"figures=[{','.join(figures)}]"])
    assert len(made) == prepared


def test_a_dry_run_starts_no_process(started, ravine_here):
    assert ravine_here("-m", "optimizer=sgd,adam", "workers=2", *SMALL, "--dry-run").returncode == 0
    assert started == []


@pytest.mark.parametrize("basic", [True, False])
def test_runs_that_are_made_elsewhere_are_not_expected_here(monkeypatch, basic):
    expected = []
    monkeypatch.setattr(command, "is_basic", lambda launcher: basic)
    command.asked(
        ["optimizer=sgd,adam", "study=s", *SMALL],
        None,
        lambda cfg: None,
        lambda study, first, subject, runs: expected.append(
            (study, str(first.config["optimizer"]["name"]), runs)
        ),
        multirun=True,
    )
    assert expected == ([("s", "sgd", 2)] if basic else [])


def test_what_cannot_be_prepared_is_said_of_the_run(tmp_path, monkeypatch):
    folder = tmp_path / "s"
    words = ["dataset=npz", "dataset.file=d.npz", *SMALL[2:]]
    examples = np.arange(40.0).reshape(20, 2), np.arange(20) % 2
    np.savez("d.npz", x_train=examples[0], y_train=examples[1], x_test=examples[0], y_test=examples[1])
    experiment, subject = build_both(package.compose(words))
    assert experiment.id
    Path("d.npz").unlink()
    workers = Workers(1)
    try:
        workers.start(experiment)
        ((_, error),) = workers.make(folder, [experiment], subject, lambda experiment: nullcontext())
    finally:
        workers.dismiss()
    assert "d.npz" in str(error)


def ends(error):
    def check(stage):
        raise error

    return check


@pytest.mark.parametrize("error", [ValueError("data are missing"), KeyboardInterrupt()])
def test_processes_that_have_started_end_if_the_check_does(started, monkeypatch, error):
    monkeypatch.setattr(launch, "check", ends(error))
    with pytest.raises(type(error)):
        package.sweep(["optimizer=sgd,adam", "workers=2", *SMALL])
    assert len(started) == 2
    assert all(process.returncode is not None for process in started)
    assert not Path("runs").exists()


def test_no_process_starts_for_runs_that_only_this_one_knows(started, monkeypatch):
    monkeypatch.setattr(pool, "_only_here", lambda left, subject: ["optimizer mine_alone"])
    with pytest.warns(UserWarning, match="workers = 2: only this process knows optimizer mine_alone") as warned:
        package.sweep(["optimizer=sgd,adam", "workers=2", *SMALL])
    assert len(warned) == 1
    assert started == []
