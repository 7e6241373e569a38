"""Promises of a loss."""

from __future__ import annotations

from collections.abc import Callable

CHECKS: list[Callable[..., None]] = []
