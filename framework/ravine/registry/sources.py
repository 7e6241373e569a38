"""Sources: what a class computes, as one SHA-256 of its code and of all that its code refers to.

Comments, docstrings, line breaks, and whatever the class does not reach, are left out. Code counts by its text,
because its bytecode differs from one version of Python to the next. If there is no text, as with ``python -``,
or if it is not that of the code which is loaded, the bytecode counts.
"""

from __future__ import annotations

import ast
import copy
import copyreg
import dataclasses
import dis
import functools
import importlib
import importlib.util
import inspect
import os
import reprlib
import sys
import tokenize
import types
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import MISSING, fields, is_dataclass
from importlib.abc import InspectLoader
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from ravine.contracts.component import Component
from ravine.records.files import sha256

__all__ = ["source_hash"]


def source_hash(cls: type, is_own: Callable[[str], bool]) -> str:
    """Return the SHA-256 of what a class computes.

    Parameters
    ----------
    cls : type
        The class.
    is_own : callable
        Takes a module's full name, and returns whether its code is hashed. Other code counts by its name.
    """
    methods = [value for base in cls.__mro__ for value in vars(base).values()]
    key = cls, *(method.__code__ for method in methods if isinstance(method, types.FunctionType))
    files, known = _KNOWN.get(key, ({}, ""))
    # What a module remembers while runs go on, in a dictionary say, does not make it another.
    if known and all(_stamp(file) == stamp for file, stamp in files.items()):
        return known
    reached = _Reached(is_own)
    reached.add(cls)
    found = sha256("\n".join(reached.parts).encode())
    # What has no file, as in a notebook, can change at any time.
    if None not in reached.files.values():
        _KNOWN[key] = reached.files, found
    return found


_Stamp = tuple[int, int]

_KNOWN: dict[tuple[Any, ...], tuple[dict[str, _Stamp | None], str]] = {}


def _stamp(file: str) -> _Stamp | None:
    """Return what tells one state of a file from the next; None if there is no such file."""
    try:
        stat = Path(file).stat()
    except (OSError, ValueError):
        return None
    return stat.st_mtime_ns, stat.st_size


