"""Events: the records of TensorBoard's files, written by hand.

A record is the length of its data, a masked CRC-32C of the length, the data, and a masked CRC-32C of the data.
The data are an ``Event`` in the encoding of protocol buffers. The messages are in TensorBoard's event.proto,
summary.proto and plugins/hparams/plugin_data.proto.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping

__all__ = ["ended", "event", "hparams", "record", "scalars", "started"]


def record(data: bytes) -> bytes:
    """Return a record: what TFRecord calls one line of a file."""
    length = struct.pack("<Q", len(data))
    return length + _masked_crc(length) + data + _masked_crc(data)


def event(seconds: float, step: int, number: int, content: bytes) -> bytes:
    """Return an ``Event`` with one field, such as a ``Summary``, beside the time and the step."""
    return _double(1, seconds) + _whole(2, step) + _bytes(number, content)


def scalars(metrics: Mapping[str, float]) -> bytes:
    """Return a ``Summary`` of metrics; TensorBoard has them in single precision."""
    values = (_bytes(1, tag.encode()) + _float(2, value) for tag, value in metrics.items())
    return b"".join(_bytes(1, value) for value in values)


def hparams(tag: str, number: int, content: bytes) -> bytes:
    """Return a ``Summary`` for the table of hyperparameters, with one field of ``HParamsPluginData``."""
    plugin = _bytes(1, b"hparams") + _bytes(2, _bytes(number, content))
    return _bytes(1, _bytes(1, f"_hparams_/{tag}".encode()) + _bytes(9, _bytes(1, plugin)))


def started(group: str, settings: Mapping[str, object], seconds: float) -> bytes:
    """Return a ``SessionStartInfo``: a run's settings by name, and the name of its group."""
    entries = (_bytes(1, key.encode()) + _bytes(2, _value(value)) for key, value in settings.items())
    return b"".join(_bytes(1, entry) for entry in entries) + _bytes(4, group.encode()) + _double(5, seconds)


def ended(status: int, seconds: float) -> bytes:
    """Return a ``SessionEndInfo``; status 1 is success, 2 is failure."""
    return _whole(1, status) + _double(2, seconds)


def _value(value: object) -> bytes:
    """Return a ``google.protobuf.Value``: a truth value, a number or a text."""
    if isinstance(value, bool):
        return _whole(4, value)
    return _double(2, value) if isinstance(value, int | float) else _bytes(3, str(value).encode())


# ---- protocol buffers: a field is its number and wire type, then the value -----------------------------------


def _whole(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _double(number: int, value: float) -> bytes:
    return _varint(number << 3 | 1) + struct.pack("<d", value)


def _bytes(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _float(number: int, value: float) -> bytes:
    return _varint(number << 3 | 5) + _single(value)


def _single(value: float) -> bytes:
    try:
        return struct.pack("<f", value)
    # It is out of range in single precision.
    except OverflowError:
        return struct.pack("<f", math.copysign(math.inf, value))


def _varint(value: int) -> bytes:
    groups = bytearray()
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*groups, value])


# ---- CRC-32C, the checksum of Castagnoli: RFC 3720, section 12.1 ---------------------------------------------


def _entry(index: int) -> int:
    for _ in range(8):
        index = index >> 1 ^ (0x82F63B78 if index & 1 else 0)
    return index


_TABLE = tuple(map(_entry, range(256)))


def crc32c(data: bytes) -> int:
    """Return the checksum of data."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def _masked_crc(data: bytes) -> bytes:
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)
