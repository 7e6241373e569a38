"""Tables: rows of values as text, CSV and HTML."""

from __future__ import annotations

import csv
import html
import io
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from ravine.base.names import shown

__all__ = [
    "as_csv",
    "as_html",
    "as_json",
    "as_text",
    "columns",
    "tabular",
]


def columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the keys of all rows, in the order of their first appearance."""
    return list(dict.fromkeys(key for row in rows for key in row))


def as_text(lines: Sequence[Sequence[str]], *, left: int = 1) -> str:
    """Return cells as aligned text: the first ``left`` columns to the left, the rest to the right."""
    lines = [[shown(cell) for cell in line] for line in lines]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i < left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as CSV; missing values are empty cells."""
    text = io.StringIO()
    keys = columns(rows)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(_cell, keys))
    writer.writerows([_cell(row.get(key)) for key in keys] for row in rows)
    return text.getvalue()


def as_json(content: Any) -> str:
    """Return plain values as JSON; what is not finite is null, for JSON has no name for it."""
    return json.dumps(_finite(content), indent=2, ensure_ascii=False, default=str, allow_nan=False)


def _finite(content: Any) -> Any:
    if isinstance(content, Mapping):
        return {str(key): _finite(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(value) for value in content]
    return None if isinstance(content, float) and not math.isfinite(content) else content


def as_html(lines: Sequence[Sequence[str]]) -> str:
    """Return cells as an HTML table; the first line and the first column are headings."""
    head, *body = ([html.escape(cell) for cell in line] for line in lines)
    heads = "".join(f"<th>{cell}</th>" for cell in head)
    rows = (f"<tr><th>{name}</th>{''.join(f'<td>{cell}</td>' for cell in rest)}</tr>" for name, *rest in body)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _cell(value: Any) -> Any:
    """Return a value for a CSV cell, so that no spreadsheet reads it as a formula, and no terminal obeys it."""
    if isinstance(value, list):
        value = json.dumps(value)
    if not isinstance(value, str):
        return value
    # Spreadsheets skip what is blank before a formula.
    begins = value.lstrip()[:1]
    return shown(f"'{value}" if begins and begins in "=+-@" else value)


def tabular(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as lines with aligned columns; the last column is not padded."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    )
