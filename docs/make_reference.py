"""Writes reference.md, beside this file, from the code: what is there to be used, and what its docstrings say.

``python docs/make_reference.py`` does it.
"""

from __future__ import annotations

import ast
import doctest
import functools
import importlib
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import ravine
from ravine import registry, testing
from ravine.contracts.fields import default
from ravine.registry import hookspecs

PAGE = Path(__file__).with_name("reference.md")
_STUB = Path(ravine.__file__).with_suffix(".pyi")

INTRO = """\
# Reference

Every hook, base class and function that a plugin or a script can use, and every promise that the conformance
kit tries. This page is made from the code by `python docs/make_reference.py`. How a plugin is written, step by
step, is on [another page](write_a_plugin.md).

Examples can be run as they are. Those that read a study find it where this command leaves it:

```console
$ ravine -m problem=ravine optimizer.lr=0.1,0.5 study=pair
```
"""
GIVEN = (
    "Array",
    "Place",
    "GradientAt",
    "Named",
    "ParameterSpec",
    "Backward",
    "Data",
    "Examples",
    "Supervised",
    "Experiment",
    "Run",
    "TrainedNetwork",
    "Study",
    "Drawing",
    "Findings",
    "Verdict",
    "Space",
    "Dimension",
    "Interval",
    "Choice",
    "Point",
    "Goal",
    "Trial",
    "SearchRecord",
    "Proposals",
)
IN_REGISTRY = (
    "load",
    "survey",
    "Registry",
    "Entry",
    "Plugin",
    "PluginError",
    "UnknownNameError",
    "PluginWarning",
)
IN_TESTING = ("conformance", "examine", "promises", "checks", "by_reason", "Promise")
LISTED = {"Parameters": "Parameters", "Attributes": "Attributes", "Returns": "Returns", "Raises": "Errors"}


def page() -> str:
    """Return the whole page."""
    bases = [kind.base.__name__ for kind in registry.KINDS.values()] + ["Rule", "StatelessSampler"]
    own = {"Component", *bases, *GIVEN}
    parts = {
        "Hooks": _hooks(),
        "Base classes": [
            *_about(ravine, "Component"),
            *(text for base in bases for text in _about(ravine, base)),
        ],
        "What they are given": [text for name in GIVEN for text in _about(ravine, name)],
        "Functions": [
            text for name in sorted(set(ravine.__all__) - own - {"registry"}) for text in _about(ravine, name)
        ],
        "The registry": [
            "`ravine.registry` knows all components and plugins.",
            *(text for name in IN_REGISTRY for text in _about(registry, name)),
        ],
        "The conformance kit": [
            "`ravine.testing` is the conformance kit.",
            *(text for name in IN_TESTING for text in _about(testing, name)),
        ],
        "Promises by kind": _promises(),
    }
    body = [text for title, texts in parts.items() for text in (f"## {title}", *texts)]
    contents = [
        f"- [{title}](#{_anchor(title)}): "
        + ", ".join(
            f"[{name.removeprefix('Of kind ')}](#{_anchor(name)})"
            for text in texts
            for name in re.findall(r"^### (.*)", text, re.MULTILINE)
        )
        for title, texts in parts.items()
    ]
    return "\n\n".join([INTRO.rstrip(), "\n".join(contents), *body]) + "\n"


def _anchor(title: str) -> str:
    return re.sub(r"[^\w -]", "", title).lower().replace(" ", "-")


# ---- sections ------------------------------------------------------------------------------------------------


