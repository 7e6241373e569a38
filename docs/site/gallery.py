"""Gallery: a page for every experiment: what it asks, its command, figures, verdicts, and its file."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from ravine import registry
from ravine.config.experiments import ExperimentFile, experiments
from ravine.reports.chapter import chapter
from ravine.reports.outcomes import OUTCOMES
from ravine.reports.report.published import published

__all__ = ["gallery_pages"]


def gallery_pages(root: Path, pages: Collection[str]) -> dict[str, str]:
    """Return by name the page of every experiment, and an index with a picture of each."""
    files = {file.name: file for file in experiments(registry.load())}
    sections: dict[str, list[str]] = {}
    for item in chapter():
        sections.setdefault(item.section, []).append(item.name)
    made = {f"gallery/{name}": _page(root, file) for name, file in files.items()}
    index = ["# Gallery", "", "Every experiment, with what it asks. A picture leads to its page.", ""]
    for section, names in sections.items():
        index += [f"## {section}", ""]
        for name in names:
            figures = _figures(root, name)
            picture = f"[![{name}](../figures/{figures[0].name})]({name}.md)\n" if figures else ""
            index += [f"### [{name}]({name}.md)", "", _question(files[name]), "", picture]
    index += ["```{toctree}", ":hidden:", "", *files, "```", ""]
    return {**made, "gallery/index": "\n".join(index)}


def _question(file: ExperimentFile) -> str:
    return file.summary.replace("_", "\\_").replace("*", "\\*")


def _figures(root: Path, name: str) -> list[Path]:
    found = sorted((root / "docs" / "figures").glob(f"{name}-*"))
    return [path for path in found if path.suffix in (".png", ".gif")]


def _page(root: Path, file: ExperimentFile) -> str:
    lines = [f"# {file.name}", "", _question(file), "", "```console", f"$ ravine -m experiment={file.name}"]
    lines += [f"$ ravine report runs/{file.name}", "```", ""]
    for figure in _figures(root, file.name):
        what = figure.stem.removeprefix(f"{file.name}-").replace("_", " ")
        lines += [f"![{file.name}, {what}](../figures/{figure.name})", ""]
    if verdicts := published().get(file.name):
        lines += ["## Verdicts", "", "| verdict | claim |", "|---|---|"]
        lines += [
            f"| {OUTCOMES[row.outcome]} {row.outcome} | {_cell(says)} |" for says, row in verdicts.items()
        ]
        lines += [""]
    text = file.file.read_text("utf-8").strip()
    return "\n".join([*lines, "## Its file", "", "```yaml", text, "```", ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
