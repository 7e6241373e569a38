"""Checking: what can be known to be wrong before the first run.

Data are read, networks fitted to them and sent a few, and every claim's metric is tried on the start of a run
that it is about, so that a misspelt name is told now and not after an hour.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from ravine import config, registry
from ravine.claims import Claim, fits, of_searches
from ravine.config import ConfigError
from ravine.experiment import Experiment
from ravine.figure import unsuited
from ravine.groups import GROUPS
from ravine.ledger import flat
from ravine.metric import Metric
from ravine.names import nearest
from ravine.recording import Run
from ravine.shapes import check_shapes

__all__ = ["check"]


def check(experiments: Sequence[Experiment], search: Mapping[str, Any] | None = None) -> None:
    """Try the data, networks and claims of a study's experiments.

    Parameters
    ----------
    experiments : sequence of Experiment
        Those that are known.
    search : dict or None
        The searches that they are of, as the ledger has them: claims are then about these, or about the runs
        that each will choose.

    Raises
    ------
    OSError, ValueError
        If data are missing or damaged, a network does not fit them, or a claim is about nothing that the runs
        will have.
    """
    seen = set()
    for experiment in experiments:
        parts = _parts(experiment, "problem", "dataset", "network", "loss")
        if parts not in seen:
            _ = experiment.made_of  # it reads the data; the problem reads them again, and refuses others
            with registry.blaming(experiment.used.values()):
                check_shapes(experiment.problem())
            seen.add(parts)
    for name, figure in config.figures(experiments[-1].figures).items():
        if reason := unsuited(figure, experiments, search=search is not None):
            raise ConfigError(f"figures: {name} cannot be drawn of these runs: {reason}")
    starts: dict[str, Run] = {}
    without = []
    for i, claim in enumerate(config.claims(experiments[-1].claims)):
        try:
            if claim.statistic is not None:
                _check_of_searches(claim, search)
            elif not _check_claim(claim, experiments, starts, search=search is not None) and not search:
                without.append(f"claims[{i}]")
        except ValueError as error:
            raise ConfigError(f"claims[{i}]: {error}") from None
        except Exception as error:  # a plugin's metric may break in any way
            name = type(claim.metric).__name__
            raise ConfigError(
                f"claims[{i}]: {name} breaks on a run without steps: {type(error).__name__}: {error}"
            ) from error
    if without:
        warnings.warn(f"no or several runs of a seed fit {', '.join(without)}, left open", stacklevel=2)


def _check_claim(
    claim: Claim, experiments: Sequence[Experiment], starts: dict[str, Run], *, search: bool
) -> bool:
    """Try a claim's settings and metrics, and say whether each side has one run a seed.

    ``starts`` keeps what was tried for the next claim.
    """
    assert claim.metric is not None
    sides: list[tuple[Metric, Mapping[str, Any]]] = [(claim.metric, claim.where)]
    if isinstance(claim.than, Mapping):
        sides.append((claim.than_metric or claim.metric, claim.than))
    settings = {key.removesuffix(".name") for experiment in experiments for key in flat(experiment.config)}
    settings |= {"sampler"} if search else set()
    judged = True
    for metric, where in sides:
        for key, value in where.items():
            if key not in settings:
                raise ValueError(f"no run has the setting {key!r}{nearest(key, settings)}")
            if key in GROUPS and value != "supervised":
                registry.load().entry(GROUPS[key], str(value))
        of_runs = {key: value for key, value in where.items() if key != "sampler"}
        fitting = [experiment for experiment in experiments if fits(flat(experiment.config), of_runs)]
        judged &= len(fitting) == len({experiment.seed for experiment in fitting}) > 0
        if fitting:
            parts = _parts(fitting[0], "problem", "dataset", "network", "loss", "probes", "optimizer")
            if parts not in starts:
                with registry.blaming(fitting[0].used.values()):
                    starts[parts] = fitting[0].rehearse()
            metric.measure(starts[parts])
    return judged


def _check_of_searches(claim: Claim, search: Mapping[str, Any] | None) -> None:
    """Try a claim on a statistic: there are searches that each of its sides is about."""
    if search is None:
        raise ValueError("a statistic is of searches, and this is none: hydra/sweeper=search")
    for side in (claim.where, claim.than):
        if isinstance(side, Mapping) and not of_searches(claim, side, search):
            samplers = dict.fromkeys(one["sampler"] for one in search["searches"])
            raise ValueError(f"no search has {dict(side)}; there are: {', '.join(samplers)}")


def _parts(experiment: Experiment, *keys: str) -> str:
    return json.dumps([experiment.config.get(key) for key in keys])
