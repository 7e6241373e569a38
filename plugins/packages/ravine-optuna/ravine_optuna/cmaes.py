"""Optuna's search by an evolution strategy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ravine import Goal, Proposals, Sampler, Space, hookimpl

from ravine_optuna._optuna import OptunaSampler

if TYPE_CHECKING:
    import optuna


@dataclass(frozen=True)
class CMAES(OptunaSampler):
    """CMA-ES: draws a generation from a normal distribution that moves and stretches towards the better half.

    Parameters
    ----------
    startup : int
        Trials that are drawn at random before.

    References
    ----------
    Hansen and Ostermeier 2001, Completely Derandomized Self-Adaptation in Evolution Strategies. The code is
    Optuna's, ``CmaEsSampler``, by the package cmaes.

    Notes
    -----
    Choices are drawn at random, and it learns nothing from trials that diverged or failed.

    Optuna keeps the distribution as a Python object, and whoever can write where it lies can run code when it
    is read. So it lies in the study's folder alone, and a ``search.storage`` is refused. Go on with such a
    search only in a folder whose writers you trust.
    """

    startup: int = 1

    def __post_init__(self) -> None:
        self.require(startup="[0, inf)")

    def begin(self, space: Space, goal: Goal, place: Path, storage: str | None) -> Proposals:
        if storage is not None:
            raise ValueError(
                f"search.storage = {storage}: whoever can write there could run code here by what CMAES keeps; "
                "it keeps it in the study's folder alone"
            )
        return super().begin(space, goal, place, storage)

    def made(self, seed: int) -> optuna.samplers.BaseSampler:
        from optuna.samplers import CmaEsSampler

        return CmaEsSampler(n_startup_trials=self.startup, seed=seed, warn_independent_sampling=False)


@hookimpl
def ravine_samplers() -> dict[str, type[Sampler]]:
    return {"cmaes": CMAES}
