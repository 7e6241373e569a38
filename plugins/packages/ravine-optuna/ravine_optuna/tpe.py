"""Optuna's tree-structured Parzen estimator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ravine import Sampler, hookimpl

from ravine_optuna._optuna import OptunaSampler

if TYPE_CHECKING:
    import optuna


@dataclass(frozen=True)
class TPE(OptunaSampler):
    """TPE: proposes where good trials are dense and bad ones are not, all settings together.

    Parameters
    ----------
    startup : int
        Trials that are drawn at random before.

    References
    ----------
    Bergstra, Bardenet, Bengio and Kégl 2011, Algorithms for Hyper-Parameter Optimization, section 4. The code
    is Optuna's, ``TPESampler``: Akiba, Sano, Yanase, Ohta and Koyama 2019, Optuna: A Next-generation
    Hyperparameter Optimization Framework. The densities are of all settings at once, as in Falkner, Klein and
    Hutter 2018, BOHB, section 3.2.

    Notes
    -----
    Trials that are still running count as bad, so that those of a batch keep apart; so do trials that diverged
    or failed.
    """

    startup: int = 10

    def __post_init__(self) -> None:
        self.require(startup="[0, inf)")

    def made(self, seed: int) -> optuna.samplers.BaseSampler:
        from optuna.samplers import TPESampler

        # Said, because Optuna's own choice changed between its versions.
        return TPESampler(n_startup_trials=self.startup, multivariate=True, constant_liar=True, seed=seed)


@hookimpl
def ravine_samplers() -> dict[str, type[Sampler]]:
    return {"tpe": TPE}
