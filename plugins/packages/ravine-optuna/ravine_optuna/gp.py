"""Optuna's search by a Gaussian process."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ravine import MissingPackageError, Sampler, hookimpl

from ravine_optuna._optuna import OptunaSampler

if TYPE_CHECKING:
    import optuna


@dataclass(frozen=True)
class GP(OptunaSampler):
    """GP: fits a Gaussian process to the trials and proposes where it expects the most improvement.

    Parameters
    ----------
    startup : int
        Trials that are drawn at random before.

    References
    ----------
    Jones, Schonlau and Welch 1998, Efficient Global Optimization of Expensive Black-Box Functions; Snoek,
    Larochelle and Adams 2012, Practical Bayesian Optimization of Machine Learning Algorithms. The code is
    Optuna's, ``GPSampler``, which needs PyTorch and SciPy too.

    Notes
    -----
    It learns nothing from trials that diverged or failed.
    """

    packages: ClassVar[tuple[str, ...]] = ("scipy", "torch")

    startup: int = 10

    def __post_init__(self) -> None:
        self.require(startup="[0, inf)")

    def made(self, seed: int) -> optuna.samplers.BaseSampler:
        from optuna.samplers import GPSampler

        try:
            for package in self.packages:  # Optuna asks for them at the first trial that is not drawn at random
                importlib.import_module(package)
        except ImportError as error:
            said = f"GP needs more than Optuna, {error}: pip install 'ravine-optuna[gp]'"
            raise MissingPackageError(said) from None
        return GPSampler(n_startup_trials=self.startup, seed=seed)


@hookimpl
def ravine_samplers() -> dict[str, type[Sampler]]:
    return {"gp": GP}
