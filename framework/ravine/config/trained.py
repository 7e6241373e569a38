"""Trained: from a run that has ended to its network."""

from __future__ import annotations

from ravine.base.errors import PluginWarning
from ravine.base.warn import warn
from ravine.config.build import build
from ravine.engine.trained import TrainedNetwork
from ravine.records.run import Run
from ravine.records.weights import Which
from ravine.registry.provenance import differences

__all__ = ["network_of"]


# Of these it depends what a network predicts, and on which examples.
_KINDS = {"dataset", "network", "layer", "loss", "score"}


def network_of(run: Run, which: Which = "last") -> TrainedNetwork:
    """Return the network of a run with the weights that it has kept: what ``Run.network`` does.

    Parameters
    ----------
    run : Run
        A run that has ended.
    which : "last" or "best"
        See ``Run.weights``.

    Raises
    ------
    ValueError
        If the run has not kept them, or its network cannot be made here; the message says why.
    """
    weights = run.weights(which)
    if (problem := run.config["problem"]["name"]) != "supervised":
        raise ValueError(f"{run.id} has no network: it minimises {problem}; weights() has what it has found")
    then = run.provenance.get("made_of", {})
    try:
        experiment = build(run.config)
        made = int(run.best["step"]) if which == "best" else run.step
        network = experiment.network(weights, made, _evaluations_before(run, made))
        components = {r: of for r, of in then.get("components", {}).items() if of.get("kind") in _KINDS}
        changed = differences({**then, "components": components}, experiment.made_of)
    except (OSError, ValueError, MemoryError) as error:
        arrays = f'weights("{which}")' if which == "best" else "weights()"
        raise ValueError(
            f"the network of {run.id} cannot be made here: {error}; its {arrays} are there without it"
        ) from None
    if changed:
        warn(f"the network of {run.id} may predict otherwise: {'; '.join(changed)}", PluginWarning)
    return network


def _evaluations_before(run: Run, made: int) -> list[dict[str, float]]:
    """Return the evaluations that the last of so many updates knew."""
    names = [name for name in run.arrays if name.startswith("evaluation.")]
    rows = zip(*(run.arrays[name].tolist() for name in names), strict=True)
    every = [dict(zip([name.removeprefix("evaluation.") for name in names], row, strict=True)) for row in rows]
    return [one for one in every if one["step"] < made]
