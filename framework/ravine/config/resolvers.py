"""Resolvers: what an interpolation may call, as in ``${oc.select:a.b,0}``."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from omegaconf.basecontainer import BaseContainer

__all__ = ["limited"]

# They read the configuration and nothing else. The others read the environment or the time, make mappings that
# nobody wrote, or read text a second time.
_POSSIBLE = ("oc.dict.keys", "oc.dict.values", "oc.select")

# OmegaConf has one table of resolvers, and Hydra one global object, for all threads.
_ONE_THREAD = threading.RLock()


class _Fixed(dict[str, Any]):
    """A table of resolvers that takes no others: Hydra registers its own whenever one is made."""

    def __setitem__(self, name: str, resolver: Any) -> None:
        """Leave the table as it is."""


@contextlib.contextmanager
def limited() -> Iterator[None]:
    """Let interpolations read nothing but the configuration, wherever their text comes from.

    The text of a file cannot be searched for them: an interpolation can make another one's name. So all but a
    few resolvers are taken away while a configuration is composed and read. Other threads of ravine's wait.
    """
    with _ONE_THREAD:
        everyones = BaseContainer._resolvers
        BaseContainer._resolvers = _Fixed((name, everyones[name]) for name in _POSSIBLE if name in everyones)
        try:
            yield
        finally:
            BaseContainer._resolvers = everyones
