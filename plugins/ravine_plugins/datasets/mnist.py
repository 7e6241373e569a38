"""The handwritten digits of MNIST, which travel with the package."""

import functools
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ravine import Array, Data, Dataset, cache_folder, hookimpl, sha256, write_atomically

from ravine_plugins.datasets.idx import FILES, as_data, parse_idx, read_idx

SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
PACKED = Path(__file__).parent / "data" / "mnist"


@dataclass(frozen=True, kw_only=True)
class MNIST(Dataset):
    """MNIST: 60,000 training and 10,000 test images of handwritten digits, 28 × 28 bytes each.

    Parameters
    ----------
    train, validation, test
        Which examples to use: see ``ravine.Dataset``.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner 1998, Gradient-Based Learning Applied to Document Recognition. The digits
    belong to Yann LeCun and Corinna Cortes, CC BY-SA 3.0.

    Notes
    -----
    The files are unpacked once a machine, into ``RAVINE_CACHE`` or the user's cache folder, and mapped into
    memory from there, so that processes share them. Where that folder cannot be written they are unpacked into
    memory. What is read is checked against the digits' SHA-256.
    """

    def load(self) -> Data:
        return as_data({part: _array(name, cache_folder()) for part, name in FILES.items()}, "mnist")


@functools.lru_cache(maxsize=8)
def _array(name: str, cache: Path) -> Array:
    """Return one file as an array, mapped from the cache if it can be kept there."""
    path = cache / "mnist" / name
    mapped = _mapped(path, name)
    if mapped is not None:
        return parse_idx(mapped, path)
    content, packed = read_idx(PACKED, name)
    if sha256(content) != SHA256[name]:
        raise ValueError(f"{packed}: expected the digits with SHA-256 {SHA256[name]}, got other content")
    try:
        write_atomically(path, content)
    except OSError as error:
        why = f"{path.parent} cannot be written ({error.strerror})"
        warnings.warn(f"MNIST stays in memory: {why}", stacklevel=2)
        return parse_idx(content, packed)
    mapped = _mapped(path, name)
    return parse_idx(content if mapped is None else mapped, path)


def _mapped(path: Path, name: str) -> memoryview | None:
    """Return a cached file's bytes, shared with other processes, if they are the right ones."""
    try:
        content = np.memmap(path, dtype=np.uint8, mode="r").data
    except (OSError, ValueError):  # missing, or empty
        return None
    return content if sha256(content) == SHA256[name] else None


@hookimpl
def ravine_datasets() -> dict[str, type[Dataset]]:
    return {"mnist": MNIST}
