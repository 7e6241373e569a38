"""Runs in Weights & Biases: ``track=[wandb]``, or ``ravine export runs/NAME --to wandb``.

Its library is imported when a run begins, and by nothing else: ``ravine list`` stays quick.
"""

from ravine import hookimpl

__all__: list[str] = []

RAVINE_HOOKS = 1


@hookimpl
def ravine_trackers() -> dict[str, str]:
    return {"wandb": "ravine_wandb.tracker:WandB"}
