"""Runs in TensorBoard: ``track=[tensorboard]``, or ``ravine export runs/NAME --to tensorboard``.

Nothing but Python is needed to write; ``pip install tensorboard`` to look at it.
"""

from ravine import hookimpl

__all__: list[str] = []

RAVINE_HOOKS = 1


@hookimpl
def ravine_trackers() -> dict[str, str]:
    return {"tensorboard": "ravine_tensorboard.tracker:TensorBoard"}
