"""Targets that say how much of an example belongs to each class."""

from ravine import Array


def check_shares(loss: str, target: Array, n_out: int) -> None:
    """Refuse rows of targets that are not shares of classes.

    Raises
    ------
    ValueError
        If a share is negative, or an example's shares do not sum to 1.
    """
    if target.ndim == 2:
        are_shares = (target >= 0).all(axis=1) & (abs(target.sum(axis=1) - 1) < 1e-3)
        if not are_shares.all():
            first = int(are_shares.argmin())
            raise ValueError(
                f"{loss} takes class numbers, or rows of shares that are at least 0 and sum "
                f"to 1, and example {first} has {target[first, :3].tolist()}"
                f"{'…' * (n_out > 3)}; loss=mean_squared_error takes any numbers"
            )
