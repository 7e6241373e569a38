"""Kernel: a loop, compiled for this processor."""

from __future__ import annotations

import ctypes
import functools
from array import array
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any, TypeAlias

from ravine.fusion.assembly import Loop, assembly
from ravine.fusion.tape import NotFusableError

__all__ = ["Kernel", "compiled", "is_there", "pays", "refuse_absence"]

Kernel: TypeAlias = "Callable[[int, Sequence[int], array[float]], None]"
"""Takes the number of elements, where each array begins, and the numbers; arrays that are not used are at 0."""


@functools.cache
def is_there() -> bool:
    """Whether the compiler is installed: ``pip install 'ravine[fast]'``."""
    return find_spec("llvmlite") is not None


def refuse_absence() -> None:
    """Refuse to go on without the compiler.

    Raises
    ------
    NotFusableError
        With the command that installs it.
    """
    if not is_there():
        raise NotFusableError("the compiler is not installed: pip install 'ravine[fast]'")


def pays(parameters: int, updates: int) -> bool:
    """Whether loops are worth the time in which the compiler is loaded and the loops are made.

    It does not depend on anything but these numbers, so that the same run is always made in the same way.
    """
    return parameters >= _FEWEST and parameters * updates >= _LEAST and is_there()


# Below, finding out what a rule does takes as long as NumPy takes to do it.
_FEWEST = 10_000
# Below, the compiler is not loaded: about 0.1 s, and a nanosecond for each parameter in each update.
_LEAST = 100_000_000


@functools.cache
def compiled(loop: Loop) -> Kernel:
    """Return the kernel of a loop."""
    engine = _engine()
    import llvmlite.binding as llvm

    name = f"kernel{len(_MODULES)}"
    module = llvm.parse_assembly(assembly(loop, name))
    engine.add_module(module)
    engine.finalize_object()
    # A module lives as long as its functions are called.
    _MODULES.append(module)
    function = ctypes.CFUNCTYPE(None, ctypes.c_int64, *[ctypes.c_void_p] * (len(loop.inputs) + 1))(
        engine.get_function_address(name)
    )

    def kernel(n: int, arrays: Sequence[int], numbers: array[float]) -> None:
        function(n, *arrays, numbers.buffer_info()[0])

    return kernel


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
