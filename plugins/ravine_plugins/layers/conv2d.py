"""Convolution of images."""

from dataclasses import dataclass

from ravine import Layer, hookimpl

from ravine_plugins.layers._convolution import Convolution


@dataclass(frozen=True)
class Conv2d(Convolution):
    r"""Convolution of images: every unit a weighted sum of what a window sees, the same everywhere.

    .. math:: y_{o h w} = b_o + \sum_{c i j} W_{c i j o} \, x_{c,\, h s_1 + i - p_1,\, w s_2 + j - p_2}

    Parameters
    ----------
    channels : int
        Channels of the output. Input is (batch, channels, height, width), or (batch, height, width) with one
        channel; W is (channels of the input / groups, *size, channels), b is (channels,) and starts at 0.
        Regularizers act on W only.
    size : tuple of int
        Height and width of the window.
    stride : tuple of int
        Steps of the window, down and to the right.
    padding : tuple of int
        Rows of zeros above and below, and columns of zeros on both sides. (size − 1) / 2 keeps height and
        width.
    groups : int
        Parts of the channels of input and output that have nothing to do with each other, of the same size.
        With as many as the input has channels, every channel is convolved by itself.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner 1998, Gradient-Based Learning Applied to Document Recognition, section
    II.A; groups are those of Krizhevsky, Sutskever and Hinton 2012, ImageNet Classification with Deep
    Convolutional Neural Networks, section 3.2.

    Notes
    -----
    The window is not turned round, as in PyTorch and Keras, so that it is a correlation. The last axis of W
    counts the units, as everywhere here and in Keras; in PyTorch it is the first. Keras has channels last, and
    its ``padding="same"`` with a stride pads one row more below than above if their number is odd.
    """

    takes = "images of shape (channels, height, width) or (height, width)"

    size: tuple[int, int] = (3, 3)
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (0, 0)


@hookimpl
def ravine_layers() -> dict[str, type[Layer]]:
    return {"conv2d": Conv2d}
