"""Optuna's own proposals, whoever dies in between, and what is said of a storage."""

import subprocess
import sys
import threading
import time

import numpy as np
import optuna
import pytest
from ravine import Choice, Goal, Interval, Space, registry
from sqlalchemy import exc as errors

from ravine_optuna import _optuna

PLANE = Space((Interval("x", 0.0, 1.0), Interval("y", 0.0, 1.0)))
MIXED = Space(
    (Interval("rate", 1e-6, 1e-2, log=True), Choice("rule", ("plain", "heavy")), Interval("width", 1, 9, integer=True))
)  # fmt: skip


def made(name, **fields):
    return registry.load().get("sampler", name)(**fields)


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


def seeded(*words):
    return int(np.random.SeedSequence([0, *words]).generate_state(1)[0])


@pytest.mark.filterwarnings("ignore:Argument ``.*`` is an experimental feature")  # Optuna 4 says so here
def test_tpe_is_optunas_with_the_seed_of_the_trial_and_the_setting(tmp_path):
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


@pytest.mark.parametrize("name", ["tpe", "cmaes"])
@pytest.mark.parametrize("write", range(5), ids="before write {}".format)
def test_a_trial_that_was_half_drawn_is_drawn_to_its_end(tmp_path, monkeypatch, name, write):
    """Of a trial Optuna writes its beginning, and then every value; a process may be killed before each."""
    sampler = made(name, startup=1)
    whole = searched(sampler, MIXED, tmp_path / "whole" / "s")
    writes = []

    def mortal(method):
        real = getattr(optuna.storages._CachedStorage, method)

        def call(*args, **kwargs):
            writes.append(method)
            if len(writes) == 1 + 5 * 9 + write:
                raise Killed
            return real(*args, **kwargs)

        return call

    with monkeypatch.context() as patched:
        for method in ("create_new_trial", "set_trial_user_attr", "set_trial_param"):
            patched.setattr(optuna.storages._CachedStorage, method, mortal(method))
        with pytest.raises(Killed):
            searched(sampler, MIXED, tmp_path / "s")
    known = [method for method in writes if method == "create_new_trial"]
    assert len(known) == 10
    assert searched(sampler, MIXED, tmp_path / "s") == whole


def test_a_study_that_is_shared_is_searched_together_and_in_order(tmp_path):
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
    monkeypatch.setattr(_optuna, "_PATIENCE", 0.1)
    storage, goal = f"journal:{tmp_path / 'shared'}", Goal(False, 12, 0)
    one, other = (made("tpe").begin(PLANE, goal, tmp_path / place / "s", storage) for place in "ab")
    begun = one._study.ask()
    begun.set_user_attr("owner", one._owner)
    (trial,) = other.ask(1)
    assert (trial.number, [*trial.point], other.elsewhere(trial)) == (begun.number, ["x", "y"], None)


def test_a_process_that_dies_with_a_journal_in_its_hands_lets_go_of_it(tmp_path):
    hold = "import sys, time; from ravine_optuna._optuna import _Held; _Held(sys.argv[1]).acquire(); print(flush=True); time.sleep(99)"
    journal = str(tmp_path / "kept.log")
    with subprocess.Popen([sys.executable, "-c", hold, journal], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        threading.Timer(0.5, process.kill).start()
        begin = time.monotonic()
        assert len(searched(made("tpe"), PLANE, tmp_path / "s", n=2, storage=f"journal:{journal}")) == 2
        assert 0.4 < time.monotonic() - begin < 20


def test_trials_that_another_asks_for_in_between_come_in_their_order(tmp_path, monkeypatch):
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
    searched(made("tpe"), PLANE, tmp_path / "s", n=1)
    with pytest.raises(ValueError, match="its study 's' is another search: study=NAME keeps them apart"):
        searched(made("tpe"), PLANE, tmp_path / "s", n=1, maximize=True)
    with pytest.raises(ValueError, match="is another search"):
        searched(made("tpe", startup=3), PLANE, tmp_path / "s", n=1)


@pytest.mark.parametrize(
    ("name", "lacks", "text"),
    [
        ("tpe", "optuna", r"TPE needs Optuna: pip install 'ravine\[optuna\]'"),
        ("gp", "scipy", r"GP needs more than Optuna, .*scipy.*: pip install 'ravine-optuna\[gp\]'"),
        ("gp", "torch", r"GP needs more than Optuna, .*: pip install 'ravine-optuna\[gp\]'"),
    ],
)
def test_what_is_not_installed_is_said(tmp_path, monkeypatch, name, lacks, text):
    monkeypatch.setitem(sys.modules, lacks, None)
    with pytest.raises(ValueError, match=text):
        made(name).begin(PLANE, Goal(False, 4, 0), tmp_path / "s", None)


def test_gp_searches(tmp_path):
    for needed in ("torch", "scipy"):
        pytest.importorskip(needed, reason="gp needs PyTorch and SciPy")
    seen = searched(
        made("gp", startup=4), PLANE, tmp_path / "s", n=12
    )  # of which the last four are not drawn at random
    assert searched(made("gp", startup=4), PLANE, tmp_path / "t" / "s", n=12) == seen
    assert searched(made("gp", startup=99), PLANE, tmp_path / "random" / "s", n=12)[:8] == seen[:8]
    assert searched(made("gp", startup=99), PLANE, tmp_path / "random" / "s", n=12)[8:] != seen[8:]


def test_a_storage_that_is_lost_is_said_in_one_line_and_the_search_goes_on_later(tmp_path, monkeypatch):
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


def test_what_proposals_have_come_of_is_not_told_otherwise(tmp_path):
    """Runs that are made again of other sources or data may come to something else."""

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
