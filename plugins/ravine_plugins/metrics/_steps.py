"""Numbers of steps: shared code of the metrics of a step."""

from ravine import Run


def check_step(owner: str, step: int) -> None:
    """Refuse a number that no step has; call it in the ``__post_init__`` of a metric."""
    if step == 0 or step < -1:
        raise ValueError(f"{owner}: step = {step}: steps are numbered from 1, and -1 is the last")


def number(run: Run, step: int, made: int) -> int | None:
    """Return a step's number, from 1, among those made; −1 is the last step of a completed run.

    None if there is no such step.
    """
    if step == -1:
        return made if run.status == "completed" and made else None
    return step if step <= made else None
