"""Text tables."""

from __future__ import annotations

from collections.abc import Sequence


def show(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: the first column to the left, the others to the right; a row of one cell is a heading."""
    whole = [header, *(row for row in rows if len(row) > 1)]
    widths = [max(len(row[i]) for row in whole) for i in range(len(header))]
    widths[0] = max(widths[0], *(len(row[0]) for row in rows))
    for row in (header, *rows):
        first, *others = row
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=False))]
        print("  ".join(cells).rstrip(), flush=True)
