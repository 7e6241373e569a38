"""What grows with the runs of a study grows as they do: each run is looked at as often in a large study."""

from collections import Counter

import pytest
import ravine
from ravine.records import axes, run, searches, study
from ravine.reports.status import status
from ravine.reports.table import Look, table


@pytest.fixture
def looks(monkeypatch):
    """Counts how often settings are flattened, contexts are asked for, and numbers of gradients."""
    counts = Counter()

    def counted(name, function):
        return lambda *args, **words: counts.update([name]) or function(*args, **words)

    monkeypatch.setattr(study, "flat", counted("flat", study.flat))
    monkeypatch.setattr(axes, "_owner", counted("owner", axes._owner))
    monkeypatch.setattr(run.Run, "gradients", property(counted("gradients", run.Run.gradients.fget)))
    return counts


@pytest.mark.parametrize("show", [status, lambda made: table(made, Look(), runs=False, form="text")])
def test_a_study_of_more_runs_asks_each_as_often(ravine_here, looks, show):
    per_run = []
    for n in (4, 16):
        words = ["problem=noisy_quadratic", f"optimizer.lr=range(1,{n + 1})", "seed=0,1", "transform=[sam]"]
        ravine.sweep([*words, "training.steps=1", "figures=[]", f"study=s{n}"])
        made = ravine.load_study(f"runs/s{n}")
        looks.clear()
        show(made)
        per_run.append({name: count / (2 * n) for name, count in looks.items()})
    fewer, more = per_run
    assert fewer["flat"] == 1
    assert [name for name, count in more.items() if count > fewer[name]] == []


def test_what_is_shown_of_a_search_judges_each_trial_once(monkeypatch):
    words = ["problem=noisy_quadratic", "hydra/sweeper=search", "search.trials=6", "training.steps=1"]
    space = ["optimizer.lr=tag(log,interval(0.001,0.1))", "search.objective=value", "figures=[]"]
    ravine.sweep([*words, *space, "study=s"])
    judged = []
    before = searches.came_to
    monkeypatch.setattr(searches, "came_to", lambda runs, *how: judged.append(runs) or before(runs, *how))
    made = ravine.load_study("runs/s")
    for name in ("search_progress", "search_scatter"):
        made.figure(name)
    assert made.summary()
    assert made.trials == "6 trials"
    assert len(made.tried) == 6
    # A figure gets a copy of the study, which it may change.
    assert len(judged) == 3 * 6
