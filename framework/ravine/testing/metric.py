"""Promises of a metric."""

from __future__ import annotations

from collections.abc import Callable

CHECKS: list[Callable[..., None]] = []