def _hooks() -> list[str]:
    """Return what there is to say of hooks; they are listed in the order of their file."""
    about = (hookspecs.__doc__ or "").partition("\n\n")[2]
    of_components, of_listeners = map(_prose, re.split(r"\n\n(?=Listener)", about))
    kinds = {kind.hook: kind for kind in registry.KINDS.values()}
    rows, offers, listens = [], [], []
    for name, spec in vars(hookspecs).items():
        if not name.startswith("ravine_"):
            continue
        what, chosen = _inline(_summary(spec).removesuffix(".")), ""
        if kind := kinds.get(name):
            base = kind.base.__name__
            what, chosen = (
                _inline(f"Offer {kind.what}") + f": [`{base}`](#{_anchor(base)})",
                _inline(f"with {kind.choice}"),
            )
        rows.append(f"| [`{name}`](#{name}) | {what} | {chosen} |")
        returns = inspect.signature(spec).return_annotation != "None"
        (offers if returns else listens).extend(
            [f"#### `{name}`", f"`{name}{_signature(spec)}`", *_document(spec)]
        )
    table = "\n".join(["| hook | what it is for | chosen |", "|---|---|---|", *rows])
    return [table, "### Offering components", of_components, *offers, "### Listeners", of_listeners, *listens]


def _about(module: Any, name: str) -> list[str]:
    """Return heading, signature and text of a public name."""
    thing = inspect.unwrap(getattr(module, name))
    if isinstance(thing, type):
        return [f"### {name}", *_class(thing)]
    if inspect.isfunction(thing):
        return [f"### {name}", f"`{name}{_signature(thing)}`", *_document(thing)]
    home = importlib.import_module(f"ravine.{_home(name)}")
    return [f"### {name}", _prose(_texts_of_names(home)[name])]


def _home(name: str) -> str:
    """Return the module of ravine that a public name comes from."""
    (found,) = re.findall(rf"^from \.(\S+) import {name} as {name}$", _STUB.read_text(), re.MULTILINE)
    return str(found)


def _class(cls: type) -> list[str]:
    """Return what a class says of itself, its fields, its class attributes and its methods."""
    texts = _document(cls)
    named = {
        name: getattr(cls, name)
        for name, hint in inspect.get_annotations(cls).items()
        if str(hint).startswith("ClassVar") and not name.startswith("_") and hasattr(cls, name)
    }
    if named:
        listed = ", ".join(f"`{name} = {value!r}`" for name, value in named.items())
        texts.insert(1, f"Class attributes: {listed}.")
    for name, member in vars(cls).items():
        is_property = isinstance(member, property | functools.cached_property)
        # Of class methods and properties.
        method = getattr(member, "__func__", getattr(member, "fget", getattr(member, "func", member)))
        if not inspect.isfunction(method) or (name.startswith("_") and name != "__call__"):
            continue
        how = "" if is_property else _signature(method)
        notes = ["a property"] * is_property
        notes += ["has to be written"] * getattr(method, "__isabstractmethod__", False)
        shown = f"`{name}{how}`" + (f" ({', '.join(notes)})" if notes else "")
        texts += [f"#### `{cls.__name__}.{name}`", shown, *_document(method)]
    return texts


def _promises() -> list[str]:
    """Return a table of promises for every kind."""
    texts = [
        "What `ravine check` and `ravine.testing.conformance` try, by name. Some are made only by components "
        "that they make sense for, as by optimizers with slots."
    ]
    titles = {"component": "Every component", "rule": "Every optimizer and transform"}
    for kind in (*titles, *registry.KINDS):
        rows = [
            f"| `{check.__name__.removeprefix('check_')}` | {_inline(_summary(check))} |"
            for check in testing.checks(kind)
            if check.__module__ == f"ravine.testing.{kind}"
        ]
        title = titles.get(kind, f"Of kind {kind}")
        texts += [f"### {title}", "\n".join(["| promise | what it says |", "|---|---|", *rows])]
    return texts


# ---- docstrings ----------------------------------------------------------------------------------------------


def _summary(thing: Any) -> str:
    return (inspect.getdoc(thing) or "").partition("\n")[0]


def _document(thing: Any) -> list[str]:
    """Return a docstring in the sections of numpydoc as paragraphs of Markdown."""
    doc = inspect.getdoc(thing) or ""
    text, *rest = re.split(r"^(\w+)\n-{3,}\n", doc, flags=re.MULTILINE)
    texts = [_prose(text)]
    for title, section in zip(rest[::2], rest[1::2], strict=True):
        if title == "Examples":
            texts += _examples(section)
        elif title == "Parameters" and is_dataclass(thing):
            given = {item.name: default(item) for item in fields(thing)}
            texts += ["**Fields**", _items(section, given)]
        elif title in LISTED:
            texts += [f"**{LISTED[title]}**", _items(section)]
        else:
            texts.append(_prose(section))
    return texts


