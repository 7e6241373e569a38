"""Typeset: cells as a table of Markdown or of LaTeX, for a page or a paper."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ravine.base.names import shown

__all__ = ["Cell", "as_latex", "as_markdown"]


@dataclass(frozen=True)
class Cell:
    """The text of a cell.

    Parameters
    ----------
    text : str
        What stands in it.
    bold : bool
        Whether it is marked.
    """

    text: str
    bold: bool = False


def as_markdown(head: Sequence[str], lines: Sequence[Sequence[str | Cell]], note: str) -> str:
    """Return a table of Markdown, with a note below it."""
    rows = [[_markdown(cell) for cell in line] for line in lines]
    rule = ["---", *["---:"] * (len(head) - 1)]
    text = [f"| {' | '.join(row)} |" for row in ([_markdown(cell) for cell in head], rule, *rows)]
    return "\n".join([*text, *(["", note] if note else [])]) + "\n"


def as_latex(head: Sequence[str], lines: Sequence[Sequence[str | Cell]], note: str) -> str:
    r"""Return a ``tabular`` with the rules of the package booktabs, with a note in a comment above it."""
    rows = [[_latex(cell) for cell in line] for line in lines]
    return (
        "\n".join(
            [
                *([f"% {note}"] if note else []),
                rf"\begin{{tabular}}{{l{'r' * (len(head) - 1)}}}",
                r"  \toprule",
                f"  {' & '.join(map(_latex, head))} \\\\".replace("   &", "  &"),
                r"  \midrule",
                *(f"  {' & '.join(row)} \\\\" for row in rows),
                r"  \bottomrule",
                r"\end{tabular}",
            ]
        )
        + "\n"
    )


def _markdown(cell: str | Cell) -> str:
    text = cell.text if isinstance(cell, Cell) else cell
    text = re.sub(r"([\\`*_{}\[\]<>|])", r"\\\1", shown(text))
    return f"**{text}**" if isinstance(cell, Cell) and cell.bold else text


_LATEX = {
    "\\": r"\textbackslash{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "×": r"\(\times\)",
    "…": r"\dots{}",
    "−": r"\(-\)",
}


def _latex(cell: str | Cell) -> str:
    text = "".join(_LATEX.get(sign, sign) for sign in shown(cell.text if isinstance(cell, Cell) else cell))
    text = re.sub(r"(?<![\w.])-(?=\d)", r"\\(-\\)", text)
    return rf"\textbf{{{text}}}" if isinstance(cell, Cell) and cell.bold else text
