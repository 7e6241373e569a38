"""Numbers of steps: what the metrics of a step share."""

from ravine import Run


def check_step(owner: str, step: int) -> None:
    """Refuse a number that no step has; for the ``__post_init__`` of a metric."""
    if step == 0 or step < -1:
        raise ValueError(f"{owner}: step = {step}: steps are numbered from 1, and -1 is the last")


def number(run: Run, step: int, made: int) -> int | None:
    """Return a step's number, from 1, among those made; −1 is the last of a run that completed.

    None where there is no such step.
    """
    if step == -1:
        return made if run.status == "completed" and made else None
    return step if step <= made else None
