"""Arrays: a file of named arrays of numbers, and nothing that a run does not write."""

from __future__ import annotations

import io
import math
import zipfile
import zlib

import numpy as np

from ravine.base.types import Array

__all__ = ["read_arrays"]


def read_arrays(content: bytes) -> dict[str, Array]:
    """Return the arrays of an .npz, by name.

    Nothing is unpacked, and no memory is asked for before it is known that an array is as long as it says.

    Raises
    ------
    ValueError
        If it is not an archive of arrays of numbers, as ``numpy.savez`` writes it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return dict(_array(archive, member) for member in archive.infolist())
    # zipfile's NotImplementedError is about a packing, and its RuntimeError about a password.
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise ValueError(f"not an archive of arrays ({error})") from None


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[str, Array]:
    """Return the name of an array, and the array."""
    name = member.filename.removesuffix(".npy")
    if member.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{name} is packed, and no run packs its arrays")
    content = io.BytesIO(archive.read(member))
    try:
        version = np.lib.format.read_magic(content)
        shape, in_fortran, dtype = _HEADERS[version](content)
    # A header is Python's text, and reading it can fail in many ways.
    except Exception:
        raise ValueError(f"{name} is not an array") from None
    if dtype.kind not in "biuf":
        raise ValueError(f"{name} is not an array of numbers")
    rest = content.getbuffer()[content.tell() :]
    if any(n < 0 for n in shape) or math.prod(shape) * dtype.itemsize != len(rest):
        raise ValueError(f"{name} is not as long as it says")
    # Of a copy, so that the array can be written.
    return name, np.ndarray(shape, dtype, bytearray(rest), order="F" if in_fortran else "C")


_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
