"""Arrays: a file of named arrays of numbers, and nothing that a run does not write."""

from __future__ import annotations

import functools
import io
import math
import zipfile
import zlib
from typing import Any

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
            members = archive.infolist()
            if sum(member.compress_size for member in members) > len(content):
                raise zipfile.BadZipFile("its files are longer than it is")
            return dict(_array(content, member) for member in members)
    # zipfile's NotImplementedError is about the version of its format.
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError) as error:
        raise ValueError(f"not an archive of arrays ({error})") from None


def _array(archive: bytes, member: zipfile.ZipInfo) -> tuple[str, Array]:
    """Return the name of an array, and the array."""
    name = member.filename.removesuffix(".npy")
    if member.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{name} is packed, and no run packs its arrays")
    content = _stored(archive, member)
    try:
        # Behind the version is the length of the header, in two bytes or in four.
        begin = 10 if content[6] == 1 else 12
        header = bytes(content[: begin + int.from_bytes(content[8:begin], "little")])
        shape, in_fortran, dtype = _form(header)
    # A header is Python's text, and reading it can fail in many ways.
    except Exception:
        raise ValueError(f"{name} is not an array") from None
    if dtype.kind not in "biuf":
        raise ValueError(f"{name} is not an array of numbers")
    rest = content[len(header) :]
    if any(n < 0 for n in shape) or math.prod(shape) * dtype.itemsize != len(rest):
        raise ValueError(f"{name} is not as long as it says")
    # Of a copy, so that the array can be written.
    return name, np.ndarray(shape, dtype, bytearray(rest), order="F" if in_fortran else "C")


def _stored(archive: bytes, member: zipfile.ZipInfo) -> memoryview:
    """Return the bytes of a member that is not packed, where they are; zipfile takes four times as long."""
    begin = member.header_offset
    head = archive[begin : begin + 30]
    begin += 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    content = memoryview(archive)[begin : begin + member.compress_size]
    if head[:4] != b"PK\3\4" or zlib.crc32(content) != member.CRC:
        raise zipfile.BadZipFile(f"Bad CRC-32 for file {member.filename!r}")
    return content


# NumPy parses a header in a twentieth of a millisecond, and thousands of runs have arrays of the same form.
@functools.lru_cache(maxsize=1000)
def _form(header: bytes) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Return an array's shape, whether it is in Fortran's order, and its type."""
    file = io.BytesIO(header)
    read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    return read[np.lib.format.read_magic(file)](file)
