"""Samplers: points of known sequences, even draws, Optuna's own proposals, and searches that are killed."""

import functools
import json
import math
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from ravine import Choice, Goal, Interval, Space, importances, registry
from ravine_plugins.samplers import _optuna, narrowing
from ravine_plugins.samplers.halton import _mirrored

PLANE = Space((Interval("x", 0.0, 1.0), Interval("y", 0.0, 1.0)))
MIXED = Space(
    (Interval("rate", 1e-6, 1e-2, log=True), Choice("rule", ("plain", "heavy")), Interval("width", 1, 9, integer=True))
)  # fmt: skip


def made(name, **fields):
    return registry.load().get("sampler", name)(**fields)


def points(name, space, n, *, seed=0, place=Path(), **fields):
    proposals = made(name, **fields).begin(space, Goal(False, n, seed), place, None)
    return [trial.point for trial in proposals.ask(n)]


def bowl(trial, space):
    return sum((share - 0.7) ** 2 for share in space.shares(trial.point))


def searched(sampler, space, place, *, n=16, storage=None, maximize=False):
    """Search a bowl, four trials at a time."""
    proposals = sampler.begin(space, Goal(maximize, n, 0), place, storage)
    trials = []
    while len(trials) < n:
        batch = proposals.ask(min(4, n - len(trials)))
        trials += batch
        for trial in batch:
            proposals.tell(trial, None if trial.number == 3 else bowl(trial, space))
    return [(trial.number, trial.point) for trial in trials]


# ---- random --------------------------------------------------------------------------------------------------

EVEN = {  # a dimension; its parts, with the share of the draws that each should get; what chance exceeds in 10 000
    "interval": (Interval("x", -1.0, 3.0), [(i, 0.1) for i in range(10)], lambda v: int((v + 1) / 0.4), 33.72),
    "log": (Interval("x", 1e-4, 1e0, log=True), [(i, 0.25) for i in range(4)],
            lambda v: int(math.log10(v) + 4), 21.11),
    "whole numbers": (Interval("x", 1, 6, integer=True), [(i, 1 / 6) for i in range(1, 7)], int, 25.74),
    "whole numbers, log": (Interval("x", 1, 4, log=True, integer=True),
                           [(i, math.log((i + 0.5) / (i - 0.5), 9)) for i in range(1, 5)], int, 21.11),
    "choices": (Choice("x", ("a", "b", "c")), [(c, 1 / 3) for c in "abc"], str, 18.42),
}  # fmt: skip


@pytest.mark.parametrize("kind", EVEN)
def test_draws_are_even_on_their_scale(kind):
    dimension, parts, part, limit = EVEN[kind]
    n = 10_000
    seen = [part(point["x"]) for point in points("random", Space((dimension,)), n)]
    assert math.isclose(sum(share for _, share in parts), 1)
    assert set(seen) == {name for name, _ in parts}
    chi_square = sum((seen.count(name) - n * share) ** 2 / (n * share) for name, share in parts)
    assert chi_square < limit


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("integer", [False, True])
def test_an_interval_has_both_its_ends(log, integer):
    dimension = Interval("x", 3, 1234567, log=log, integer=integer)
    assert [dimension.at(0.0), dimension.at(1.0)] == [3, 1234567]
    assert [dimension.at(0.0), dimension.at(1.0)] == dimension.steps(2)


# ---- halton --------------------------------------------------------------------------------------------------


def test_digits_are_mirrored_at_the_point():
    twos = [_mirrored(number, 2, [(0, 1)] * 9) for number in range(8)]
    assert twos == [0, 1 / 2, 1 / 4, 3 / 4, 1 / 8, 5 / 8, 3 / 8, 7 / 8]
    threes = [_mirrored(number, 3, [(0, 1, 2)] * 9) for number in range(10)]
    assert threes == pytest.approx([0, 1 / 3, 2 / 3, 1 / 9, 4 / 9, 7 / 9, 2 / 9, 5 / 9, 8 / 9, 1 / 27])
    assert _mirrored(5, 3, [(2, 0, 1), (1, 2, 0), (0, 2, 1)]) == pytest.approx(1 / 3 + 2 / 9)  # 12, then a zero


