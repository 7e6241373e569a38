"""Ranges: the values of ``range(START,STOP,STEP)``, counted in decimals, as they are typed.

Hydra 1.3 counts in binary, so that 0.1, 0.2 and 0.30000000000000004 come before 0.4; and Hydra sorts a range by
its ends. Here a range is a list of its values. Hydra reads the types of its functions' arguments as they are.
"""

import math
from decimal import Decimal
from typing import Optional, Union

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser, create_functions
from hydra.core.override_parser.types import ChoiceSweep

__all__ = ["parser"]

# The runs of a sweep are all composed before the first one starts.
_MOST = 100_000


def parser(loader: ConfigLoader | None = None) -> OverridesParser:
    """Return a parser of overrides, in which a range is a list.

    Parameters
    ----------
    loader : ConfigLoader, optional
        Hydra's, to look up what a pattern chooses.
    """
    functions = create_functions()
    del functions.definitions["range"]
    functions.register("range", _range)
    return OverridesParser(functions, loader)


def _range(
    start: Union[int, float],  # noqa: UP007 - Hydra 1.3 does not know X | Y
    stop: Optional[Union[int, float]] = None,  # noqa: UP007, UP045
    step: Union[int, float] = 1,  # noqa: UP007
) -> ChoiceSweep:
    start, stop = (0, start) if stop is None else (start, stop)
    if not all(map(math.isfinite, (start, stop, step))):
        raise ValueError("its numbers are finite")
    if step == 0:
        raise ValueError("its step is 0")
    first, end, by = (Decimal(repr(number)) for number in (start, stop, step))
    count = max(0, math.ceil((end - first) / by))
    if count > _MOST:
        raise ValueError(f"it has {count} values, and a sweep at most {_MOST}")
    kind = int if all(isinstance(number, int) for number in (start, stop, step)) else float
    return ChoiceSweep(list=[kind(first + i * by) for i in range(count)])
