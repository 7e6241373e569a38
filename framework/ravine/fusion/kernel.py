"""Kernel: a loop, compiled for this processor."""

from __future__ import annotations

import ctypes
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntFlag
from importlib.util import find_spec
from threading import Lock
from typing import Any, TypeAlias

from ravine.fusion.assembly import Form, Loop, assembly
from ravine.fusion.tape import NotFusableError

__all__ = ["Fusion", "Kernel", "compiled", "count", "fusion_of", "is_there", "refuse_absence", "unusable"]

Kernel: TypeAlias = Callable[..., None]
"""Takes how many rows and columns there are, where each array begins in memory, and where the numbers begin."""


_OLDEST = (0, 45)


def is_there() -> bool:
    """Whether the compiler is installed: ``pip install 'ravine[fast]'``."""
    return find_spec("llvmlite") is not None


@functools.cache
def unusable() -> str:
    """Return why no loop can be compiled here; "" if loops can be."""
    if not is_there():
        return "the compiler is not installed: pip install 'ravine[fast]'"
    # Its package may be of any version, and damaged.
    try:
        import llvmlite

        version = tuple(map(int, re.findall(r"[0-9]+", llvmlite.__version__)[:2]))
        if version < _OLDEST:
            return f"llvmlite {llvmlite.__version__} is older than {'.'.join(map(str, _OLDEST))}"
        compiled(_LEAST)
    except Exception as error:
        first = str(error).partition("\n")[0]
        return f"llvmlite cannot be used: {type(error).__name__}: {first}"
    return ""


# A loop with one operation: what is compiled to see whether anything can be.
_LEAST = Loop(("float64",), (Form.ALL,), (), (("negative", (0,), "float64"),), ((0, 1),))


def refuse_absence() -> None:
    """Refuse to go on without a compiler.

    Raises
    ------
    NotFusableError
        With what is wrong.
    """
    if why := unusable():
        raise NotFusableError(why)


class Fusion(IntFlag):
    """What of a run is fused."""

    NOTHING = 0
    """Rules and layers are called."""
    PROGRAMS = 1
    """Layers are programs."""
    OFTEN = 4
    """Layers are programs if layers of their form come again and again: a short run alone pays for none."""
    LOOPS = 2
    """Operations for each element are loops: those of rules, and those of layers that are programs."""
    BOTH = PROGRAMS | LOOPS


@dataclass
class _Made:
    """The parameters times updates of the runs that this process has made, if they were not too short."""

    numbers: int = 0


_MADE = _Made()


def count(parameters: int, updates: int) -> None:
    """Count a run that begins: the runs of a process use one compiler, and pay for it together."""
    if parameters >= _FEWEST and updates >= _FEWEST_UPDATES:
        _MADE.numbers += parameters * updates


def fusion_of(parameters: int, updates: int) -> Fusion:
    """Return what of a run is worth the time in which programs and loops are made."""
    is_short = updates < _OF_PROGRAMS
    earlier = _MADE.numbers if updates >= _FEWEST_UPDATES else 0
    if parameters < _FEWEST or earlier + parameters * updates < _OF_LOOPS or unusable():
        return Fusion.NOTHING if is_short else Fusion.PROGRAMS
    if updates < _FEWEST_UPDATES:
        return Fusion.LOOPS
    return Fusion.LOOPS | (Fusion.OFTEN if is_short else Fusion.PROGRAMS)


# Below, finding out what a rule does takes as long as NumPy takes to do it.
_FEWEST = 10_000
# Below, notes, and the trial of a rule's loop, take longer than they save.
_FEWEST_UPDATES = 200
# Below, the compiler is not loaded: about 0.1 s, and a nanosecond for each parameter in each update.
_OF_LOOPS = 100_000_000
# Below, no notes are taken: they and their proof take the time of some 50 updates, whatever the size of these.
# That is saved after 200 updates with batch normalisation, and after 400 to 1,000 without.
_OF_PROGRAMS = 500


@functools.cache
def compiled(loop: Loop) -> Kernel:
    """Return the kernel of a loop."""
    with _COMPILING:
        engine = _engine()
        import llvmlite.binding as llvm

        name = f"loop{len(_MODULES)}"
        module = llvm.parse_assembly(assembly(loop, name))
        engine.add_module(module)
        engine.finalize_object()
        # A module lives as long as its functions are called.
        _MODULES.append(module)
    form = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 2, *[ctypes.c_void_p] * (len(loop.inputs) + 1))
    return form(engine.get_function_address(name))


# There is one engine, and each function has a name of its own: threads take turns.
_COMPILING = Lock()
_MODULES: list[Any] = []


@functools.cache
def _engine() -> Any:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3, jit=True
    )
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