def test_it_is_the_sequence_that_scipy_has():
    qmc = pytest.importorskip("scipy.stats.qmc")
    ours = [[_mirrored(number, base, [range(base)] * 9) for base in (2, 3, 5, 7)] for number in range(50)]
    np.testing.assert_allclose(ours, qmc.Halton(4, scramble=False).random(50), atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_every_first_stretch_is_even(seed):
    cube = [[point["x"], point["y"]] for point in points("halton", PLANE, 9, seed=seed)]
    for values, n in ((np.array(cube)[:8, 0], 8), (np.array(cube)[:9, 1], 9)):
        np.testing.assert_allclose(np.diff(np.sort(values)), 1 / n, atol=2e-6)  # six digits


def test_each_seed_is_a_search_of_its_own_and_none_begins_at_an_end():
    firsts = [points("halton", PLANE, 4, seed=seed) for seed in range(50)]
    assert len({tuple(point["x"] for point in few) for few in firsts}) == 50
    assert len({tuple(point["y"] for point in few) for few in firsts}) == 50
    assert all(0.0 < few[0]["x"] < 1.0 for few in firsts)


def discrepancy(cube):
    """Of points from evenness, in the mean square over all boxes at the origin (Warnock 1972)."""
    n, d = cube.shape
    one = np.prod(1 - cube**2, axis=1).sum()
    two = np.prod(1 - np.maximum(cube[:, None], cube[None]), axis=2).sum()
    return math.sqrt(3.0**-d - 2 ** (1 - d) / n * one + two / n**2)


def test_it_fills_a_square_more_evenly_than_chance():
    found = {
        name: np.median([
            discrepancy(np.array([[*point.values()] for point in points(name, PLANE, 256, seed=seed)]))
            for seed in range(9)
        ])
        for name in ("halton", "random")
    }  # fmt: skip
    assert found["random"] == pytest.approx(math.sqrt((1 / 4 - 1 / 9) / 256), rel=0.5)  # what theory has for it
    assert found["halton"] < found["random"] / 3


# ---- grid ----------------------------------------------------------------------------------------------------


def test_a_grid_has_every_combination_the_last_setting_changing_fastest():
    space = Space(
        (Interval("rate", 1e-4, 1e0, log=True), Choice("rule", ("b", "a")), Interval("n", 1, 2, integer=True))
    )
    seen = [tuple(point.values()) for point in points("grid", space, 99, points=3)]
    assert seen == [*product([1e-4, 1e-2, 1.0], ["b", "a"], [1, 2])]


def test_whole_numbers_of_a_grid_come_once():
    values = [
        point["n"] for point in points("grid", Space((Interval("n", 1, 100, log=True, integer=True),)), 99)
    ]
    assert values == [1, 3, 10, 32, 100]
    few = points("grid", Space((Interval("n", 1, 4, log=True, integer=True),)), 99, points=4)
    assert [point["n"] for point in few] == [1, 2, 3, 4]


def test_a_grid_that_is_larger_than_the_search_is_refused(tmp_path):
    with pytest.raises(
        ValueError, match=r"^Grid: 5 times 2 times 5 values are 50 points, more than search.trials = 49"
    ):
        made("grid").begin(MIXED, Goal(False, 49, 0), tmp_path, None).ask(1)


# ---- optuna --------------------------------------------------------------------------------------------------


def seeded(*words):
    return int(np.random.SeedSequence([0, *words]).generate_state(1)[0])


@pytest.mark.filterwarnings("ignore:Argument ``.*`` is an experimental feature")  # Optuna 4 says so here
def test_tpe_is_optunas_with_the_seed_of_the_trial_and_the_setting(tmp_path):
    optuna = pytest.importorskip("optuna")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study()

    def tpe(seed):
        return optuna.samplers.TPESampler(multivariate=True, constant_liar=True, seed=seed)

    suggest = {
        "rate": lambda trial: trial.suggest_float("rate", 1e-6, 1e-2, log=True),
        "rule": lambda trial: trial.suggest_categorical("rule", ("plain", "heavy")),
        "width": lambda trial: trial.suggest_int("width", 1, 9),
    }
    expected = []
    for first in range(0, 24, 4):
        for number in range(first, first + 4):
            study.sampler = tpe(seeded(number))
            trial, point = study.ask(), {}
            assert bool(trial.relative_params) == (number >= 12)  # from the first batch with ten before it
            for name, value in suggest.items():
                study.sampler = tpe(seeded(number, *name.encode()))
                point[name] = value(trial)
            expected.append(point | {"rate": pytest.approx(point["rate"], rel=1e-5)})
        for number in range(first, first + 4):
            shares = MIXED.shares(study.trials[number].params)
            if number == 3:
                study.tell(number, state=optuna.trial.TrialState.PRUNED)
            else:
                study.tell(number, sum((share - 0.7) ** 2 for share in shares))
    assert [point for _, point in searched(made("tpe"), MIXED, tmp_path / "s", n=24)] == expected


def test_cmaes_is_optunas_with_the_seed_of_the_trial(tmp_path):
    optuna = pytest.importorskip("optuna")
    pytest.importorskip("cmaes")
    study = optuna.create_study()
    expected = []
    for number in range(20):
        study.sampler = optuna.samplers.CmaEsSampler(n_startup_trials=1, seed=seeded(number))
        trial, point = study.ask(), {}
        for name in "xy":
            if number == 0:
                study.sampler = optuna.samplers.CmaEsSampler(n_startup_trials=1, seed=seeded(0, *name.encode()))
            point[name] = trial.suggest_float(name, 0.0, 1.0)
        expected.append(pytest.approx(point, abs=1e-6))
        study.tell(number, sum((value - 0.7) ** 2 for value in point.values()))
    proposals, seen = made("cmaes").begin(PLANE, Goal(False, 20, 0), tmp_path / "s", None), []
    for _ in range(20):
        (trial,) = proposals.ask(1)
        seen.append(trial.point)
        proposals.tell(trial, bowl(trial, PLANE))
    assert seen == expected


class Killed(BaseException):
    """Stands for the death of the process."""


@functools.cache
def whole_search(name):
    """Trials of a search that nothing stopped."""
    with tempfile.TemporaryDirectory() as folder:
        return searched(made(name, startup=1), MIXED, Path(folder) / "s")


@pytest.mark.parametrize("name", ["tpe", "cmaes"])
@pytest.mark.parametrize("write", range(5), ids="before write {}".format)
def test_a_trial_that_was_half_drawn_is_drawn_to_its_end(tmp_path, monkeypatch, name, write):
    """Of a trial Optuna writes its beginning, and then every value; a process may be killed before each."""
    storages = pytest.importorskip("optuna").storages
    sampler = made(name, startup=1)
    whole = whole_search(name)
    writes = []

    def mortal(method):
        real = getattr(storages._CachedStorage, method)

        def call(*args, **kwargs):
            writes.append(method)
            if len(writes) == 1 + 5 * 9 + write:
                raise Killed
            return real(*args, **kwargs)

        return call

    with monkeypatch.context() as patched:
        for method in ("create_new_trial", "set_trial_user_attr", "set_trial_param"):
            patched.setattr(storages._CachedStorage, method, mortal(method))
        with pytest.raises(Killed):
            searched(sampler, MIXED, tmp_path / "s")
    known = [method for method in writes if method == "create_new_trial"]
    assert len(known) == 10
    assert searched(sampler, MIXED, tmp_path / "s") == whole


def test_a_study_that_is_shared_is_searched_together_and_in_order(tmp_path):
    pytest.importorskip("optuna")
    storage, goal = f"journal:{tmp_path / 'shared'}", Goal(False, 12, 0)
    one, other = (made("tpe").begin(PLANE, goal, tmp_path / place / "s", storage) for place in "ab")
    here, there = one.ask(4), other.ask(2) + other.ask(4)
    assert [trial.number for trial in there] == [*range(6)]
    assert there[:4] == here
    assert [one.elsewhere(trial) for trial in here] == [None] * 4
    assert [other.elsewhere(trial) for trial in there] == [*here, None, None]
    one.tell(here[0], 0.5)
    one.tell(here[1], None)
    third = made("tpe").begin(PLANE, goal, tmp_path / "c" / "s", storage)
    for proposals in (other, third):
        known = [proposals.elsewhere(trial) for trial in there[:3]]
        assert known == [here[0].judged(0.5), here[1].judged(None), here[2]]


def test_a_trial_whose_drawer_died_elsewhere_is_drawn_here(tmp_path, monkeypatch):
    pytest.importorskip("optuna")
    monkeypatch.setattr(_optuna, "_PATIENCE", 0.1)
    storage, goal = f"journal:{tmp_path / 'shared'}", Goal(False, 12, 0)
    one, other = (made("tpe").begin(PLANE, goal, tmp_path / place / "s", storage) for place in "ab")
    begun = one._study.ask()
    begun.set_user_attr("owner", one._owner)
    (trial,) = other.ask(1)
    assert (trial.number, [*trial.point], other.elsewhere(trial)) == (begun.number, ["x", "y"], None)


def test_a_process_that_dies_with_a_journal_in_its_hands_lets_go_of_it(tmp_path):
    pytest.importorskip("optuna")
    hold = "import sys, time; from ravine_plugins.samplers._optuna import _Held; _Held(sys.argv[1]).acquire(); print(flush=True); time.sleep(99)"
    journal = str(tmp_path / "kept.log")
    with subprocess.Popen([sys.executable, "-c", hold, journal], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        threading.Timer(0.5, process.kill).start()
        begin = time.monotonic()
        assert len(searched(made("tpe"), PLANE, tmp_path / "s", n=2, storage=f"journal:{journal}")) == 2
        assert 0.4 < time.monotonic() - begin < 20


def test_cmaes_reads_nothing_that_others_may_have_written(ravine_here):
    line = refused(ravine_here(*SEARCH, "sampler=cmaes", "search.storage=journal:kept.log"))
    assert line == (
        "ravine: search.storage = journal:kept.log: whoever can write there could run code here by what CMAES keeps; "
        "it keeps it in the study's folder alone"
    )
    assert not Path("kept.log").exists()


def test_a_round_is_narrowed_by_once(tmp_path, monkeypatch):
    rounds = []
    monkeypatch.setattr(narrowing, "importances", lambda *a, **k: rounds.append(1) or importances(*a, **k))
    searched(made("narrowing", trials=8), PLANE, tmp_path, n=40)
    assert len(rounds) == 4


def test_trials_that_another_asks_for_in_between_come_in_their_order(tmp_path, monkeypatch):
    pytest.importorskip("optuna")
    storage, goal = f"journal:{tmp_path / 'shared'}", Goal(False, 12, 0)
    one, other = (made("tpe").begin(PLANE, goal, tmp_path / place / "s", storage) for place in "ab")
    ask = one._study.ask

    def late():
        monkeypatch.setattr(one._study, "ask", ask)
        other.ask(2)
        return ask()

    monkeypatch.setattr(one._study, "ask", late)
    seen = [(trial.number, one.elsewhere(trial) is None) for n in (1, 1, 2) for trial in one.ask(n)]
    assert seen == [(0, False), (1, False), (2, True), (3, True)]


def test_two_that_make_the_tables_at_the_same_moment_both_have_them(tmp_path, monkeypatch):
    optuna = pytest.importorskip("optuna")
    errors = pytest.importorskip("sqlalchemy.exc")
    create, left = optuna.create_study, [
        errors.IntegrityError("CREATE TABLE studies", None, Exception("duplicate key value violates pg_type")),
        errors.OperationalError("CREATE TABLE studies", None, Exception("table studies already exists")),
    ]  # fmt: skip

    def crowded(**options):
        if left:
            raise left.pop()
        return create(**options)

    monkeypatch.setattr(optuna, "create_study", crowded)
    assert len(searched(made("tpe"), PLANE, tmp_path / "s", n=2)) == 2
    assert not left


def test_the_place_of_a_minimum_is_not_searched_for_a_maximum(tmp_path):
    pytest.importorskip("optuna")
    searched(made("tpe"), PLANE, tmp_path / "s", n=1)
    with pytest.raises(ValueError, match="its study 's' is another search: study=NAME keeps them apart"):
        searched(made("tpe"), PLANE, tmp_path / "s", n=1, maximize=True)
    with pytest.raises(ValueError, match="is another search"):
        searched(made("tpe", startup=3), PLANE, tmp_path / "s", n=1)


@pytest.mark.parametrize(
    ("name", "lacks", "text"),
    [
        ("tpe", "optuna", r"TPE needs Optuna: pip install 'ravine\[optuna\]'"),
        ("gp", "torch", "GP needs more than Optuna: .*torch"),
    ],
)
def test_what_is_not_installed_is_said(tmp_path, monkeypatch, name, lacks, text):
    monkeypatch.setitem(sys.modules, lacks, None)
    with pytest.raises(ValueError, match=text):
        made(name).begin(PLANE, Goal(False, 4, 0), tmp_path / "s", None)


def test_gp_searches(tmp_path):
    pytest.importorskip("torch", reason="gp needs torch")
    seen = searched(made("gp", startup=4), PLANE, tmp_path / "s", n=8)
    assert searched(made("gp", startup=4), PLANE, tmp_path / "t" / "s", n=8) == seen


# ---- the command ---------------------------------------------------------------------------------------------

SEARCH = ["-m", "hydra/sweeper=search", "sampler=tpe", "search.trials=12", "problem=ravine", "figures=[]",
          "optimizer.lr=tag(log,interval(1e-3,1))", "optimizer=sgd,momentum", "training.steps=20",
          "study=s"]  # fmt: skip


def trials(folder):
    return json.loads((folder / "study.json").read_text())["search"]["trials"]


@pytest.mark.long
@pytest.mark.parametrize("sampler", ["tpe", "cmaes"])
def test_a_search_that_is_killed_again_and_again_is_the_one_that_was_not(
    ravine, tmp_path, monkeypatch, sampler
):
    pytest.importorskip("optuna")
    pytest.importorskip("cmaes")
    words = [*SEARCH, f"sampler={sampler}", "training.steps=400"]
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    monkeypatch.chdir(tmp_path / "whole")
    assert ravine(*words).returncode == 0
    monkeypatch.chdir(tmp_path / "killed")
    rng, kills = random.Random(0), 0
    for ended in (1, 4, 8):
        process = subprocess.Popen([Path(sys.executable).parent / "ravine", *words], stderr=subprocess.DEVNULL)
        while process.poll() is None and len([*Path("runs/s").glob("*/run.json")]) < ended:
            time.sleep(0.01)
        time.sleep(0.2 * rng.random())
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
    assert kills == 3
    assert len([*Path("runs/s").glob("*/run.json")]) < 12
    done = ravine(*words)
    assert done.returncode == 0, done.stderr
    assert trials(Path("runs/s")) == trials(tmp_path / "whole" / "runs" / "s")


def test_a_journal_keeps_a_search_too(ravine_here, tmp_path):
    pytest.importorskip("optuna")
    assert ravine_here(*SEARCH).returncode == 0
    done = ravine_here(*SEARCH, "study=j", "search.storage=journal:kept.log")
    assert done.returncode == 0, done.stderr
    assert trials(Path("runs/j")) == trials(Path("runs/s"))
    assert (tmp_path / "kept.log").stat().st_size > 0
    assert not Path("runs/j/search.db").exists()


def refused(done):
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    return line


@pytest.mark.parametrize(
    ("storage", "why"),
    [
        ("postgresql://nobody@127.0.0.1:1/nothing", r"No module named 'psycopg'|Connection refused"),
        ("journal:no/such/folder/kept.log", "No such file or directory"),
        ("sqlite:///no/such/folder/kept.db", "unable to open database file"),
        ("sqlite:///rubbish", "file is not a database"),
        ("rubbish", "Could not parse SQLAlchemy URL"),
    ],
)
def test_a_storage_that_cannot_be_used_is_refused_in_one_line(ravine_here, storage, why):
    pytest.importorskip("optuna")
    Path("rubbish").write_text("a" * 200)
    line = refused(ravine_here(*SEARCH, f"search.storage='{storage}'"))
    assert line.startswith(f"ravine: search.storage = {storage}: it cannot be used: ")
    assert any(part in line for part in why.split("|")), line
    assert not Path("runs/s/study.json").exists()


def test_the_storage_of_another_search_is_refused(ravine_here):
    pytest.importorskip("optuna")
    storage = "search.storage='sqlite:///kept.db'"
    assert ravine_here(*SEARCH, storage).returncode == 0
    Path("runs/s/study.json").unlink()
    line = refused(ravine_here(*SEARCH, storage, "optimizer.lr=interval(0.1,1)"))
    assert line == (
        "ravine: search.storage = sqlite:///kept.db: its study 's-tpe-0' is another search: study=NAME keeps them apart"
    )
    assert ravine_here(*SEARCH, storage, "optimizer.lr=interval(0.1,1)", "study=t").returncode == 0


def test_a_storage_that_is_lost_is_said_in_one_line_and_the_search_goes_on_later(tmp_path, monkeypatch):
    pytest.importorskip("optuna")
    place, file = tmp_path / "s", tmp_path / "kept.db"
    proposals = made("tpe").begin(PLANE, Goal(False, 8, 0), place, f"sqlite:///{file}")
    asked = proposals.ask(2)
    content = file.read_bytes()
    file.write_bytes(b"a" * len(content))
    for act in (lambda: proposals.ask(2), lambda: proposals.tell(asked[0], 1.0)):
        with pytest.raises(
            ValueError, match=r"kept\.db: it is lost: \(sqlite3\.[^\n]*; move it away, and the same"
        ):
            act()
    file.write_bytes(content)
    again = made("tpe").begin(PLANE, Goal(False, 8, 0), place, f"sqlite:///{file}")
    assert again.ask(2) == asked
    journal = tmp_path / "kept.log"
    proposals = made("tpe").begin(PLANE, Goal(False, 8, 0), place, f"journal:{journal}")
    journal.unlink()
    with pytest.raises(
        ValueError, match=r"kept\.log: it is lost: [^\n]*; the same command goes on when it is back"
    ):
        proposals.ask(2)


@pytest.mark.parametrize("kept", ["search.db", "kept.log"])
def test_a_memory_that_is_damaged_can_be_moved_away(ravine_here, kept):
    pytest.importorskip("optuna")
    file = Path("kept.log") if kept == "kept.log" else Path("runs/s/s-tpe-0/search.db")
    storage = [f"search.storage=journal:{file}"] * (kept == "kept.log")
    assert ravine_here(*SEARCH, *storage, "search.trials=12").returncode == 0
    before = trials(Path("runs/s"))
    content = file.read_bytes()
    file.write_bytes(content[:40] + b"\xff" * 4000 + content[4040:])
    line = refused(ravine_here(*SEARCH, *storage, "search.trials=12"))
    assert line.startswith(f"ravine: {'search.storage = journal:' * bool(storage)}{file}: it cannot be used: ")
    assert line.endswith("; move it away, and the same command proposes anew from the runs that there are")
    file.rename("moved")
    done = ravine_here(*SEARCH, *storage, "search.trials=12")
    assert (done.returncode, trials(Path("runs/s"))) == (0, before)
    assert done.stderr.count("4 done before") == 3


def test_what_proposals_have_come_of_is_not_told_otherwise(tmp_path):
    """Runs that are made again of other sources or data may come to something else."""
    pytest.importorskip("optuna")

    def begun():
        return made("tpe").begin(PLANE, Goal(False, 8, 0), tmp_path / "s", None)

    proposals = begun()
    first, second = proposals.ask(2)
    proposals.tell(first, 1.0)
    proposals.tell(second, None)
    again = begun()
    assert again.ask(2) == [first, second]
    again.tell(first, 1.0)
    again.tell(second, 2.0)  # it had failed, and was made again
    with pytest.raises(
        ValueError, match="trial 0 came to 1, by which others were proposed, and comes to 3; move"
    ):
        again.tell(first, 3.0)


def test_two_commands_at_one_search_share_it(ravine_here):
    pytest.importorskip("optuna")
    words = [*SEARCH, "training.steps=200"]
    command = Path(sys.executable).parent / "ravine"
    both = [subprocess.Popen([command, *words], stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    together = trials(Path("runs/s"))
    assert ravine_here(*words, "study=alone").returncode == 0
    assert [trial["point"] for trial in together] == [trial["point"] for trial in trials(Path("runs/alone"))]


def test_a_sampler_without_a_memory_has_no_use_for_a_storage(ravine_here):
    line = refused(ravine_here(*SEARCH, "sampler=random", "search.storage=journal:kept.log"))
    assert line == "ravine: search.storage = 'journal:kept.log': Random keeps nothing anywhere"
