"""Jobs: from the configuration that a launcher hands to a job to the run that it is."""

from __future__ import annotations

from pathlib import Path

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, open_dict

from ravine.config.build import build_both
from ravine.engine.experiment import Experiment
from ravine.plans.settings import Subject

__all__ = ["job_of"]


def job_of(cfg: DictConfig) -> tuple[Experiment, Subject, Path]:
    """Return the run that a job has to make, what its study is about, and the run's folder.

    Parameters
    ----------
    cfg : DictConfig
        What the launcher hands over. It is emptied, because the launcher sends it back with the result, and
        unpickling its types there would change the types in use.

    Raises
    ------
    ConfigError
        If it cannot be run.
    """
    place = Path(HydraConfig.get().runtime.output_dir)
    experiment, subject = build_both(cfg)
    with open_dict(cfg):
        for key in list(cfg):
            del cfg[key]
    return experiment, subject, place
