"""Weights by their axes, for initializers that tell inputs, units and places of a window apart."""

from ravine import Place


def windows(place: Place) -> tuple[list[int], tuple[int, int]]:
    """Return the axes of a weight as window, inputs, units; and how many inputs and units there are.

    Raises
    ------
    ValueError
        If the weight is not a matrix or a window over one axis of inputs and one of units.
    """
    axes = place.axes or (("in", "out") if len(place.shape) == 2 else ())
    if axes.count("in") != 1 or axes.count("out") != 1:
        raise ValueError(f"draws weights with axes for inputs and units; this one has shape {place.shape}")
    order = [i for word in ("kernel", "in", "out") for i, axis in enumerate(axes) if axis == word]
    return order, (place.shape[order[-2]], place.shape[order[-1]])
