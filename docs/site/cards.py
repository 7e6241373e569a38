"""Cards: a page for every kind of component, with a card for each: formulas, fields, code, conventions."""

from __future__ import annotations

import inspect
import re
import textwrap
import typing
from dataclasses import MISSING, fields
from pathlib import Path

from ravine import registry
from ravine.config.experiments import experiments
from ravine.contracts.fields import default, type_text
from ravine.registry.entry import Entry
from ravine.registry.kinds import KINDS
from ravine.testing.references.report import conventions
from sphinx.ext.napoleon import Config, NumpyDocstring

__all__ = ["component_pages"]

# The method of a kind that says what it does, if it is short.
_BODY = {
    "optimizer": "step",
    "initializer": "draw",
    "loss": "__call__",
    "schedule": "factor",
    "surface": "value",
    "regularizer": "penalty",
}


def component_pages(root: Path) -> dict[str, str]:
    """Return by name the page of every kind, and an index of them."""
    entries = [entry for entry in registry.load() if _is_built_in(entry)]
    used = _used(root, entries)
    pages = {}
    rows = ["| kind | how many | what it is for |", "|---|---|---|"]
    for kind, about in KINDS.items():
        own = [entry for entry in entries if entry.kind == kind]
        cards = [_card(entry, used.get((kind, entry.name), [])) for entry in own]
        head = f"# {kind.capitalize()}s\n\n{about.use}\n\nChosen with `{about.choice.strip('`')}`.\n"
        pages[f"components/{kind}"] = "\n".join([head, *cards])
        rows.append(f"| [{kind}]({kind}.md) | {len(own)} | {about.what} |")
    toc = ["```{toctree}", ":hidden:", "", *KINDS, "```", ""]
    intro = "All components that ravine ships, with a card made from each class; see `ravine list NAME`."
    pages["components/index"] = "\n".join(["# Components", "", intro, "", *rows, "", *toc])
    return pages


def _is_built_in(entry: Entry) -> bool:
    return entry.distribution.partition(" ")[0] == "ravine"


def _used(root: Path, entries: list[Entry]) -> dict[tuple[str, str], list[str]]:
    """Return by kind and name the experiments in whose file a component's name stands."""
    texts = {file.name: file.file.read_text("utf-8") for file in experiments(registry.load())}
    found = {}
    for entry in entries:
        word = re.compile(rf"(?<![\w.]){re.escape(entry.name)}(?![\w])")
        key = re.compile(rf"\b{entry.kind}\b|{_WHERE.get(entry.kind, entry.kind)}")
        found[entry.kind, entry.name] = [
            name
            for name, text in texts.items()
            if any(word.search(line) and key.search(line) for line in text.splitlines())
        ]
    return found


_WHERE = {"figure": "figures|- name", "metric": "metric", "layer": "activation|layers", "probe": "probes"}


def _card(entry: Entry, used: list[str]) -> str:
    cls = entry.cls
    hints = typing.get_type_hints(cls)
    lines = [f"## {entry.name}", ""]
    first, _, rest = inspect.cleandoc(cls.__doc__ or "").partition("\n")
    lines += ["```{eval-rst}", _rst(first), "", _rst(rest.strip()), "```", ""]
    rows = [
        f"| `{one.name}` | {type_text(hints[one.name]).replace('|', 'or')} | "
        f"{'' if default(one) is MISSING else f'`{default(one)!r}`'} |"
        for one in fields(cls)
    ]
    if rows:
        lines += ["| field | type | default |", "|---|---|---|", *rows, ""]
    if (name := _BODY.get(entry.kind)) and name in vars(cls):
        lines += ["```python", textwrap.dedent(inspect.getsource(vars(cls)[name])).strip(), "```", ""]
    if compared := conventions(entry):
        lines += ["Compared with other libraries:", "", "```text", compared, "```", ""]
    if used:
        links = ", ".join(f"[{name}](../gallery/{name}.md)" for name in used)
        lines += [f"Used in {links}.", ""]
    return "\n".join(lines)


def _rst(text: str) -> str:
    """Return a docstring in NumPy's form as plain reStructuredText."""
    # A star before a word is one of Python's.
    text = re.sub(r"(?<![\w*`])\*(?=\w)", r"\\*", text)
    plain = str(NumpyDocstring(text, Config(napoleon_use_param=False, napoleon_use_rtype=False)))
    # A card has its own headings.
    return plain.replace(".. rubric:: References", "**References**").replace(".. rubric:: Notes", "**Notes**")
