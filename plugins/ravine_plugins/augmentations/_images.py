"""Images: examples whose last two axes are height and width."""

from ravine import Array


def height_and_width(x: Array, *, field: str, value: int) -> tuple[int, int]:
    """Return height and width of images that are at least as large as a field.

    Parameters
    ----------
    x : (batch, …, height, width) array
        Inputs.
    field, value : str, int
        The field, and its value.

    Raises
    ------
    ValueError
        If examples are not images, or smaller.
    """
    shape = x.shape[1:]
    if len(shape) < 2:
        raise ValueError(f"it needs images, of shape (…, height, width), and examples have shape {shape}")
    *_, height, width = shape
    if value > min(height, width):
        raise ValueError(f"{field} = {value}, and images are {height} × {width}")
    return height, width
