"""Jobs: from the configuration that a launcher hands to a job to the run that it is."""

from __future__ import annotations

from pathlib import Path

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, open_dict

from ravine.config.build import build
from ravine.engine.experiment import Experiment

__all__ = ["job_of"]


def job_of(cfg: DictConfig) -> tuple[Experiment, Path]:
    """Return the run that a job shall make, and its folder.

    Parameters
    ----------
    cfg : DictConfig
        What the launcher hands over. It is emptied, since it goes back with the result, where unpickling its
        types would change those in use.

    Raises
    ------
    ConfigError
        If it cannot be run.
    """
    experiment, place = build(cfg), Path(HydraConfig.get().runtime.output_dir)
    with open_dict(cfg):
        for key in list(cfg):
            del cfg[key]
    return experiment, place
