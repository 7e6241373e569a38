"""Preflight: finds what is wrong with a plan before its first run.

The data are read, each network is fitted to them and gets a few examples, and each claim's metric is tried on
the start of a run that it is about. So a misspelt name is found now and not after an hour.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ravine import registry
from ravine.base.errors import ConfigError
from ravine.base.names import nearest
from ravine.base.warn import warn
from ravine.contracts.figure import Figure
from ravine.contracts.metric import Metric
from ravine.contracts.schedule import Schedule, sees_evaluations
from ravine.engine.experiment import Experiment
from ravine.engine.problem import Problem
from ravine.engine.shapes import check_shapes
from ravine.engine.supervised import SupervisedProblem
from ravine.evidence.claim import Claim, make_claims
from ravine.evidence.judge import fitting, measured, of_searches
from ravine.plans.plan import Stage
from ravine.records.axes import MISSING, flat, found, named, value_of
from ravine.records.run import Run
from ravine.records.searches import SearchRecord
from ravine.records.weights import Keep, wanted
from ravine.registry.guard import guarded
from ravine.registry.kinds import GROUPS
from ravine.registry.make import make_figures

__all__ = [
    "check",
    "unsuited",
]


_SHORT = 60  # letters of a claim's sentence that a warning repeats


def check(plan: Stage) -> None:
    """Try the data, networks, figures and claims of a study with the runs that are known.

    Parameters
    ----------
    plan : Stage
        What will be run. A claim on searches is about them, or about the run that each will choose.

    Raises
    ------
    OSError, ValueError
        If data are missing or damaged, a network or the loss does not fit them, or a claim is about nothing
        that the runs will have.
    """
    experiments, search = plan.first.experiments, plan.first.search
    for remark in _try_all(experiments, plan.subject.execution.weights):
        warn(remark)
    for name, figure in make_figures(plan.subject.figures).items():
        if reason := unsuited(figure, experiments, search=search is not None):
            raise ConfigError(f"figures: {name} cannot be drawn of these runs: {reason}")
    starts: dict[str, Run] = {}
    for i, claim in enumerate(make_claims(plan.subject.claims)):
        reason = ""
        try:
            if claim.statistic is not None:
                _check_of_searches(claim, search)
            else:
                reason = _check_claim(claim, experiments, starts, search=search is not None)
        except ValueError as error:
            raise ConfigError(f"claims[{i}]: {error}") from None
        if reason and not search:
            sentence = f" ({claim.says})" if len(claim.says) <= _SHORT else ""
            warn(f"{plan.study}: claim {i + 1}{sentence} is not judged: {reason}")


def _try_all(experiments: Sequence[Experiment], keep: Keep) -> list[str]:
    """Try each experiment once, whatever its seed; return remarks on data, each once."""
    tried, fitted, looked, remarks = set[str](), set[str](), set[str](), dict[str, None]()
    problem: Problem | None = None
    before = ""
    for experiment in experiments:
        whole = json.dumps({**experiment.config, "seed": None})
        if whole in tried:
            continue
        tried.add(whole)
        of = _parts(experiment, *_OF_PROBLEM)
        # It reads the data. The problem reads them again, and refuses data that have changed since.
        _ = experiment.made_of
        with experiment.guard():
            # Rules are tried on the problem of the experiment before, if it is the same.
            if problem is None or of != before:
                problem, before = experiment.problem(), of
            if of not in fitted:
                fitted.add(of)
                _refuse_weights(keep, experiment, problem)
                remarks |= {f"dataset {_dataset(experiment)}: {remark}": None for remark in problem.remarks()}
                _try_augmentations(experiment, problem)
                check_shapes(problem)
            # What fails with the weights of some initializer only is not found: a look takes its time.
            _try_rules(experiment, problem, looks=(seen := _parts(experiment, *_OF_NETWORK)) not in looked)
            looked.add(seen)
        # They have put others in the place of its layers and augmentations.
        if experiment.schedules:
            problem = None
    return [*remarks]


_OF_NETWORK = ("problem", "dataset", "network", "loss", "scores", "augment", "training", "probes")
"""What a problem and its probes are made of, beside weights and seed."""

_OF_PROBLEM = ("initializer", "initializers", *_OF_NETWORK)
"""What they are made of, beside the seed."""


def _try_augmentations(experiment: Experiment, problem: Problem) -> None:
    """Refuse augmentations that fail, or do not fit examples or loss; other errors end the run itself."""
    if isinstance(problem, SupervisedProblem):
        try:
            with experiment.guard():
                problem.try_augmentations()
        # Else it is not a plugin's.
        except Exception as error:
            if isinstance(error, ValueError):
                raise


def _refuse_weights(keep: Keep, experiment: Experiment, problem: Problem) -> None:
    """Refuse to keep the best weights of a run that has none."""
    if "best" not in wanted(keep) or problem.validates:
        return
    name = experiment.config["problem"]["name"]
    why = "without validation examples no state is the best; dataset.validation=0.2 sets some aside"
    if name != "supervised":
        why = f"{name} has no validation examples, by which a state is the best"
    raise ConfigError(f"weights = {keep!r}: {why}")


def _try_rules(experiment: Experiment, problem: Problem, *, looks: bool) -> None:
    """Try what acts on the parameters of a problem, and what looks at or follows evaluations, at the start.

    ``looks`` says whether its probes are tried too, if no evaluation has them anyway.
    """
    steps = experiment.training.budget(problem)
    follow = [*experiment.stops, *(["schedule"] if any(map(_follows, experiment.all_schedules)) else [])]
    if follow and experiment.training.interval(problem) >= steps:
        raise ValueError(
            f"{' and '.join(follow)} would never be asked: the run is evaluated at its start and its end only; "
            "set training.evaluate_every"
        )
    # An evaluation of examples takes its time, and so may probes.
    evaluates = bool(follow or experiment.config.get("scores")) or not isinstance(problem, SupervisedProblem)
    tried = experiment if evaluates or looks else replace(experiment, probes={})
    loop = tried.bind(problem, fuses=False)
    if steps and not any(map(loop.update.steps_after, range(1, steps + 1))):
        raise ValueError(f"transform: none of {steps} gradients is followed by a step")
    loop.try_start(evaluates=evaluates)


def _follows(schedule: Schedule) -> bool:
    return sees_evaluations(type(schedule))


def _check_claim(
    claim: Claim, experiments: Sequence[Experiment], starts: dict[str, Run], *, search: bool
) -> str:
    """Try a claim's settings and metrics; return why it is not judged, or "" if each side has one run a seed.

    ``starts`` keeps what was tried for the next claim.
    """
    assert claim.metric is not None
    sides: list[tuple[Metric, Mapping[str, Any]]] = [(claim.metric, claim.where)]
    if isinstance(claim.than, Mapping):
        sides.append((claim.than_metric or claim.metric, claim.than))
    runs = [(flat(experiment.config), experiment.chosen, experiment) for experiment in experiments]
    called = [named(values, chosen) for values, chosen, _ in runs]
    settings = {key.removesuffix(".name") for values in called for key in values}
    settings |= {"sampler"} if search else set()
    reasons = []
    for metric, where in sides:
        for key, value in where.items():
            if key not in settings and all(found(values, key) is MISSING for values in called):
                raise ValueError(f"no run has the setting {key!r}{nearest(key, settings)}")
            if key in GROUPS and value != "supervised" and all(value_of(one, key) != value for one in called):
                registry.load().entry(GROUPS[key], str(value))
        of_runs = {key: value for key, value in where.items() if key != "sampler"}
        these = [experiment for _, experiment in fitting(runs, of_runs)]
        reasons.append(_undecided(these, where, claim.best))
        if these:
            parts = _parts(these[0], "problem", "dataset", "network", "loss", "scores", "probes", "optimizer")
            if parts not in starts:
                starts[parts] = these[0].at_start()
            if claim.best and claim.best not in starts[parts].final:
                known = ", ".join(starts[parts].final)
                raise ValueError(f"best = {claim.best}: no run has this metric; they have {known}")
            measured(metric, starts[parts])
    return next(filter(None, reasons), "")


def _undecided(fitting: Sequence[Experiment], where: Mapping[str, Any], best: str) -> str:
    """Return why runs leave open what a side of a claim is about, or "" where there is one of each seed."""
    settings = " and ".join(f"{key}={'null' if value is None else value}" for key, value in where.items())
    if not fitting:
        return f"no run has {settings}"
    ((seed, count),) = Counter(experiment.seed for experiment in fitting).most_common(1)
    if count == 1 or best:
        return ""
    if not settings:
        return f"it is about one run of each seed, and there are {count} of seed {seed}"
    return f"{count} runs of seed {seed} have {settings}"


def _check_of_searches(claim: Claim, search: SearchRecord | None) -> None:
    """Check that each side of a claim on a statistic is about some search."""
    if search is None:
        raise ValueError("a statistic needs a search, and this is not one: hydra/sweeper=search makes one")
    for side in (claim.where, claim.than):
        if isinstance(side, Mapping) and not of_searches(claim, side, search):
            samplers = dict.fromkeys(entry.sampler for entry in search.searches)
            raise ValueError(f"no search has {dict(side)}; there are: {', '.join(samplers)}")


def _dataset(experiment: Experiment) -> str:
    name: str = experiment.config["dataset"]["name"]
    return name


def _parts(experiment: Experiment, *keys: str) -> str:
    return json.dumps([experiment.config.get(key) for key in keys])


def unsuited(figure: Figure, experiments: Iterable[Experiment], *, search: bool = False) -> str:
    """Return why no run will have what a figure needs, or "" if some run will have it."""
    needs = _needs(figure)
    if "search" in needs and not search:
        return "it shows a search, and this is not one: ravine -m hydra/sweeper=search"
    lacks: list[str] = []
    forms = set()
    for experiment in experiments:
        lacks = [name for name in needs if not _records(experiment, name)]
        if not lacks:
            return ""
        forms.add(_form(experiment))
    return "; ".join(dict.fromkeys(_why(name, forms) for name in lacks))


def _needs(figure: Figure) -> Sequence[str]:
    """Return the names of arrays that a figure needs."""
    with guarded(figure):
        needs: Any = figure.needs()
        if not (isinstance(needs, tuple | list) and all(isinstance(name, str) for name in needs)):
            raise TypeError(f"needs returned {needs!r:.80}, not a tuple of names")
    # A metric of a probe is there if the probe is.
    return [
        name.removeprefix("evaluation.") if name.startswith("evaluation.probe.") else name for name in needs
    ]


def _records(experiment: Experiment, name: str) -> bool:
    """Whether a run will record an array; yes if that cannot be known before the run."""
    source, _, rest = name.partition(".")
    form = _form(experiment)
    if source in ("path", "state"):
        return form == "surface"
    if source == "probe":
        return rest.partition(".")[0] in experiment.probes
    if source != "evaluation" or rest == "step":
        return True
    return form in _FORMS.get(rest, ("supervised",))


def _form(experiment: Experiment) -> str:
    """Return "surface" or "function", or "supervised" for a network that learns from data."""
    problem = experiment.components.get("problem")
    return str(problem["kind"]) if problem else "supervised"


# Which problems have evaluations of these names; of all other names those with data have.
_FORMS = {"value": ("surface", "function"), "excess": ("function",)}


def _why(name: str, forms: Collection[str]) -> str:
    source, _, rest = name.partition(".")
    if source == "probe":
        probe = rest.partition(".")[0]
        return f"it shows what the probe {probe} records, and no run has that probe: probes=[{probe}]"
    shows = _SHOWN.get(source) or _SHOWN.get(rest, "networks that learn from data")
    return f"it shows {shows}, and every run {' or '.join(_DOES[form] for form in _DOES if form in forms)}"


_SHOWN = {
    "path": "descents on a surface",
    "state": "descents on a surface",
    "value": "values of a surface or a function",
    "excess": "how far a function is above its minimum",
}

_DOES = {
    "surface": "is a descent on a surface",
    "function": "minimises a function",
    "supervised": "learns from data",
}