class _Reached:
    """Goes from a class to all that its code refers to, and writes each once."""

    def __init__(self, is_own: Callable[[str], bool]) -> None:
        self.parts: list[str] = []
        self.files: dict[str, _Stamp | None] = {}
        self._is_own = is_own
        # The objects are kept, so that no other one gets the id of one that has gone.
        self._seen: dict[int, tuple[int, object]] = {}

    def add(self, value: Any) -> None:
        """Write a value, and what it refers to."""
        if self._is_of_own_class(value):
            self._add_once(value, self._add_of_own_class)
        elif isinstance(value, str | PurePath) and os.sep in str(value):
            self.parts.append(repr(self._without_place(str(value))))
        elif isinstance(value, _PLAIN):
            self.parts.append(repr(value))
        elif isinstance(value, tuple | frozenset):
            # Whether two equal ones are one object differs from process to process.
            self._add_collection(value)
        else:
            self._add_once(value, self._add_new)

    def _add_once(self, value: Any, add: Callable[[Any], None]) -> None:
        if id(value) in self._seen:
            self.parts.append(f"again {self._seen[id(value)][0]}")
        else:
            self._seen[id(value)] = len(self._seen), value
            add(value)

    def _is_of_own_class(self, value: Any) -> bool:
        """Whether a value is of an own class that is made of a built-in type."""
        cls = type(value)
        return isinstance(value, _BUILT_IN) and cls.__module__ != "builtins" and self._is_own(cls.__module__)

    def _add_of_own_class(self, value: Any) -> None:
        """Write the class with its methods, what is in the object, and what it has beside."""
        if isinstance(value, set | frozenset):
            # The order of its items would differ from process to process.
            self._add_all("set", type(value), getattr(value, "__dict__", None))
            self._add_collection(value)
        else:
            self._add_object(value)

    def _without_place(self, path: str) -> str:
        """Return a path without the folder that its package is installed in, which is another elsewhere."""
        for name, folder in self._folders.items():
            if path == folder or path.startswith(folder + os.sep):
                return f"{name}:{path.removeprefix(folder)}"
        return path

    @functools.cached_property
    def _folders(self) -> dict[str, str]:
        """The folders of its packages by name, the deepest first: a script may lie above a package."""
        files = {name: getattr(module, "__file__", None) for name, module in list(sys.modules.items())}
        folders = {
            name: os.path.dirname(file)
            for name, file in files.items()
            if file and "." not in name and self._is_own(name)
        }
        return dict(sorted(folders.items(), key=lambda item: -len(item[1])))

    def _add_new(self, value: Any) -> None:
        if isinstance(value, types.FunctionType):
            self._add_function(value)
        elif isinstance(value, type):
            self._add_class(value)
        elif isinstance(value, types.ModuleType):
            self.parts.append(f"module {value.__name__}")
        elif isinstance(value, Mapping | list | tuple | set | frozenset):
            self._add_collection(value)
        elif type(value) in (np.ndarray, np.memmap) and value.dtype != object:
            self.parts.append(f"array {value.dtype} {value.shape} {sha256(np.ascontiguousarray(value).data)}")
        elif isinstance(value, property):
            self._add_all("property", value.fget, value.fset)
        elif isinstance(value, staticmethod | classmethod | types.MethodType):
            self._add_all("method", value.__func__, getattr(value, "__self__", type(value)))
        elif isinstance(value, functools.cached_property):
            self._add_all("cached_property", value.func)
        elif wrapped := getattr(value, "__wrapped__", None):
            self._add_all("wrapped", wrapped)
            # An object of an own class may compute with what it has besides.
            if self._is_own(type(value).__module__):
                self._add_object(value)
        elif hasattr(value, "__name__") and _is_compiled(value):
            self._add_compiled(value)
        else:
            self._add_object(value)

    def _add_all(self, name: str, *values: Any) -> None:
        self.parts.append(name)
        for value in values:
            self.add(value)

    def _add_collection(self, value: Any) -> None:
        if isinstance(value, set | frozenset):
            # The order of a set differs from process to process.
            hashes = []
            for item in value:
                of_item = _Reached(self._is_own)
                of_item.add(item)
                hashes.append(sha256("\n".join(of_item.parts).encode()))
            self._add_all(f"{type(value).__name__} of {len(value)}", *sorted(hashes))
        elif isinstance(value, Mapping):
            self._add_all(f"mapping of {len(value)}", *(part for item in value.items() for part in item))
        else:
            self._add_all(f"{type(value).__name__} of {len(value)}", *value)

    def _add_function(self, function: types.FunctionType) -> None:
        self.parts.append(f"function {function.__qualname__}")
        if not self._is_own(function.__module__ or ""):
            self.parts[-1] += f" of {function.__module__}"
            return
        code = function.__code__
        stamp = self.files[code.co_filename] = _stamp(code.co_filename)
        text = _text(code, stamp) if stamp else None
        if text is None:
            self._add_bytecode(code, function.__doc__)
        else:
            self.parts.append(text)
        self._add_all("defaults", function.__defaults__, function.__kwdefaults__)
        for cell in function.__closure__ or ():
            # An empty cell belongs to a function that is still being made.
            with suppress(ValueError):
                self.add(cell.cell_contents)
        if notes := {name: value for name, value in vars(function).items() if name not in _NOTES}:
            self._add_all("attributes", notes)
        self._add_names(function)

    def _add_bytecode(self, code: types.CodeType, doc: str | None) -> None:
        names = code.co_names, code.co_varnames, code.co_cellvars, code.co_freevars
        counts = code.co_flags, code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount
        # What is inside of try is told by a table beside the code.
        self.parts.append(f"{code.co_code.hex()} {code.co_exceptiontable.hex()} {names} {counts}")
        for place, value in enumerate(code.co_consts):
            if isinstance(value, types.CodeType):
                self._add_bytecode(value, None)
            elif not (place == 0 and value == doc):
                self.add(value)

    def _add_names(self, function: types.FunctionType) -> None:
        """Write the globals that a function refers to, and of modules what it may take from them."""
        names = sorted(_names(function.__code__))
        values = [(name, function.__globals__[name]) for name in names if name in function.__globals__]
        values += [(module.__name__, module) for module in _imported(function, self._is_own)]
        for name, value in values:
            self._add_all(name, value)
            self._add_attributes(name, value, names)

    def _add_attributes(self, name: str, module: Any, names: Sequence[str]) -> None:
        """Write what a function may take from an own module, and from modules in it."""
        if not (isinstance(module, types.ModuleType) and self._is_own(module.__name__)):
            return
        for attribute in names:
            if attribute in vars(module):
                value = vars(module)[attribute]
                self._add_all(f"{name}.{attribute}", value)
                if getattr(value, "__name__", "").startswith(f"{module.__name__}."):
                    self._add_attributes(f"{name}.{attribute}", value, names)

    def _add_class(self, cls: type) -> None:
        self.parts.append(f"class {cls.__qualname__}")
        if not self._is_own(cls.__module__):
            self.parts[-1] += f" of {cls.__module__}"
            return
        # Of other code's classes only the names count, and not what these are made of.
        for base in cls.__bases__:
            self.add(base)
        if type(cls) is not type and self._is_own(type(cls).__module__):
            self._add_all("metaclass", type(cls))
        made = _generated(cls)
        for name, value in sorted(vars(cls).items()):
            if name not in made and _is_code(name, value):
                self._add_all(name, value)
        for item in fields(cls) if is_dataclass(cls) else ():
            # A component is made and compared by the names of its fields, which its configuration has.
            if not issubclass(cls, Component):
                self.parts.append(f"{item.name} {item.init} {item.kw_only} {item.compare} {item.hash}")
            if item.default_factory is not MISSING:
                self._add_all(item.name, item.default_factory)

    def _add_compiled(self, value: Any) -> None:
        """Write a function that was not written in Python: by its name, and its library if it is own."""
        module = getattr(value, "__module__", None) or ""
        self.parts.append(f"{getattr(value, '__qualname__', value.__name__)} of {module}")
        file = getattr(sys.modules.get(module), "__file__", None)
        if file and self._is_own(module) and not file.endswith(".py"):
            self.parts.append(sha256(Path(file).read_bytes()))
        # A method of an object; of a function it is the module.
        if not isinstance(bound := getattr(value, "__self__", None), types.ModuleType | None):
            self._add_all("of", bound)

    def _add_object(self, value: Any) -> None:
        """Write an object as it would be copied; one that cannot be, such as a lock, counts by its class."""
        try:
            reducer = copyreg.dispatch_table.get(type(value))
            reduced = reducer(value) if reducer else value.__reduce_ex__(4)
        # Whatever an object of a plugin's raises.
        except Exception:
            self.add(type(value))
            return
        if isinstance(reduced, str):
            self._add_all("the name", reduced, type(value))
        else:
            maker, arguments, *state = reduced
            # The class is among the arguments.
            maker = None if maker in (copyreg.__newobj__, copyreg.__reduce_ex__) else maker  # type: ignore[attr-defined]
            self._add_all("object", maker, *arguments, *(_listed(part) for part in state))


