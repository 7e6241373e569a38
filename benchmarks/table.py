"""Tables: as text while benchmarks run, and all of them as Markdown afterwards."""

from __future__ import annotations

from collections.abc import Sequence

_Table = tuple[str, Sequence[str], Sequence[Sequence[str]]]
_SHOWN: list[_Table] = []


def show(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table, first column to the left, others to the right; a row of one cell is a heading."""
    _SHOWN.append((title, header, rows))
    lines = [header, *rows]
    widths = [max(len(line[i]) for line in lines if i < len(line)) for i in range(len(header))]
    print(title)
    for first, *others in lines:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=False)]
        print("  ".join([first.ljust(widths[0]), *cells]).rstrip(), flush=True)


def shown() -> str:
    """Return the tables that were shown, as Markdown."""
    return "\n\n".join(map(_markdown, _SHOWN))


def _markdown(table: _Table) -> str:
    title, header, rows = table
    lines = [header, ["---", *["---:"] * (len(header) - 1)]]
    for row in rows:
        cells = [f"**{row[0].strip()}**"] if len(row) == 1 else [row[0].strip(), *row[1:]]
        lines.append([*cells, *[""] * (len(header) - len(cells))])
    return "\n".join([f"## {title}", "", *(f"| {' | '.join(line)} |" for line in lines)])
