"""Templates: HTML with text from outside, which is escaped, and a policy that lets nothing else be loaded."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

__all__ = ["filled", "joined"]


def filled(template: Path, *, style: str, script: str, **values: Any) -> str:
    """Return the HTML of a template; it gets ``style`` and ``script``, and ``style_hash`` and ``script_hash``.

    Parameters
    ----------
    template : Path
        A file of ravine's own.
    style, script : str
        Texts of ravine's own; of all values only these are not escaped.
    **values
        What else the template shows.
    """
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    own: Mapping[str, Any] = {
        "style": Markup(style),  # noqa: S704
        "script": Markup(script),  # noqa: S704
        "style_hash": _hash(style),
        "script_hash": _hash(script),
    }
    return environment.from_string(template.read_text("utf-8")).render({**values, **own})


def joined(folder: Path, names: Sequence[str]) -> str:
    """Return the texts of files as one."""
    return "\n".join((folder / name).read_text("utf-8") for name in names)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
