"""Convolution of signals."""

from dataclasses import dataclass

from ravine import Layer, hookimpl

from ravine_plugins.layers._convolution import Convolution


@dataclass(frozen=True)
class Conv1d(Convolution):
    r"""Convolution of signals: every unit a weighted sum of what a window sees, the same everywhere.

    .. math:: y_{o t} = b_o + \sum_{c i} W_{c i o} \, x_{c,\, t s + i - p}

    Parameters
    ----------
    channels : int
        Channels of the output. Input is (batch, channels, length), or (batch, length) with one channel; W is
        (channels of the input / groups, size, channels), b is (channels,) and starts at 0. Regularizers act on
        W only.
    size : tuple of int
        Length of the window.
    stride : tuple of int
        Steps of the window.
    padding : tuple of int
        Zeros at both ends. (size − 1) / 2 keeps the length.
    groups : int
        Parts of the channels of input and output that have nothing to do with each other, of the same size.

    References
    ----------
    Waibel, Hanazawa, Hinton, Shikano and Lang 1989, Phoneme Recognition Using Time-Delay Neural Networks,
    section II.

    Notes
    -----
    The window is not turned round, as in PyTorch and Keras. The last axis of W counts the units, as everywhere
    here and in Keras; in PyTorch it is the first. Keras has channels last.
    """

    takes = "signals of shape (channels, length) or (length,)"

    size: tuple[int] = (3,)
    stride: tuple[int] = (1,)
    padding: tuple[int] = (0,)


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"conv1d": Conv1d}