_NOTES = ("__wrapped__", "__isabstractmethod__")
"""Attributes of functions that are written elsewhere, or are Python's own."""

_PLAIN = (type(None), bool, int, float, complex, str, bytes, type(...), np.generic)


_BUILT_IN = (*_PLAIN, Mapping, list, tuple, set, frozenset, np.ndarray)


def _is_compiled(value: Any) -> bool:
    """Whether what is called was not written in Python."""
    call = inspect.getattr_static(type(value), "__call__", None)
    return callable(value) and not isinstance(call, types.FunctionType)


def _is_code(name: str, value: Any) -> bool:
    """Whether an attribute of a class was written there; Python keeps notes in others, as ``__slotnames__``."""
    reserved = name.startswith("__") and name.endswith("__")
    return not reserved or callable(value) or isinstance(value, staticmethod | classmethod | property)


def _generated(cls: type) -> set[str]:
    """Return the names of the methods that ``dataclass`` or ``NamedTuple`` has written for a class."""
    if issubclass(cls, tuple) and "_fields" in vars(cls):
        return {"__new__"}
    params = vars(cls).get("__dataclass_params__")
    if params is None:
        return set()
    made = {"__repr__", "__eq__", "__hash__", "__replace__", "__annotate_func__"} | (
        {"__init__"} if params.init else set()
    )
    made |= {"__lt__", "__le__", "__gt__", "__ge__"} if params.order else set()
    made |= {"__setattr__", "__delattr__"} if params.frozen else set()
    return {name for name in made if name == "__repr__" or not _is_written(vars(cls).get(name))}


