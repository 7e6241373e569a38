"""MNIST, whose images are also the targets."""

import weakref
from dataclasses import dataclass

import numpy as np
from ravine import Array, Data, Dataset, Examples, cache_folder, hookimpl

from ravine_plugins.datasets.mnist import MNIST, weak


@dataclass(frozen=True, kw_only=True)
class MNISTAutoencoding(MNIST):
    r"""MNIST to autoencode: the target of each image is the image itself, for loss=mean_squared_error.

    .. math:: t = x / 255

    A network with a narrow layer has to tell in few numbers what the image is. To answer with the mean of all
    images has the loss 0.067 and R² = 0.

    Parameters
    ----------
    train, validation, test
        Which examples to use: see ``ravine.Dataset``.

    References
    ----------
    Rumelhart, Hinton and Williams 1986, Learning Internal Representations by Error Propagation (the encoder
    problem). Hinton and Salakhutdinov 2006, Reducing the Dimensionality of Data with Neural Networks.

    Notes
    -----
    Targets are float32, 220 MB a process. Hinton and Salakhutdinov minimise the cross-entropy of each number.
    """

    def load(self) -> Data:
        images = super().load()
        train, test = (Examples(part.x, _targets(of, part.x)) for of, part in
                       (("train", images.train), ("test", images.test)))  # fmt: skip
        return Data(train, test, n_out=test.target.shape[1], scale=images.scale)


def _targets(part: str, images: Array) -> Array:
    """Return the images of a part as rows of numbers from 0 to 1; they are made once while they are in use."""
    kept = weak(f"{part} rows", cache_folder())
    if kept and (known := kept[0]()) is not None:
        return known
    rows: Array = images.reshape(len(images), -1).astype(np.float32)
    rows /= 255
    rows.flags.writeable = False
    kept[:] = [weakref.ref(rows)]
    return rows


@hookimpl
def ravine_datasets() -> dict[str, type[Dataset]]:
    return {"mnist_autoencoding": MNISTAutoencoding}
