"""Runs the cells of tutorial.ipynb, beside this file, and writes what they show into it.

``python docs/make_tutorial.py`` does it. It stands in for a notebook's kernel, which would take longer to
install than the cells to run: these share their names, and the last expression of a cell shows itself.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
import linecache
import os
import sys
import tempfile
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

TUTORIAL = Path(__file__).with_name("tutorial.ipynb")


def main() -> None:
    """Run the tutorial, and write it with what its cells show."""
    made = executed(json.loads(TUTORIAL.read_text(encoding="utf-8")))
    TUTORIAL.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def executed(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook whose cells have been run in an empty folder."""
    names: dict[str, Any] = {"__name__": "__main__"}
    number, cells = 0, []
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                number += 1
                outputs = _run("".join(cell["source"]), f"<cell {number}>", names, number)
                cell = {**cell, "execution_count": number, "outputs": outputs}
            cells.append(cell)
    return {**notebook, "cells": cells}


def _run(source: str, name: str, names: dict[str, Any], number: int) -> list[dict[str, Any]]:
    # By its source the code of a class is told from that of the next.
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    with _cell_streams() as streams:
        exec(compile(ast.Module(body, []), name, "exec"), names)  # noqa: S102  # as a kernel does
        value = eval(compile(ast.Expression(last.value), name, "eval"), names) if last else None  # noqa: S307
    outputs: list[dict[str, Any]] = [
        {"name": stream, "output_type": "stream", "text": _lines(text)}
        for stream, written in streams.items()
        if (text := _as_it_stands(written.getvalue()))
    ]
    if value is not None:
        data = {kind: text if kind == "image/png" else _lines(text) for kind, text in _shown(value).items()}
        outputs.append(
            {"data": data, "execution_count": number, "metadata": {}, "output_type": "execute_result"}
        )
    return outputs


@contextlib.contextmanager
def _cell_streams() -> Iterator[Mapping[str, io.StringIO]]:
    """Give the streams of a cell, which ravine takes for those of a notebook."""
    kernel: Any = types.ModuleType("ipykernel.iostream")
    kernel.OutStream = type("OutStream", (io.StringIO,), {})
    before = sys.modules.get(kernel.__name__)
    sys.modules[kernel.__name__] = kernel
    streams = {"stdout": kernel.OutStream(), "stderr": kernel.OutStream()}
    try:
        with contextlib.redirect_stdout(streams["stdout"]), contextlib.redirect_stderr(streams["stderr"]):
            yield streams
    finally:
        del sys.modules[kernel.__name__]
        if before:
            sys.modules[kernel.__name__] = before


def _as_it_stands(text: str) -> str:
    """Return text as a notebook shows it, where a carriage return begins the line again."""
    return "\n".join(line.rpartition("\r")[2].rstrip() for line in text.split("\n"))


def _shown(value: Any) -> dict[str, str]:
    """Return by type what a value shows of itself."""
    shown = {}
    if (html := getattr(value, "_repr_html_", lambda: None)()) is not None:
        shown["text/html"] = html
    if (png := getattr(value, "_repr_png_", lambda: None)()) is not None:
        shown["image/png"] = base64.b64encode(png).decode() + "\n"
    return {**shown, "text/plain": repr(value)}


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


if __name__ == "__main__":
    # Bare numbers of a library's threads would differ from machine to machine.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