def _is_written(value: Any) -> bool:
    """Whether a method that ``dataclass`` could have written was there before it."""
    if not isinstance(value, types.FunctionType):
        return False
    code = inspect.unwrap(value).__code__
    return code.co_filename not in _WRITERS and not code.co_qualname.startswith("__create_fn__")


_WRITERS = {dataclasses.__file__, reprlib.__file__}


def _listed(part: Any) -> Any:
    """Return an iterator of a copied object's items as a list."""
    return list(part) if isinstance(part, Iterator) else part


def _names(code: types.CodeType) -> set[str]:
    """Return the names that code refers to, with those of functions inside it."""
    return {name for inner in _codes(code) for name in inner.co_names}


def _imported(function: types.FunctionType, is_own: Callable[[str], bool]) -> list[types.ModuleType]:
    """Return the own modules that a function's lines import; others are imported when it runs."""
    modules = []
    for code in _codes(function.__code__):
        loaded: list[Any] = []
        for instruction in dis.get_instructions(code):
            if instruction.opname == "IMPORT_NAME":
                level = loaded[-2] if len(loaded) > 1 and isinstance(loaded[-2], int) else 0
                # An import that fails, fails when the function is called.
                with suppress(Exception):
                    name = importlib.util.resolve_name(
                        "." * level + instruction.argval, function.__globals__.get("__package__")
                    )
                    if is_own(name):
                        modules.append(importlib.import_module(name))
            loaded.append(instruction.argval)
    return modules


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for value in code.co_consts:
        if isinstance(value, types.CodeType):
            yield from _codes(value)


# ---- text ----------------------------------------------------------------------------------------------------


def _text(code: types.CodeType, stamp: _Stamp) -> str | None:
    """Return the text of a function without comments and docstrings; None if its file has another one."""
    try:
        loaded, text = _read(code.co_filename, stamp)[code.co_name, code.co_firstlineno]
    # It is not there any more.
    except (OSError, ValueError, SyntaxError, KeyError):
        return None
    return text if loaded == code else None


@functools.cache
def _read(file: str, _: _Stamp) -> dict[tuple[str, int], tuple[types.CodeType, str]]:
    """Return code and text of a file's functions by name and first line, as long as the file is the same."""
    with tokenize.open(file) as lines:
        tree = ast.parse(lines.read())
    codes = [*_codes(InspectLoader.source_to_code(tree, file))]
    by_place = Counter((code.co_name, code.co_firstlineno) for code in codes)
    found = {(code.co_name, code.co_firstlineno): code for code in codes}
    texts = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            decorators = getattr(node, "decorator_list", [])
            place = getattr(node, "name", "<lambda>"), min(part.lineno for part in [node, *decorators])
            # Of two in one line it is not known which is which.
            if by_place[place] == 1:
                texts[place] = found[place], ast.unparse(_Bare().visit(copy.deepcopy(node)))
    return texts


class _Bare(ast.NodeTransformer):
    """Removes docstrings."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and ast.get_docstring(node) is not None
        ):
            node.body = node.body[1:] or [ast.Pass()]
        return super().generic_visit(node)