def _prose(text: str) -> str:
    """Return paragraphs, with lists of terms as lists."""
    paragraphs = re.split(r"\n{2,}", text.strip())
    return "\n\n".join(
        _items(paragraph) if re.match(r".*\n +\S", paragraph) else _inline(paragraph)
        for paragraph in paragraphs
    )


def _items(text: str, defaults: Mapping[str, Any] = {}) -> str:
    """Return terms and their indented descriptions as a list; ``defaults`` are those of fields."""
    items = re.findall(r"^(\S.*)\n?((?:^ +.*\n?|^\n)*)", text.strip() + "\n", re.MULTILINE)
    return "\n".join(f"- {_term(head, defaults)}{_described(body)}" for head, body in items)


def _term(head: str, defaults: Mapping[str, Any]) -> str:
    """Return names as code, with their type and, of fields, their defaults."""
    names, _, what = head.partition(" : ")
    if not re.fullmatch(r"[\w*.]+(, [\w*.]+)*", names):
        return _inline(head)
    given = [defaults.get(name, MISSING) for name in names.split(", ")]
    known = [f"`{value!r}`" for value in given if value is not MISSING]
    more = [_inline(what)] * bool(what) + [f"{' and '.join(dict.fromkeys(known))} unless given"] * bool(known)
    return ", ".join(f"`{name}`" for name in names.split(", ")) + (f" ({', '.join(more)})" if more else "")


def _described(body: str) -> str:
    text = " ".join(body.split())
    return f": {_inline(text)}" if text else ""


def _inline(text: str) -> str:
    """Return text with code as Markdown has it, and nothing else that Markdown would read."""
    pieces = re.split(r"``(.+?)``", " ".join(text.split()))
    plain = [re.sub(r"([*<\[|]|\b_|_\b)", r"\\\1", piece) for piece in pieces[::2]]
    code = [f"`{piece}`" for piece in pieces[1::2]]
    return "".join(text for pair in zip(plain, [*code, ""], strict=True) for text in pair)


def _examples(section: str) -> list[str]:
    """Return a section of doctests as one block of Python, and a block of what it prints."""
    pieces = doctest.DocTestParser().parse(section)
    texts = ["**Example**", *(_prose(piece) for piece in pieces if isinstance(piece, str) and piece.strip())]
    code, before = "", ""
    for piece in (piece for piece in pieces if isinstance(piece, doctest.Example)):
        found = re.match(r"(import|from)|@|class |def ", piece.source)
        what = "" if not found else "imports" if found[1] else "block"
        if code:
            code += "\n" * (2 if "block" in (what, before) else what != before)
        code += piece.source
        before = what
    texts.append("```python\n" + code.replace("'''", '"""') + "```")
    printed = "".join(piece.want for piece in pieces if isinstance(piece, doctest.Example))
    return [*texts, f"```text\n{printed}```"] if printed else texts


# ---- signatures ----------------------------------------------------------------------------------------------


def _signature(function: Callable[..., Any]) -> str:
    """Return a function's signature as it is written, without self."""
    found = inspect.signature(function)
    kept = [item for item in found.parameters.values() if item.name not in ("self", "cls")]
    shown = str(found.replace(parameters=kept))
    # A type is text: in double quotes if there is text in it, as in Annotated[Array, "n"].
    shown = re.sub(r'"([^"]*)"', lambda found: found[1].replace("'", '"'), shown)
    return re.sub(r"'([^']*)'", r"\1", shown)


def _texts_of_names(module: Any) -> dict[str, str]:
    """Return what stands below those names of a module that are not classes or functions."""
    found = {}
    for node, below in pairwise(ast.parse(inspect.getsource(module)).body):
        target = node.target if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [None])[0]
        if isinstance(target, ast.Name) and isinstance(below, ast.Expr):
            found[target.id] = inspect.cleandoc(ast.literal_eval(below.value))
    return found


if __name__ == "__main__":
    PAGE.write_text(page())
